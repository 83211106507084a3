#include "gerrit/ids.h"
#include "gerrit/store.h"

#include <gtest/gtest.h>

#include "gerrit/new_commit.h"
#include "gerrit/timestamp.h"

namespace fakes::gerrit {
namespace {

// Computed by: git commit-tree -m x 4b825dc642cb6eb9a060e54bf8d69288fbee4904, with this author and date.
TEST(IdsTest, ACommitHasTheIdThatGitGivesIt) {
  const Person person{.name = "abc", .email = "d@e.f", .date = *parse_time("2022-05-19 12:34:56")};
  const Commit commit{.message = "x\n", .parents = {}, .author = person, .committer = person};
  EXPECT_EQ(Store().write(commit, Store::kEmptyTree), "60d9be63c0c9b2e1e854fcc7922d4f8e8e71ff9f");
  auto child = commit;
  child.parents = {"60d9be63c0c9b2e1e854fcc7922d4f8e8e71ff9f"};
  child.author.tz = child.committer.tz = 120;
  EXPECT_EQ(Store().write(child, Store::kEmptyTree), "afc0b40ad503a1b300f5970770ebc9004d6b7a88");
}

TEST(IdsTest, NamesAreEncoded) {
  EXPECT_EQ(encoded("a/b c+d~\xc3\xa4"), "a%2Fb%20c%2Bd%7E%C3%A4");
  EXPECT_EQ(encoded("A-z_0.9"), "A-z_0.9");
}

TEST(IdsTest, RefsOfChanges) {
  EXPECT_EQ(change_ref(12345, 2), "refs/changes/45/12345/2");
  EXPECT_EQ(change_ref(7, 1), "refs/changes/07/7/1");
}

TEST(IdsTest, BranchNames) {
  EXPECT_EQ(full_name("feature/x"), "refs/heads/feature/x");
  EXPECT_EQ(full_name("HEAD"), "HEAD");
  EXPECT_EQ(short_name("refs/heads/feature/x"), "feature/x");
  EXPECT_EQ(short_name("refs/meta/config"), "refs/meta/config");
  for (const char* bad : {"refs/heads/a..b", "refs/heads/a b", "refs/heads/", "refs/heads/a.lock",
                          "refs/heads//a", "refs/heads/.a", "refs/heads/a~1", "heads/a", "refs/heads/a\x01"})
    EXPECT_FALSE(is_ref_name(bad)) << bad;
  EXPECT_TRUE(is_ref_name("refs/heads/release-1.0/x_y"));
}

TEST(IdsTest, TheFooterIsFoundAndAdded) {
  const std::string id = "I0123456789abcdef0123456789abcdef01234567";
  EXPECT_EQ(change_id_of("subject\n\nbody\n\nChange-Id: " + id + "\n"), id);
  EXPECT_EQ(change_id_of("subject\n\nChange-Id: I012\n"), "");
  EXPECT_EQ(change_id_of("about Change-Id: " + id), "");
  EXPECT_EQ(with_change_id("subject", id), "subject\n\nChange-Id: " + id + "\n");
  EXPECT_EQ(with_change_id("subject\n\nbody text\n", id), "subject\n\nbody text\n\nChange-Id: " + id + "\n");
  EXPECT_EQ(with_change_id("subject\n\nSigned-off-by: a\n", id),
            "subject\n\nSigned-off-by: a\nChange-Id: " + id + "\n");
  EXPECT_EQ(with_change_id("s\n\nChange-Id: " + id, "I1"), "s\n\nChange-Id: " + id);
}

}  // namespace
}  // namespace fakes::gerrit
