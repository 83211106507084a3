#include "testrun/git_command.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"

namespace harness::testrun {

namespace fs = std::filesystem;

namespace {

constexpr size_t kShownLines = 20, kFew = 4;

/// It asks nobody for a password: nobody may be there.
const std::map<std::string, std::string> kEnvironment{
    {"GIT_TERMINAL_PROMPT", "0"}, {"LC_ALL", "C"}, {"GIT_OPTIONAL_LOCKS", "0"}};

/// Of the user's configuration nothing is left.
std::map<std::string, std::string> own_environment() {
  auto env = kEnvironment;
  env.insert({{"GIT_CONFIG_GLOBAL", "/dev/null"},
              {"GIT_CONFIG_NOSYSTEM", "1"},
              {"GIT_ATTR_NOSYSTEM", "1"},
              {"GIT_LFS_SKIP_SMUDGE", "1"}});
  return env;
}

/// Without the lines of progress that others were written over.
std::vector<std::string> lines_of(const std::string& output) {
  std::vector<std::string> lines;
  for (const auto& line : split(output, '\n'))
    if (auto last = line.substr(line.rfind('\r') + 1); !trim(last).empty()) lines.push_back(std::move(last));
  return lines;
}

/// What it failed by.
std::string reason_of(const std::vector<std::string>& lines) {
  static const RE2 words("(fatal|error|ERROR|remote|ssh|warning: remote HEAD):? .*");
  std::vector<std::string> reasons;
  for (const auto& line : lines)
    if (lines.size() <= kFew || RE2::FullMatch(line, words)) reasons.push_back(trim(line));
  if (reasons.empty() && !lines.empty()) reasons.push_back(lines.back());
  return join(reasons, "; ");
}

}  // namespace

std::vector<std::string> without_surprises() {
  std::vector<std::string> options;
  for (const auto* setting : {"core.hooksPath=/dev/null", "core.fsmonitor=false", "core.untrackedCache=false",
                              "gc.auto=0", "maintenance.auto=false", "fetch.recurseSubmodules=false",
                              "fetch.unpackLimit=1", "fetch.writeCommitGraph=false", "protocol.version=2"})
    options.insert(options.end(), {"-c", setting});
  return options;
}

ProcessResult ask_git(const fs::path& dir, std::vector<std::string> args, std::stop_token stop) {
  std::vector<std::string> all{"git", "-C", dir.string(), "-c", "safe.directory=*"};
  for (auto& option : without_surprises()) all.push_back(std::move(option));
  all.insert(all.end(), std::make_move_iterator(args.begin()), std::make_move_iterator(args.end()));
  return run({.args = std::move(all), .env = kEnvironment}, std::move(stop));
}

std::string asked_line(const fs::path& dir, std::vector<std::string> args, std::stop_token stop) {
  const auto result = ask_git(dir, std::move(args), std::move(stop));
  return result.ok() ? trim(result.out.substr(0, result.out.find('\n'))) : "";
}

void fail_with_gits_words(const std::string& doing, const std::vector<std::string>& args,
                          const ProcessResult& result, ExitCode exit_code) {
  const auto lines = lines_of(without_credentials(result.err + "\n" + result.out));
  const auto reason = reason_of(lines);
  const std::string how = result.signal ? "git was killed by signal " + std::to_string(result.signal)
                                        : "git exited with " + std::to_string(result.exit_code);
  throw Error(doing + ": " + (reason.empty() ? how : reason),
              {.command = shown_command(args),
               .output_tail = tail(join(lines, "\n"), kShownLines),
               .exit_code = exit_code});
}

OwnRepository::OwnRepository(fs::path git_dir, fs::path work_tree)
    : git_dir_(fs::absolute(git_dir)), work_tree_(work_tree.empty() ? work_tree : fs::absolute(work_tree)) {}

std::vector<std::string> OwnRepository::command() const {
  std::vector<std::string> all{"git", "--git-dir=" + git_dir_.string()};
  if (!work_tree_.empty())
    all.insert(all.end(), {"-C", work_tree_.string(), "--work-tree=" + work_tree_.string()});
  for (auto& option : without_surprises()) all.push_back(std::move(option));
  for (const auto* setting : {"core.attributesFile=/dev/null", "core.excludesFile=/dev/null",
                              "core.autocrlf=false", "safe.directory=*"})
    all.insert(all.end(), {"-c", setting});
  return all;
}

void OwnRepository::init(const std::string& format, std::stop_token stop) const {
  // Older versions know one format only, and no option for it.
  std::vector<std::string> args{"git", "init", "--quiet", "--template="};
  if (format != "sha1") args.push_back("--object-format=" + format);
  if (work_tree_.empty()) args.insert(args.end(), {"--bare", "--shared=0600"});
  args.insert(args.end(), {"--", (work_tree_.empty() ? git_dir_ : work_tree_).string()});
  auto env = own_environment();
  env.insert({{"GIT_DEFAULT_HASH", format}, {"GIT_DEFAULT_REF_FORMAT", "files"}});
  const auto result = run({.args = args, .env = std::move(env)}, std::move(stop));
  if (!result.ok()) fail_with_gits_words("cannot make " + args.back(), args, result, kCluster);
}

ProcessResult OwnRepository::git(std::vector<std::string> args, std::stop_token stop,
                                 const std::string& input) const {
  auto all = command();
  all.insert(all.end(), std::make_move_iterator(args.begin()), std::make_move_iterator(args.end()));
  return run({.args = std::move(all), .env = own_environment(), .input = input}, std::move(stop));
}

std::string OwnRepository::checked(std::vector<std::string> args, const std::string& doing,
                                   std::stop_token stop) const {
  auto result = git(args, std::move(stop));
  auto shown = command();
  shown.insert(shown.end(), args.begin(), args.end());
  if (!result.ok()) fail_with_gits_words(doing, shown, result, kCluster);
  return std::move(result.out);
}

std::string OwnRepository::line(std::vector<std::string> args, std::stop_token stop) const {
  const auto result = git(std::move(args), std::move(stop));
  return result.ok() ? trim(result.out.substr(0, result.out.find('\n'))) : "";
}

}  // namespace harness::testrun
