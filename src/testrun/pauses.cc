#include "testrun/pauses.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include "base/files.h"
#include "base/threads.h"

namespace harness::testrun {

namespace {

/// Makes the folder before it is watched.
const std::filesystem::path& made(const std::filesystem::path& folder) {
  create_folders(folder);
  return folder;
}

}  // namespace

Pauses::Pauses(std::filesystem::path folder, std::function<bool(const std::string& step)> resume,
               Terminal& terminal)
    : folder_(std::move(folder)),
      resume_(std::move(resume)),
      terminal_(terminal),
      changes_(made(folder_), [](const std::string&, bool) { return false; }),
      thread_(background([this](std::stop_token stop) { watch(stop); },
                         [this](const std::exception& e) {
                           terminal_.info(std::string("warning: paused steps cannot be resumed any more: ") +
                                          e.what());
                         })) {}

Pauses::~Pauses() {
  thread_.request_stop();
  wake_.raise();
}

void Pauses::begin(const std::string& step, std::optional<std::chrono::seconds> at_most) {
  {
    const std::lock_guard lock(mutex_);
    paused_[step] = at_most ? Clock::now() + *at_most : Clock::time_point::max();
  }
  terminal_.info(fmt::format("paused before {}: harness testrun resume {}{}{}", step, step,
                             keys_.descriptor() >= 0 ? ", or the key r," : "",
                             at_most ? fmt::format(" or {} s pass", at_most->count()) : ""));
  wake_.raise();
}

void Pauses::watch(std::stop_token stop) {
  while (!stop.stop_requested()) {
    pollfd events[] = {
        {changes_.descriptor(), POLLIN, 0}, {keys_.descriptor(), POLLIN, 0}, {wake_.descriptor(), POLLIN, 0}};
    poll(events, std::size(events), milliseconds_left());
    if (events[2].revents) wake_.clear();
    if (events[0].revents) take_changes();
    const bool key = events[1].revents && keys_.take() == 'r';
    for (const auto& step : due(key)) end(step, key ? "by key" : "its time is over");
    for (const auto& step : due(true))
      if (std::error_code unseen; std::filesystem::exists(folder_ / step, unseen)) {
        std::filesystem::remove(folder_ / step,
                                unseen);  // where it cannot be removed it has been read all the same
        end(step, "by testrun resume");
      }
  }
}

/// What `testrun resume` writes lies in the folder itself, which is watched in any case.
void Pauses::take_changes() {
  try {
    changes_.take();
  } catch (const std::exception& e) {
    terminal_.info(std::string("warning: ") + e.what());
  }
}

void Pauses::end(const std::string& step, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (paused_.erase(step) == 0) return;
  }
  if (resume_(step)) terminal_.info(fmt::format("resumed {}: {}", step, why));
}

std::vector<std::string> Pauses::due(bool all) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> steps;
  for (const auto& [step, until] : paused_)
    if (all || until <= Clock::now()) steps.push_back(step);
  return steps;
}

int Pauses::milliseconds_left() const {
  const std::lock_guard lock(mutex_);
  auto next = Clock::time_point::max();
  for (const auto& [step, until] : paused_) next = std::min(next, until);
  if (next == Clock::time_point::max()) return -1;
  return static_cast<int>(
      std::max<long>(0, std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count()));
}

}  // namespace harness::testrun
