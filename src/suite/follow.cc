#include "suite/follow.h"

#include <algorithm>
#include <condition_variable>
#include <fstream>

#include "base/text.h"
#include "base/threads.h"

namespace harness {

namespace {

constexpr auto kInterval = std::chrono::milliseconds(50);
constexpr size_t kPiece = 1 << 16, kLongestLine = 1 << 16;

}  // namespace

struct Follower::Followed {
  std::filesystem::path log;
  std::string name;
  std::streamoff read = 0;
  std::string unfinished = {};
};

Follower::Follower(Terminal& terminal)
    : terminal_(terminal),
      thread_(background(
          [this](std::stop_token stop) {
            std::condition_variable_any wake;
            std::unique_lock lock(mutex_);
            while (!wake.wait_for(lock, stop, kInterval, [] { return false; }) && !stop.stop_requested())
              for (auto& followed : followed_) print_new(*followed);
          },
          [this](const std::exception& e) {
            terminal_.info(std::string("the output of tests is not shown any more: ") + e.what());
          })) {}

Follower::~Follower() = default;

void Follower::begin(const std::filesystem::path& log, const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::error_code none;
  std::filesystem::remove(log, none);  // of an earlier run
  followed_.push_back(std::make_unique<Followed>(Followed{log, name}));
}

void Follower::end(const std::filesystem::path& log) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(followed_.begin(), followed_.end(), [&](const auto& one) { return one->log == log; });
  if (found == followed_.end()) return;
  print_new(**found);
  if (!(*found)->unfinished.empty()) terminal_.output((*found)->name, (*found)->unfinished);
  followed_.erase(found);
}

void Follower::print_new(Followed& followed) {
  std::ifstream in(followed.log, std::ios::binary);
  in.seekg(followed.read);
  std::string piece(kPiece, '\0');
  while (in && (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)) {
    followed.read += in.gcount();
    followed.unfinished.append(piece.data(), static_cast<size_t>(in.gcount()));
    auto lines = split(followed.unfinished, '\n');
    followed.unfinished = lines.back().size() > kLongestLine ? "" : lines.back();
    if (followed.unfinished.size() == lines.back().size()) lines.pop_back();
    for (auto& line : lines) {
      std::erase(line, '\x16');  // Go's marks, which its log has no longer in the end
      terminal_.output(followed.name, line);
    }
  }
}

}  // namespace harness
