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
#include <utility>

#include "base/changes.h"
#include "base/error.h"
#include "base/keys.h"
#include "base/terminal.h"
#include "base/text.h"
#include "base/threads.h"
#include "image/worktree.h"

namespace harness {

namespace {

/// Editors and git write several files one after the other.
constexpr int kQuietMilliseconds = 100;

/// The repository that holds the project.
struct Place {
  Place(const std::filesystem::path& root, std::function<bool(const std::string& path)> is_wanted)
      : leads_to_input(std::move(is_wanted)), worktree(Worktree::of(root, Worktree::Search::upwards)) {
    if (worktree)
      prefix =
          std::filesystem::weakly_canonical(root).lexically_relative(worktree->root()).generic_string() + "/";
    if (prefix == "./") prefix.clear();
  }
  bool ignores(const std::string& path, bool folder) const {
    if (is_noise(path)) return true;
    if (leads_to_input && leads_to_input(path)) return false;  // an env file with secrets, for one
    // A folder in which there are files that git knows is never left out.
    return worktree && !worktree->tracks(prefix + path) && worktree->ignores(prefix + path, folder);
  }
  std::function<bool(const std::string& path)> leads_to_input;
  Worktree::Shared worktree;
  std::string prefix;  ///< with a slash at its end, or empty
};

class Watch {
 public:
  Watch(const std::filesystem::path& root, const Options& options, const Round& round,
        const FilesOf& files_of, std::stop_token stop)
      : root_(root),
        options_(options),
        round_(round),
        files_of_(files_of),
        stop_(std::move(stop)),
        place_(root, files().leads_to_input),
        edits_(root),
        changes_(
            root, [this](const auto& path, bool folder) { return place_.ignores(path, folder); },
            [this](const auto& path) { edits_.seen(path); }),
        on_stop_(stop_, [this] { ended_.raise(); }) {}

  int run() {
    start("", options_);
    while (true) {
      pollfd events[] = {{changes_.descriptor(), POLLIN, 0},
                         {keys_.descriptor(), POLLIN, 0},
                         {ended_.descriptor(), POLLIN, 0}};
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
    auto now = files();
    place_ = Place(root_, now.leads_to_input);
    edits_.begin_round(std::move(now), place_.worktree, place_.prefix);
    cancel_ = std::stop_source();
    over_ = false;
    thread_ = background(
        [this, options, token = cancel_.get_token()](std::stop_token) {
          code_ = round_(options, token);
          over_ = true;
          ended_.raise();
        },
        [this](const std::exception& e) {
          Terminal({}).error(std::string("error: ") + e.what());
          code_ = kCluster;
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

  /// Where components.yaml cannot be read the round says why.
  ProjectFiles files() const {
    try {
      return files_of_();
    } catch (const std::runtime_error&) {
      return {};
    }
  }

  void on_change(int quiet_milliseconds = kQuietMilliseconds) {
    std::set<std::string> changed;
    pollfd more{changes_.descriptor(), POLLIN, 0};
    do changed.merge(changes_.take());
    while (!changed.empty() && poll(&more, 1, quiet_milliseconds) > 0);
    auto verdict = edits_.judge(changed, running());
    for (const auto& remark : verdict.remarks) remarks_.insert(remark);
    afterwards_.merge(verdict.afterwards);
    if (verdict.at_once.empty()) return;
    afterwards_.clear();  // the next round has them
    go({named(verdict.at_once), options_});
  }

  std::string named(std::set<std::string> changed) const {
    if (const auto there = which_are_there(changed); !there.empty()) changed = there;
    const std::string first = changed.begin()->empty() ? "many files" : *changed.begin();
    return first + (changed.size() > 1 ? fmt::format(" and {} more", changed.size() - 1) : "") + " changed";
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
    on_change(0);  // what the round wrote last
    join();
    for (const auto& remark : std::exchange(remarks_, {})) Terminal({}).info(remark);
    if (!next_ && !afterwards_.empty()) next_ = {named(afterwards_) + " while the tests ran", options_};
    afterwards_.clear();
    if (next_) return start_next();
    Terminal({}).info(fmt::format(
        "{}; watching {} folders{}", code_ == kPassed ? "passed" : fmt::format("failed ({})", code_.load()),
        changes_.folders(), keys_.descriptor() >= 0 ? "   r: again   a: all tests   q: quit" : ""));
  }

  const std::filesystem::path root_;
  const Options options_;
  const Round& round_;
  const FilesOf& files_of_;
  const std::stop_token stop_;
  Place place_;
  Edits edits_;
  Changes changes_;
  Keys keys_;
  Signal ended_;
  std::stop_callback<std::function<void()>> on_stop_;
  std::optional<Next> next_;
  std::set<std::string> afterwards_, remarks_;
  std::stop_source cancel_;
  std::jthread thread_;
  std::atomic<int> code_ = kPassed;
  std::atomic<bool> over_ = false;
  int number_ = 0;
};

}  // namespace

bool is_noise(const std::string& path) {
  static const RE2 noise(
      "(.*/)?(\\.git|\\.harness|__pycache__|4913|\\.#[^/]*|#[^/]*#|[^/]*~|\\.[^/]*\\.sw[a-z])(/.*)?");
  return RE2::FullMatch(path, noise);
}

int watch(const std::filesystem::path& root, const Options& options, const Round& round,
          const FilesOf& files_of, std::stop_token stop) {
  return Watch(root, options, round, files_of, std::move(stop)).run();
}

}  // namespace harness
