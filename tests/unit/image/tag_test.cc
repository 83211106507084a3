// Each part of an image's tag, changed alone, changes it; nothing else does.
#include "image/tag.h"

#include <gmock/gmock.h>

#include <set>

#include "image/made_files.h"
#include "image/repository.h"
#include "support/errors.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class TagTest : public testing::Test {
 protected:
  TagTest() {
    project_.root = files_.root();
    project_.builders = {{"make", "make {targets}"}, {"go", "go build {targets}"}};
    files_.write("src/main", "1");
    fs::create_symlink("main", files_ / "src/link");
    files_.write("etc/deck.conf", "port=1");
    files_.write("web/Dockerfile", "FROM x");
    git(files_.root(), "init -q && git add . && git commit -qm x");
  }
  std::string tag() const { return tag_of(image_hash(files_hash(project_, image_, {}), base_, image_)); }
  /// Whether the tag is another one than all before.
  void expect_new(const char* what) { EXPECT_TRUE(seen_.insert(tag()).second) << what; }

  TempProject files_;
  Project project_;
  Image image_{.name = "deck",
               .kind = Image::Kind::builder,
               .builder = "make",
               .target = "deck",
               .files = {{"out/deck", "/usr/bin/deck"}, {"etc/deck.conf", "/etc/deck.conf"}},
               .base = "debian",
               .entrypoint = {"/usr/bin/deck", "-v"},
               .env = {{"A", "1"}},
               .inputs = {"src"}};
  std::string base_ = "sha256:01";
  std::set<std::string> seen_;
};

TEST_F(TagTest, EachPartCounts) {
  expect_new("the first");
  EXPECT_EQ(seen_.begin()->size(), 32u);
  files_.write("src/main", "2");
  expect_new("a file's contents");
  fs::permissions(files_ / "src/main", fs::perms::owner_all);
  expect_new("a file's mode");
  fs::remove(files_ / "src/link");
  fs::create_symlink("elsewhere", files_ / "src/link");
  expect_new("where a link leads");
  fs::rename(files_ / "src/main", files_ / "src/renamed");
  expect_new("a file's name");
  files_.write("etc/deck.conf", "port=2");
  expect_new("a file of files: that git knows");
  project_.builders["make"] = "make -j {targets}";
  expect_new("the builder's command");
  image_.builder = "go";
  expect_new("the builder");
  image_.target = "deck2";
  expect_new("the target");
  image_.files["out/more"] = "/more";
  expect_new("one file more");
  image_.files["out/more"] = "/other";
  expect_new("a path in the image");
  base_ = "sha256:02";
  expect_new("the base's digest");
  image_.entrypoint = {"/usr/bin/deck -v"};
  expect_new("the entrypoint: one word, not two");
  image_.env = {{"A", "2"}};
  expect_new("a value of the environment");
  image_.user = "65532";
  expect_new("the user");
  image_.env = {{"A", "2"}, {"B", ""}};
  expect_new("a variable");
  image_.entrypoint.clear();
  expect_new("no entrypoint");
  image_.inputs = {"src", "web"};
  expect_new("one input more");
}

TEST_F(TagTest, NothingElseCounts) {
  const auto before = tag();
  const auto without = MadeFiles::times(files_.root(), {"out/deck"});
  files_.write("out/deck", "what the builder made");
  MadeFiles::remember(files_.root(), without, {"out/deck"});
  files_.write("README", "no input");
  fs::last_write_time(files_ / "src/main", fs::file_time_type::clock::now() - std::chrono::hours(5));
  project_.builders["go"] = "another builder";
  image_.name = "deck2";
  git(files_.root(), "rm -q --cached src/main");
  EXPECT_EQ(tag(), before);
  const TempProject clone;
  git(clone.root(), "clone -q '" + files_.root().string() + "' x");
  project_.root = clone.root() / "x";
  EXPECT_EQ(tag(), before);
}

TEST_F(TagTest, ADockerfilesContextCountsAsDockerSeesIt) {
  const Image web{.name = "web",
                  .kind = Image::Kind::dockerfile,
                  .dockerfile = "web/Dockerfile",
                  .context = "web",
                  .inputs = {"src"}};
  const auto expect = [&](const char* what) {
    EXPECT_TRUE(seen_.insert(dockerfile_hash(files_hash(project_, web, {}), base_)).second) << what;
  };
  expect("the first");
  files_.write("web/.gitignore", "built\n");
  expect("a file of the context");
  files_.write("web/built", "1");
  expect("an ignored one too");
  files_.write("src/main", "2");
  expect("an input");
  base_ = "sha256:02";
  expect("what FROM stands for");
}

TEST_F(TagTest, ACommandAndItsInputs) {
  Image web{.name = "web", .kind = Image::Kind::command, .command = "make", .inputs = {"src"}};
  const auto expect = [&](const char* what) {
    EXPECT_TRUE(seen_.insert(files_hash(project_, web, {})).second) << what;
  };
  expect("the first");
  files_.write("src/main", "2");
  expect("an input");
  web.command = "make all";
  expect("the command");
  web.inputs.clear();
  expect("no inputs");
}

TEST_F(TagTest, ProblemsNameTheImage) {
  image_.inputs = {"none"};
  EXPECT_STREQ(error_of([&] { tag(); }).what(), "image deck: input none: No such file or directory");
}

}  // namespace
}  // namespace harness
