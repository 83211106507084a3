#include "clonerefs.h"

namespace {

namespace fs = std::filesystem;
using test::git;
using testing::HasSubstr;

/// A repository whose tree no git would write: it is put together by hand.
class HostileRepo {
 public:
  explicit HostileRepo(const fs::path& dir) : dir_(dir) { test::make_repo(dir, ""); }

  std::string blob(const std::string& text) const { return object("blob", text); }
  struct Entry {
    std::string mode, name, id;
  };
  std::string tree(const std::vector<Entry>& entries) const {
    std::string data;
    for (const auto& e : entries) {
      data += e.mode + " " + e.name + '\0';
      for (size_t i = 0; i < e.id.size(); i += 2)
        data += static_cast<char>(std::stoi(e.id.substr(i, 2), nullptr, 16));
    }
    return object("tree", data);
  }
  void commit(const std::string& tree) const {
    git(dir_, {"update-ref", "refs/heads/master", git(dir_, {"commit-tree", "-m", "evil", tree})});
  }

 private:
  std::string object(const std::string& type, const std::string& data) const {
    const auto result = test::run({.args = {"git", "hash-object", "-t", type, "--literally", "-w", "--stdin"},
                                   .dir = dir_,
                                   .env = test::git_environment(),
                                   .keep_env = false,
                                   .input = data});
    if (!result.ok()) throw std::runtime_error(result.text());
    return result.out.substr(0, 40);
  }
  fs::path dir_;
};

TEST_F(Clonerefs, PathsThatReachGitOrTheParentAreRefused) {
  for (const std::string name : {"..", ".git", ".GIT", "git~1", "."}) {
    const HostileRepo repo(tmp() / ("repo" + name));
    repo.commit(repo.tree({{"40000", name, repo.tree({{"100644", "evil", repo.blob("x")}})}}));
    const auto result = clone_of((tmp() / ("repo" + name)).string());
    EXPECT_THAT(result, FailedWith(1)) << name;
    EXPECT_THAT(result.err, HasSubstr("cannot check out the files")) << name;
    EXPECT_FALSE(fs::exists(tmp() / "out")) << name;
  }
}

TEST_F(Clonerefs, NothingIsWrittenThroughASymbolicLink) {
  const HostileRepo repo(super());
  const auto outside = tmp() / "outside";
  fs::create_directories(outside);
  const auto folder = repo.tree({{"100644", "evil", repo.blob("x")}});
  repo.commit(repo.tree({{"120000", "link", repo.blob(outside.string())}, {"40000", "link", folder}}));
  const auto result = clone();
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_THAT(result.err, HasSubstr("two of them are named link"));
  EXPECT_TRUE(fs::is_empty(outside)) << result.text();
}

TEST_F(Clonerefs, SubmoduleNamesAndPathsStayInside) {
  test::make_repo(lib(), "echo lib > lib.txt; git add .; git commit -qm lib");
  const auto outside = tmp() / "outside";
  fs::create_directories(outside);
  struct Case {
    std::string submodule, path, gitlink;
  };
  for (const auto& c : std::vector<Case>{{"../../../../outside/x", "lib", "lib"},
                                         {"lib", "../../outside/x", "lib"},
                                         {"lib", "link/x", "link/x"}}) {
    fs::remove_all(super());
    const HostileRepo repo(super());
    const std::string id = rev(lib());
    const auto modules =
        repo.blob("[submodule \"" + c.submodule + "\"]\n\tpath = " + c.path + "\n\turl = ../lib\n");
    std::vector<HostileRepo::Entry> entries = {{"100644", ".gitmodules", modules}};
    if (c.gitlink == "lib") entries.push_back({"160000", "lib", id});
    if (c.gitlink == "link/x") {
      entries.push_back({"120000", "link", repo.blob(outside.string())});
      entries.push_back({"40000", "link", repo.tree({{"160000", "x", id}})});
    }
    repo.commit(repo.tree(entries));
    const auto result = clone();
    EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 1) << result.text();
    EXPECT_TRUE(fs::is_empty(outside)) << result.text();
    EXPECT_FALSE(fs::exists(tmp() / "x"));
    fs::remove_all(tmp() / "out");
  }
}

}  // namespace
