#include "flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "failure.h"

namespace clonerefs {

const std::string_view kHelp =
    R"(Clones a repository, checks out its base commit and merges pull requests into it.

Usage: clonerefs FLAGS      (-dir=X, -dir X and --dir X mean the same)

  -repo URL        what to clone: a URL or a local path
  -base-ref NAME   the branch (or tag) to merge into
  -base-sha SHA    its commit; without it, the head of -base-ref
  -pull NUM:SHA    a pull request and its commit; again for each further one, merged in this order
  -dir PATH        where the clone goes: a folder that is empty or does not exist yet
  -help

Submodules are initialised, recursively. A merge always makes a commit; author, committer and date follow from the
input alone, so the same input gives the same commit ids. The machine's git configuration is not read. When something
fails, or on SIGINT or SIGTERM, whatever was made in -dir is removed.

Example
  clonerefs -repo http://fakegitserver.default/repo/foo -base-ref master -pull 7:d34db33f... -dir /src/foo

Exit codes: 0 done; 1 failed, the cause is on standard error; 2 wrong flags; 130, 143 interrupted.
)";

namespace {

[[noreturn]] void usage(const std::string& cause, const std::string& next = "-help lists the flags") {
  throw Failure(cause, next, kUsage);
}

std::string commit_id(const std::string& flag, std::string text) {
  const auto is_hex = [](unsigned char c) { return std::isxdigit(c) != 0; };
  if (text.size() != 40 || !std::all_of(text.begin(), text.end(), is_hex))
    usage(fmt::format("-{}: \"{}\" is not a commit id", flag, text),
          "a commit id is 40 hexadecimal digits (git rev-parse prints it)");
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

Pull parse_pull(const std::string& text) {
  const auto colon = text.find(':');
  Pull pull;
  const char* end = text.data() + std::min(colon, text.size());
  const auto [stop, error] = std::from_chars(text.data(), end, pull.number);
  if (colon == std::string::npos || error != std::errc() || stop != end || pull.number < 1)
    usage(fmt::format("-pull: \"{}\" is not NUM:SHA", text), "for example: -pull 7:1f0a...");
  pull.sha = commit_id("pull", text.substr(colon + 1));
  return pull;
}

}  // namespace

Options parse_flags(const std::vector<std::string>& args) {
  Options options;
  const std::map<std::string, std::string*> fields = {{"repo", &options.repo},
                                                      {"base-ref", &options.base_ref},
                                                      {"base-sha", &options.base_sha},
                                                      {"dir", &options.dir}};
  for (size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    const auto begin = arg.find_first_not_of('-');
    if (begin == 0 || begin == std::string::npos) usage(fmt::format("unexpected argument \"{}\"", arg));
    const auto equals = arg.find('=');
    const std::string name = arg.substr(begin, equals == std::string::npos ? equals : equals - begin);
    if (begin > 2 || (name != "help" && name != "pull" && !fields.count(name)))
      usage("unknown flag " + arg.substr(0, equals));
    if (name == "help") {
      options.help = true;
      return options;
    }
    if (equals == std::string::npos && i + 1 == args.size()) usage("-" + name + " needs a value");
    const std::string value = equals == std::string::npos ? args[++i] : arg.substr(equals + 1);
    if (value.empty()) usage("-" + name + " needs a value");
    if (name == "pull") {
      options.pulls.push_back(parse_pull(value));
      continue;
    }
    if (!fields.at(name)->empty()) usage("-" + name + " is given twice");
    *fields.at(name) = value;
  }
  for (const std::string required : {"repo", "base-ref", "dir"})
    if (fields.at(required)->empty()) usage("-" + required + " is missing");
  if (!options.base_sha.empty()) options.base_sha = commit_id("base-sha", options.base_sha);
  return options;
}

}  // namespace clonerefs
