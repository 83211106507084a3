#include "clonerefs.h"

namespace {

namespace fs = std::filesystem;
using test::git;
using test::make_repo;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kLib = "echo lib > lib.txt; git add .; git commit -qm lib";

TEST_F(Clonerefs, SubmoduleByAbsoluteUrl) {
  make_repo(lib(), kLib);
  make_repo(super(), "git submodule --quiet add " + lib().string() + " deps/lib; git commit -qm super");
  test::shell(
      lib(),
      "echo later >> lib.txt; git commit -qam later");  // the commit that super names counts, not the head
  const auto result = clone();
  ASSERT_THAT(result, Succeeded());
  const auto named = rev(super(), "HEAD:deps/lib");
  EXPECT_EQ(rev(dir() / "deps/lib"), named);
  EXPECT_TRUE(fs::exists(dir() / "deps/lib/lib.txt"));
  EXPECT_EQ(git(dir(), {"submodule", "status"}), " " + named + " deps/lib (" + named.substr(0, 7) + ")");
  EXPECT_EQ(git(dir(), {"status", "--porcelain"}), "");
  EXPECT_THAT(result.out, HasSubstr("submodule deps/lib from " + lib().string() + " at " + named + "\n"));
}

TEST_F(Clonerefs, SubmodulesByRelativeUrlNested) {
  make_repo(tmp() / "org/deep", "echo deep > deep.txt; git add .; git commit -qm deep");
  make_repo(lib(), std::string(kLib) + "; git submodule --quiet add ../deep deep; git commit -qm nested");
  make_repo(super(), "git submodule --quiet add ../lib lib; git commit -qm super");
  for (const auto& url : {super().string(), "file://" + super().string()}) {
    const auto result = clone_of(url);
    ASSERT_THAT(result, Succeeded());
    EXPECT_TRUE(fs::exists(dir() / "lib/lib.txt"));
    EXPECT_TRUE(fs::exists(dir() / "lib/deep/deep.txt"));
    EXPECT_EQ(git(dir(), {"status", "--porcelain"}), "");
    EXPECT_THAT(result.out, HasSubstr("submodule lib/deep from "));
    fs::remove_all(dir());
  }
}

TEST_F(Clonerefs, SubmoduleThatAPullAdds) {
  make_repo(lib(), kLib);
  make_repo(super(),
            "git commit -q --allow-empty -m base; git checkout -q -b p; git submodule --quiet add ../lib "
            "lib; git commit -qm add; git update-ref refs/pull/1/head HEAD; git checkout -q -f master");
  ASSERT_THAT(clone({"-pull", pull(1)}), Succeeded());
  EXPECT_TRUE(fs::exists(dir() / "lib/lib.txt"));
}

TEST_F(Clonerefs, SubmoduleCommitThatNoBranchHas) {
  make_repo(lib(), std::string(kLib) + "; git update-ref refs/keep/it HEAD; git commit -q --amend -m other");
  make_repo(super(), "git submodule --quiet add ../lib lib; git update-index --cacheinfo 160000," +
                         rev(lib(), "refs/keep/it") + ",lib; git commit -qm super");
  ASSERT_THAT(clone(), Succeeded());
  EXPECT_EQ(rev(dir() / "lib"), rev(lib(), "refs/keep/it"));
}

TEST_F(Clonerefs, SubmoduleThatCannotBeHadFails) {
  make_repo(lib(), kLib);
  const std::string none(40, '1');
  make_repo(super(), "git submodule --quiet add ../lib lib; git update-index --cacheinfo 160000," + none +
                         ",lib; git commit -qm super");
  auto result = clone();
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_THAT(result.err, HasSubstr("submodule lib: " + lib().string() + " has no commit " + none));
  fs::remove_all(lib());
  result = clone();
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_THAT(result.err, HasSubstr("error: submodule lib: cannot fetch"));
  test::shell(super(), "git rm -q --cached .gitmodules; git commit -qm 'no .gitmodules'");
  result = clone();
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_THAT(result.err, HasSubstr("submodule lib has no URL"));
  EXPECT_FALSE(fs::exists(dir().parent_path()));
}

TEST_F(Clonerefs, SubmoduleWithUpdateNoneIsLeftOut) {
  make_repo(lib(), kLib);
  make_repo(super(),
            "git submodule --quiet add ../lib lib; git config -f .gitmodules submodule.lib.update none; git "
            "add .; git commit -qm super");
  const auto result = clone();
  ASSERT_THAT(result, Succeeded());
  EXPECT_THAT(result.out, HasSubstr("submodule lib skipped"));
  EXPECT_TRUE(fs::is_empty(dir() / "lib"));
}

}  // namespace
