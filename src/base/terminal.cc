#include "base/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <condition_variable>
#include <list>
#include <thread>

#include "base/text.h"

namespace harness {

using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr auto kSayItBegan = std::chrono::seconds(5);

void put(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;  // nobody reads any more
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
}

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

}  // namespace

struct Terminal::Task::State {
  std::string kind, name, note;
  Clock::time_point begin = Clock::now();
  bool announced = false;
  bool ended = false;
};

struct Terminal::Impl {
  std::mutex mutex;
  bool verbose = false;
  bool live = false;     ///< standard error is a terminal
  bool colours = false;
  size_t drawn = 0;      ///< rows of the block that are on the screen
  std::list<std::shared_ptr<Task::State>> tasks;
  std::jthread painter;

  void erase() {
    if (drawn > 0) put(STDERR_FILENO, fmt::format("\r\x1b[{}A\x1b[J", drawn));
    drawn = 0;
  }

  void draw() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) size = {24, 80, 0, 0};
    const size_t rows = size.ws_row > 4 ? size.ws_row - 2u : 2u;
    std::string text;
    for (const auto& task : tasks) {
      if (drawn + 1 == rows && tasks.size() > rows) {
        text += fmt::format("  and {} more\n", tasks.size() - drawn);
        ++drawn;
        break;
      }
      std::string row = fmt::format("{:<9} {}  {}  {}", task->kind, task->name, format_seconds(seconds_since(task->begin)), task->note);
      text += row.substr(0, size.ws_col - 1u) + "\n";
      ++drawn;
    }
    put(STDERR_FILENO, text);
  }

  /// Prints above the block. Call with the mutex held.
  void print(int fd, const std::string& text) {
    if (live) erase();
    put(fd, text + "\n");
    if (live) draw();
  }

  void announce_long_tasks() {
    for (const auto& task : tasks)
      if (!task->announced && Clock::now() - task->begin > kSayItBegan) {
        task->announced = true;
        put(STDERR_FILENO, fmt::format("{:<9} {}  ...\n", task->kind, task->name));
      }
  }

  void paint(std::stop_token stop) {
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, kRedraw, [] { return false; }) && !stop.stop_requested()) {
      if (live) {
        erase();
        draw();
      } else {
        announce_long_tasks();
      }
    }
    if (live) erase();
  }

  void end(const std::shared_ptr<Task::State>& task, const std::string& text) {
    const std::lock_guard lock(mutex);
    if (task->ended) return;
    task->ended = true;
    tasks.remove(task);
    if (!text.empty()) print(STDERR_FILENO, text);
  }
};

Terminal::Terminal(Settings settings) : impl_(std::make_unique<Impl>()) {
  impl_->verbose = settings.verbose;
  impl_->live = isatty(STDERR_FILENO);
  impl_->colours = impl_->live && !std::getenv("NO_COLOR");
  impl_->painter = std::jthread([this](std::stop_token stop) { impl_->paint(stop); });
}

Terminal::~Terminal() = default;

Terminal::Task Terminal::start(const std::string& kind, const std::string& name) {
  auto state = std::make_shared<Task::State>(Task::State{kind, name, ""});
  const std::lock_guard lock(impl_->mutex);
  impl_->tasks.push_back(state);
  return {*this, state};
}

Terminal::Task::Task(Terminal& owner, std::shared_ptr<State> state) : owner_(&owner), state_(std::move(state)) {}
Terminal::Task::Task(Task&&) noexcept = default;

Terminal::Task::~Task() {
  if (state_) owner_->impl_->end(state_, "");
}

void Terminal::Task::note(const std::string& text) {
  {
    const std::lock_guard lock(owner_->impl_->mutex);
    if (state_->note == text) return;
    state_->note = text;
  }
  if (!owner_->impl_->live) owner_->verbose(fmt::format("{:<9} {}  {}", state_->kind, state_->name, text));
}

void Terminal::Task::done(const std::string& text) {
  owner_->impl_->end(state_, trim(fmt::format("{:<9} {}  {}  {}", state_->kind, state_->name, format_seconds(seconds_since(state_->begin)), text)));
}

void Terminal::line(const std::string& text) {
  const std::lock_guard lock(impl_->mutex);
  impl_->print(STDOUT_FILENO, text);
}

void Terminal::info(const std::string& text) {
  const std::lock_guard lock(impl_->mutex);
  impl_->print(STDERR_FILENO, text);
}

void Terminal::verbose(const std::string& text) {
  if (impl_->verbose) info(text);
}

void Terminal::error(const std::string& text) {
  const size_t word = std::min(text.find(' '), text.size());
  info(impl_->colours ? "\x1b[31m" + text.substr(0, word) + "\x1b[0m" + text.substr(word) : text);
}

}  // namespace harness
