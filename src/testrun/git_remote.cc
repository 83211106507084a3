#include "testrun/git_remote.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "base/pause.h"
#include "base/secrets.h"
#include "base/text.h"
#include "base/threads.h"
#include "git_credentials_sh.h"

namespace harness::testrun {

namespace {

using Clock = std::chrono::steady_clock;

/// A server counts and packs for minutes, but says so; what is silent for this long is dead.
constexpr std::chrono::seconds kSilence{300};

/// Requests a stop once nothing has been said for a time.
class SilenceWatch {
 public:
  explicit SilenceWatch(std::stop_token stop) : forward_(stop, [this] { over_.request_stop(); }) {}
  void heard() { last_ = Clock::now(); }
  std::stop_token token() const { return over_.get_token(); }
  bool ended() const { return ended_; }

 private:
  std::atomic<Clock::time_point> last_ = Clock::now();
  std::atomic<bool> ended_ = false;
  std::stop_source over_;
  std::stop_callback<std::function<void()>> forward_;
  std::jthread timer_ = background(
      [this](std::stop_token token) {
        while (!pause_for(std::chrono::seconds(1), token)) {
          if (Clock::now() - last_.load() < kSilence) continue;
          ended_ = true;
          over_.request_stop();
          return;
        }
      },
      [this](const std::exception&) { over_.request_stop(); });
};

}  // namespace

Remote::Remote(const std::string& repo) : url_(repo) {
  static const RE2 http("(?i)(https?://)(?:([^/:@]*):?([^/@]*(?:@[^/@]*)*)@)?([^/@?#]+)(.*)");
  std::string scheme, user, password, host, rest;
  if (!RE2::FullMatch(repo, http, &scheme, &user, &password, &host, &rest)) return;
  server_ = scheme + host;
  url_ = server_ + rest;
  has_credentials_ = !user.empty() || !password.empty();
  user_ = percent_decoded(user);
  password_ = percent_decoded(password);
}

bool Remote::is_local() const { return RE2::FullMatch(url_, "(?i)file://.*|/.*|\\.\\.?/.*"); }

Remote Remote::submodule(const std::string& url) const {
  const bool relative = url.starts_with("./") || url.starts_with("../");
  Remote other(relative ? resolved_url(url_, url) : url);
  if (!other.has_credentials_ && !server_.empty() && other.server_ == server_) {
    other.has_credentials_ = has_credentials_;
    other.user_ = user_;
    other.password_ = password_;
  }
  other.is_submodule_ = true;
  other.may_be_local_ = may_be_local_ && is_local();
  return other;
}

std::vector<std::string> Remote::command(const OwnRepository& repository, std::vector<std::string> args,
                                         const std::vector<std::string>& refs) const {
  std::vector<std::string> all{"git", "--git-dir=" + repository.git_dir().string()};
  for (auto& option : without_surprises()) all.push_back(std::move(option));
  all.insert(all.end(),
             {"-c", "http.lowSpeedLimit=1", "-c", fmt::format("http.lowSpeedTime={}", kSilence.count())});
  if (is_submodule_)
    all.insert(all.end(), {"-c", std::string("protocol.file.allow=") + (may_be_local_ ? "always" : "never")});
  all.insert(all.end(), std::make_move_iterator(args.begin()), std::make_move_iterator(args.end()));
  all.insert(all.end(), {"--", url_});
  all.insert(all.end(), refs.begin(), refs.end());
  return all;
}

ProcessResult Remote::git(const OwnRepository& repository, std::vector<std::string> args,
                          const std::vector<std::string>& refs, std::stop_token stop) const {
  SilenceWatch silence(stop);
  Command call{.args = command(repository, std::move(args), refs),
               .env = {{"GIT_TERMINAL_PROMPT", "0"}, {"LC_ALL", "C"}, {"GIT_LFS_SKIP_SMUDGE", "1"}},
               .on_output = [&](std::string_view) { silence.heard(); }};
  if (is_submodule_) call.env["GIT_PROTOCOL_FROM_USER"] = "0";
  if (has_credentials_) {
    const auto key = "credential." + server_ + ".helper";
    call.env.insert({{"GIT_CONFIG_COUNT", "2"},
                     {"GIT_CONFIG_KEY_0", key},
                     {"GIT_CONFIG_VALUE_0", ""},  // forgets those before
                     {"GIT_CONFIG_KEY_1", key},
                     {"GIT_CONFIG_VALUE_1",
                      "!" + shell_quoted({"sh", "-c", std::string(kGitCredentialsSh), "git-credentials"})},
                     {"HARNESS_GIT_USER", user_},
                     {"HARNESS_GIT_PASSWORD", password_}});
  }
  try {
    return run(call, silence.token());
  } catch (const Cancelled&) {
    if (!silence.ended()) throw;
    throw Error(fmt::format("cannot fetch {}: git has said nothing for {} s", url_, kSilence.count()),
                {.command = shown_command(call.args), .exit_code = kCluster});
  }
}

std::string Remote::checked(const OwnRepository& repository, std::vector<std::string> args,
                            const std::vector<std::string>& refs, std::stop_token stop) const {
  auto result = git(repository, args, refs, std::move(stop));
  if (!result.ok())
    fail_with_gits_words("cannot fetch " + url_, command(repository, args, refs), result, kCluster);
  return std::move(result.out);
}

std::string resolved_url(std::string base, std::string relative) {
  while (base.ends_with('/')) base.pop_back();
  char joint = '/';
  for (;;) {
    if (relative.starts_with("./")) {
      relative.erase(0, 2);
    } else if (relative.starts_with("../")) {
      relative.erase(0, 3);
      const auto cut = base.find_last_of("/:");
      if (cut == std::string::npos) break;
      joint = base[cut];
      base.resize(cut);
    } else {
      break;
    }
  }
  while (relative.ends_with('/')) relative.pop_back();
  return base + joint + relative;
}

}  // namespace harness::testrun
