#include "base/terminal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <list>
#include <thread>

#include "base/files.h"
#include "base/output.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "base/threads.h"

namespace harness {

using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);

bool wants_colours(int fd) { return isatty(fd) && !std::getenv("NO_COLOR"); }

/// `text` as a part of one row.
std::string in_a_row(const std::string& text) {
  auto row = visible(text);
  std::replace_if(
      row.begin(), row.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return row;
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

struct Terminal::Task::State {
  std::string kind, name, note = {}, unfinished_line = {};
  std::string shown = in_a_row(name);
  Clock::time_point begin = Clock::now(), next_sign;
  Span::Time wall_begin = std::chrono::system_clock::now();
  bool ended = false;
};

struct Terminal::Impl {
  std::mutex mutex;
  bool verbose = false;
  Clock::duration sign_of_life{};
  bool live = false;            ///< standard error is a terminal
  bool colours = false;         ///< of standard error
  bool output_colours = false;  ///< of standard output
  size_t drawn = 0;             ///< rows of the block that are on the screen
  std::list<std::shared_ptr<Task::State>> tasks;
  std::vector<Span> spans;
  int copy = -1;  ///< a file
  std::jthread painter;

  ~Impl() {
    painter = {};
    if (copy >= 0) close(copy);
  }

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
      std::string row = fmt::format("{:<9} {}  {}  {}", task->kind, task->shown,
                                    format_seconds(seconds_since(task->begin)), task->note);
      row.resize(std::min<size_t>(row.size(), size.ws_col - 1u));
      text += row.substr(0, invalid_utf8(row)) + "\n";
      ++drawn;
    }
    put(STDERR_FILENO, text);
  }

  /// Prints above the block. Call with the mutex held.
  void print(int fd, const std::string& text, const std::string& coloured = {}) {
    if (live) erase();
    put(fd, (coloured.empty() ? text : coloured) + "\n");
    if (copy >= 0) put(copy, text + "\n");
    if (live) draw();
  }

  void give_signs_of_life() {
    for (const auto& task : tasks) {
      if (Clock::now() < task->next_sign) continue;
      task->next_sign += sign_of_life;
      put(STDERR_FILENO, trim(fmt::format("{:<9} {}  {} ...  {}", task->kind, task->shown,
                                          format_seconds(seconds_since(task->begin)), task->note)) +
                             "\n");
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
        give_signs_of_life();
      }
    }
    if (live) erase();
  }

  void end(const std::shared_ptr<Task::State>& task, const std::string& text) {
    const std::lock_guard lock(mutex);
    if (task->ended) return;
    task->ended = true;
    tasks.remove(task);
    spans.push_back({task->kind, task->name, task->wall_begin, std::chrono::system_clock::now()});
    if (!text.empty()) print(STDERR_FILENO, visible(text));
  }
};

Terminal::Terminal(Settings settings) : impl_(std::make_unique<Impl>()) {
  impl_->verbose = settings.verbose;
  impl_->sign_of_life = settings.sign_of_life;
  impl_->live = isatty(STDERR_FILENO);
  impl_->colours = wants_colours(STDERR_FILENO);
  impl_->output_colours = wants_colours(STDOUT_FILENO);
  impl_->painter =
      background([this](std::stop_token stop) { impl_->paint(stop); }, [](const std::exception&) {});
}

Terminal::~Terminal() = default;

Terminal::Task Terminal::start(const std::string& kind, const std::string& name) {
  auto state = std::make_shared<Task::State>(Task::State{kind, name});
  state->next_sign = state->begin + impl_->sign_of_life;
  const std::lock_guard lock(impl_->mutex);
  impl_->tasks.push_back(state);
  return {*this, state};
}

Terminal::Task::Task(Terminal& owner, std::shared_ptr<State> state)
    : owner_(&owner), state_(std::move(state)) {}
Terminal::Task::Task(Task&&) noexcept = default;

Terminal::Task::~Task() {
  if (state_) owner_->impl_->end(state_, "");
}

void Terminal::Task::note(const std::string& text) {
  {
    const std::lock_guard lock(owner_->impl_->mutex);
    auto row = in_a_row(text);
    if (state_->note == row) return;
    state_->note = std::move(row);
  }
  owner_->verbose(fmt::format("{:<9} {}  {}", state_->kind, state_->shown, text));
}

void Terminal::Task::output(std::string_view piece) {
  std::vector<std::string> lines;
  {
    const std::lock_guard lock(owner_->impl_->mutex);
    lines = split(state_->unfinished_line + std::string(piece), '\n');
    state_->unfinished_line = lines.back();
  }
  lines.pop_back();
  for (const auto& line : lines)
    if (const auto said = one_line(line); !said.empty()) note(said);
}

void Terminal::Task::done(const std::string& text) {
  owner_->impl_->end(state_, trim(fmt::format("{:<9} {}  {}  {}", state_->kind, state_->shown,
                                              format_seconds(seconds_since(state_->begin)), text)));
}

std::vector<Span> Terminal::spans() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->spans;
}

void Terminal::copy_to(const std::filesystem::path& file) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_in(file.parent_path()));
  if (fd < 0) throw std::system_error(errno, std::generic_category(), file.string());
  const std::lock_guard lock(impl_->mutex);
  if (impl_->copy >= 0) close(impl_->copy);
  impl_->copy = fd;
}

void Terminal::document(const std::string& text) {
  const std::lock_guard lock(impl_->mutex);
  impl_->print(STDOUT_FILENO, text);
}

void Terminal::line(const std::string& text) { document(visible(text)); }

void Terminal::output(const std::string& name, std::string_view printed) {
  const auto named = [title = visible(name)](const std::string& text) {
    return title + " | " + join(split(text, '\n'), "\n" + title + " | ");
  };
  const std::lock_guard lock(impl_->mutex);
  impl_->print(STDOUT_FILENO, named(plain_text(printed)),
               impl_->output_colours ? named(coloured_text(printed)) : "");
}

void Terminal::info(const std::string& text) {
  const std::lock_guard lock(impl_->mutex);
  impl_->print(STDERR_FILENO, visible(text));
}

void Terminal::verbose(const std::string& text) {
  if (impl_->verbose) info(text);
}

void Terminal::error(const std::string& text) {
  const auto shown = visible(text);
  const size_t word = std::min(shown.find(' '), shown.size());
  const std::lock_guard lock(impl_->mutex);
  impl_->print(STDERR_FILENO, shown,
               impl_->colours ? "\x1b[31m" + shown.substr(0, word) + "\x1b[0m" + shown.substr(word) : "");
}

}  // namespace harness
