#include "cli/watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <re2/re2.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <functional>
#include <optional>
#include <set>
#include <thread>

#include "base/changes.h"
#include "base/error.h"
#include "base/keys.h"
#include "base/terminal.h"
#include "base/text.h"
#include "image/worktree.h"

namespace harness {

namespace {

/// Editors and git write several files one after the other.
constexpr int kQuietMilliseconds = 100;

Changes::Ignored ignored_below(const std::filesystem::path& root) {
  const auto worktree = Worktree::of(root, Worktree::Search::upwards);
  std::string prefix;
  if (worktree) prefix = std::filesystem::weakly_canonical(root).lexically_relative(worktree->root()).generic_string();
  if (prefix == ".") prefix.clear();
  return [worktree, prefix](const std::string& path, bool folder) {
    return is_noise(path) || (worktree && worktree->ignores(prefix.empty() ? path : prefix + "/" + path, folder));
  };
}

class Watch {
 public:
  Watch(const std::filesystem::path& root, const Options& options, const Round& round, std::stop_token stop)
      : root_(root), options_(options), round_(round), stop_(std::move(stop)), changes_(root, ignored_below(root)), on_stop_(stop_, [this] { ended_.raise(); }) {}

  int run() {
    start("", options_);
    while (true) {
      pollfd events[] = {{changes_.descriptor(), POLLIN, 0}, {keys_.descriptor(), POLLIN, 0}, {ended_.descriptor(), POLLIN, 0}};
      poll(events, std::size(events), next_ && !running() ? 0 : -1);
      if (stop_.stop_requested()) {
        join();
        return kInterrupted;
      }
      if (events[0].revents) on_change();
      if (events[1].revents && on_key(keys_.take())) {
        join();
        return code_;
      }
      if (events[2].revents) on_end();
    }
  }

 private:
  struct Next {
    std::string why;
    Options options;
  };
  bool running() const { return thread_.joinable(); }

  void start(const std::string& why, const Options& options) {
    if (isatty(STDOUT_FILENO)) std::fputs("\x1b[2J\x1b[H", stdout), std::fflush(stdout);
    if (!why.empty()) Terminal({}).info(fmt::format("round {}: {}", number_ + 1, why));
    ++number_;
    cancel_ = std::stop_source();
    over_ = false;
    thread_ = std::thread([this, options, token = cancel_.get_token()] {
      code_ = round_(options, token);
      over_ = true;
      ended_.raise();
    });
  }

  void join() {
    cancel_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  void go(Next next) {
    next_ = std::move(next);
    if (running())
      cancel_.request_stop();  // on_end starts it
    else
      start_next();
  }

  void start_next() {
    const Next next = std::move(*next_);
    next_.reset();
    start(next.why, next.options);
  }

  void on_change() {
    std::set<std::string> changed;
    pollfd more{changes_.descriptor(), POLLIN, 0};
    do changed.merge(changes_.take());
    while (!changed.empty() && poll(&more, 1, kQuietMilliseconds) > 0);
    if (changed.empty()) return;
    if (const auto there = which_are_there(changed); !there.empty()) changed = there;
    const std::string first = changed.begin()->empty() ? "many files" : *changed.begin();
    go({first + (changed.size() > 1 ? fmt::format(" and {} more", changed.size() - 1) : "") + " changed", options_});
  }

  /// To be named: what an editor wrote and renamed is gone already.
  std::set<std::string> which_are_there(std::set<std::string> paths) const {
    std::erase_if(paths, [this](const auto& path) { return !std::filesystem::exists(root_ / path); });
    return paths;
  }

  bool on_key(char key) {
    if (key == 'q') return true;
    Options all = options_;
    all.all = all.keep = true;
    all.run = all.labels = "";
    all.failed = false;
    if (key == 'r') go({"again", options_});
    if (key == 'a') go({"all tests", all});
    return false;
  }

  void on_end() {
    ended_.clear();
    if (!over_) return;
    join();
    if (next_) return start_next();
    Terminal({}).info(fmt::format("{}; watching {} folders{}", code_ == kPassed ? "passed" : fmt::format("failed ({})", code_.load()), changes_.folders(),
                                  keys_.descriptor() >= 0 ? "   r: again   a: all tests   q: quit" : ""));
  }

  const std::filesystem::path root_;
  const Options options_;
  const Round& round_;
  const std::stop_token stop_;
  Changes changes_;
  Keys keys_;
  Signal ended_;
  std::stop_callback<std::function<void()>> on_stop_;
  std::optional<Next> next_;
  std::stop_source cancel_;
  std::thread thread_;
  std::atomic<int> code_ = kPassed;
  std::atomic<bool> over_ = false;
  int number_ = 0;
};

}  // namespace

bool is_noise(const std::string& path) {
  static const RE2 noise("(.*/)?(\\.git|\\.harness|__pycache__|4913|\\.#[^/]*|#[^/]*#|[^/]*~|\\.[^/]*\\.sw[a-z])(/.*)?");
  return RE2::FullMatch(path, noise);
}

int watch(const std::filesystem::path& root, const Options& options, const Round& round, std::stop_token stop) { return Watch(root, options, round, std::move(stop)).run(); }

}  // namespace harness
