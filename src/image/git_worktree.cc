#include "image/git_worktree.h"

#include <string_view>
#include <unordered_set>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

constexpr int kNoneIgnored = 1;  ///< what `git check-ignore` exits with

/// Reads any owner's repository, and runs nothing that it names.
ProcessResult git(const fs::path& folder, std::vector<std::string> args, const std::string& input = {}) {
  args.insert(args.begin(),
              {"git", "--no-optional-locks", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c",
               "core.hooksPath=/dev/null", "-C", folder.string()});
  return run({.args = std::move(args), .env = {{"LC_ALL", "C"}}, .input = input});
}

[[noreturn]] void fail(const fs::path& folder, const std::string& reason, const std::string& output) {
  throw Error("git's files of " + folder.string() + " cannot be read: " + reason,
              {.output_tail = tail(output, 5),
               .hint = "check that `git status` works there: its repository may need a newer git than `git "
                       "--version` says",
               .exit_code = kBuild});
}

class GitWorktree : public Worktree {
 public:
  GitWorktree(std::string root, const std::string& names) : root_(std::move(root)) {
    for (size_t begin = 0; begin < names.size();) {
      const auto end = names.find('\0', begin);
      auto path = names.substr(begin, end - begin);
      begin = end == std::string::npos ? names.size() : end + 1;
      for (auto slash = path.rfind('/'); slash != std::string::npos && slash > 0;
           slash = path.rfind('/', slash - 1))
        if (!known_.insert(path.substr(0, slash)).second) break;
      known_.insert(std::move(path));
    }
    if (!known_.empty()) known_.insert("");
  }

  const std::string& root() const override { return root_; }
  bool tracks(const std::string& path) const override { return known_.contains(path); }
  std::string known_id(const std::string&, const struct stat&) const override { return ""; }

  std::vector<bool> ignored(const std::vector<Entry>& entries) const override {
    std::string input;
    for (const auto& entry : entries) input += asked(entry) + '\0';
    const auto result = git(root_, {"check-ignore", "--no-index", "-z", "--stdin"}, input);
    if (!result.ok() && result.exit_code != kNoneIgnored)
      fail(root_, "git check-ignore does not work", result.err);
    std::unordered_set<std::string> found;
    for (const auto& path : split(result.out, '\0')) found.insert(path);
    std::vector<bool> answers;
    for (const auto& entry : entries) answers.push_back(found.contains(asked(entry)));
    return answers;
  }

 private:
  /// A path that begins with `:` would mean something else.
  static std::string asked(const Entry& entry) { return "./" + entry.path + (entry.folder ? "/" : ""); }

  const std::string root_;
  std::unordered_set<std::string> known_;
};

}  // namespace

Worktree::Shared git_worktree(const fs::path& folder, Worktree::Search search,
                              const std::vector<Worktree::Shared>& known, const std::string& reason) {
  try {
    const auto top = git(folder, {"rev-parse", "--is-inside-work-tree", "--show-toplevel"});
    if (top.out.starts_with("false")) return nullptr;
    if (!top.ok()) fail(folder, reason, top.err);
    auto root = top.out.substr(top.out.find('\n') + 1);
    if (root.ends_with('\n')) root.pop_back();
    root += "/";
    if (search == Worktree::Search::here && root != fs::canonical(folder).string() + "/") return nullptr;
    for (const auto& other : known)
      if (other->root() == root) return other;
    const auto names = git(root, {"ls-files", "-z"});
    if (!names.ok()) fail(folder, reason, names.err);
    return std::make_shared<const GitWorktree>(root, names.out);
  } catch (const Error& e) {
    if (e.details.exit_code == kBuild) throw;
    fail(folder, reason, e.what());  // there is no git
  }
}

}  // namespace harness
