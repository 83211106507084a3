// image/builder_image.cc: images of a builder that list their inputs.
#include <gmock/gmock.h>

#include <thread>

#include "image/build.h"
#include "image/memory_registry.h"
#include "image/repository.h"
#include "support/errors.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class BuilderImageTest : public testing::Test {
 protected:
  BuilderImageTest() {
    project_.root = files_.root();
    project_.registry = registry_.host();
    project_.builders["make"] =
        "echo {targets} >> calls; mkdir -p out; for t in {targets}; do cp src/$t out/$t; done";
    for (const char* name : {"deck", "hook"}) {
      files_.write(std::string("src/") + name, std::string("program ") + name);
      images_.push_back({.name = name,
                         .kind = Image::Kind::builder,
                         .builder = "make",
                         .target = name,
                         .files = {{std::string("out/") + name, std::string("/usr/bin/") + name}},
                         .inputs = {std::string("src/") + name}});
    }
  }
  /// What a run does: the builder, then each image. Returns the references.
  std::vector<std::string> run(const std::set<std::string>& targets = {},
                               const std::set<std::string>& forced = {}) {
    project_.images = images_;
    ImageBuilder builder(project_, before_);
    std::vector<const Image*> images;
    for (const auto& image : images_) images.push_back(&image);
    builder.build("make", targets, images, forced, [&](std::string_view text) { said_ += text; }, {});
    std::vector<std::string> references;
    for (const auto& image : images_)
      references.push_back(builder.make(image, forced.contains(image.name), {}, {}));
    return references;
  }
  std::string calls() const {
    return std::filesystem::exists(files_ / "calls") ? read_file(files_ / "calls") : "";
  }
  /// The layer of an image, as the registry has it.
  std::string layer(const std::string& reference) const {
    const std::string name =
        reference.substr(reference.find('/') + 1, reference.find('@') - reference.find('/') - 1);
    const auto manifest =
        nlohmann::json::parse(registry_.stored(name + "/" + reference.substr(reference.find('@') + 1)));
    return registry_.stored(name + "/" + manifest["layers"].back()["digest"].get<std::string>());
  }

  MemoryRegistry registry_;
  TempProject files_;
  Project project_;
  std::vector<Image> images_;
  std::string said_;
  std::map<std::string, std::string> before_;
};

TEST_F(BuilderImageTest, WhatTheRegistryHasNeedsNoBuilder) {
  const auto first = run();
  EXPECT_EQ(calls(), "deck hook\n");
  EXPECT_THAT(layer(first[0]), HasSubstr("program deck"));
  const auto pushes = registry_.count("PUT");
  std::filesystem::remove_all(files_ / "out");
  EXPECT_EQ(run(), first) << "without the builder's files";
  EXPECT_EQ(calls(), "deck hook\n");
  EXPECT_EQ(registry_.count("PUT"), pushes);
}

TEST_F(BuilderImageTest, OnlyWhatChangedIsATarget) {
  const auto first = run();
  files_.write("src/hook", "changed");
  const auto second = run();
  EXPECT_EQ(calls(), "deck hook\nhook\n");
  EXPECT_EQ(second[0], first[0]);
  EXPECT_NE(second[1], first[1]);
  EXPECT_THAT(layer(second[1]), HasSubstr("changed"));
  files_.write("src/hook", "program hook");
  EXPECT_EQ(run(), first) << "as it was before";
  EXPECT_EQ(calls(), "deck hook\nhook\n");
}

TEST_F(BuilderImageTest, OtherTargetsAreMadeInAnyCase) {
  files_.write("src/tests", "");
  run({"tests"});
  run({"tests"});
  EXPECT_EQ(calls(), "deck hook tests\ntests\n");
}

TEST_F(BuilderImageTest, ForcedWhateverTheRegistryHas) {
  const auto first = run();
  project_.builders["make"] += " # unlike before";
  run();
  const auto before = calls();
  EXPECT_EQ(run({}, {"hook"}), first);
  EXPECT_EQ(calls(), before + "hook\n");
  files_.write("version", "2");
  project_.builders["make"] =
      "for t in {targets}; do cp version out/$t; done";  // depends on what is no input
  const auto second = run();
  files_.write("version", "3");
  EXPECT_EQ(run(), second) << "as it was told";
  const auto forced = run({}, {"hook"});
  EXPECT_EQ(forced[0], second[0]);
  EXPECT_NE(forced[1], second[1]);
  EXPECT_THAT(layer(forced[1]), HasSubstr("3"));
  EXPECT_EQ(run(), forced) << "from now on";
}

TEST_F(BuilderImageTest, WhatStandsAroundTheFilesNeedsNoBuilder) {
  registry_.store_base("debian", "one");
  std::set<std::string> references{run()[0]};
  const auto expect_new = [&](const char* what) { EXPECT_TRUE(references.insert(run()[0]).second) << what; };
  images_[0].base = "debian";
  expect_new("a base");
  const auto layer = registry_.store_base("debian", "another");
  expect_new("a base that changed");
  images_[0].entrypoint = {"/usr/bin/deck"};
  expect_new("an entrypoint");
  images_[0].env = {{"A", "1"}};
  expect_new("an environment");
  EXPECT_EQ(calls(), "deck hook\n");
  EXPECT_THAT(registry_.stored("deck/latest"), HasSubstr(layer));
}

TEST_F(BuilderImageTest, ABaseIsTheOneOfThisRun) {
  auto web = images_[1];
  web.name = "web";
  web.base = "deck";
  images_.push_back(web);
  ImageBuilder builder(project_);
  builder.build("make", {}, {&images_[0], &images_[2]}, {}, {}, {});
  const auto deck = builder.make(images_[0], false, {}, {});
  registry_.store_base("deck", "pushed by another run meanwhile");
  const auto reference = builder.make(images_[2], false, {}, {});
  const auto manifest =
      nlohmann::json::parse(registry_.stored("web/" + reference.substr(reference.find('@') + 1)));
  EXPECT_THAT(registry_.stored("web/" + manifest["layers"][0]["digest"].get<std::string>()),
              HasSubstr("program deck"));
}

TEST_F(BuilderImageTest, AFileThatGitDoesNotKnowYetCounts) {
  images_[0].files["conf/new"] = "/etc/new";
  for (const std::string text : {"first", "second", "third"}) {
    files_.write("conf/new", text);
    EXPECT_THAT(layer(run()[0]), HasSubstr(text));
  }
  EXPECT_EQ(calls(), "deck hook\ndeck\ndeck\n");
}

TEST_F(BuilderImageTest, WhatSomebodyWroteInPlaceOfTheBuilderIsMadeAgain) {
  const auto first = run();
  files_.write("out/deck", "by hand");
  EXPECT_EQ(run(), first);
  EXPECT_EQ(calls(), "deck hook\ndeck\n");
}

TEST_F(BuilderImageTest, AnotherFolderNeedsNoBuilder) {
  const auto first = run();
  const TempProject clone;
  for (const char* name : {"src/deck", "src/hook"}) clone.write(name, read_file(files_ / name));
  project_.root = clone.root();
  EXPECT_EQ(run(), first);
  EXPECT_FALSE(std::filesystem::exists(clone / "calls"));
}

TEST_F(BuilderImageTest, InputsThatChangeWhileItRuns) {
  project_.builders["make"] += "; [ -e once ] || { touch once; echo newer > src/deck; }";
  const auto references = run();
  EXPECT_EQ(calls(), "deck hook\ndeck\n");
  EXPECT_THAT(layer(references[0]), HasSubstr("newer"));
  EXPECT_EQ(said_, "the inputs of deck changed while make ran: once more\n");
  EXPECT_EQ(run(), references);
  files_.write("src/deck", "program deck");
  EXPECT_THAT(layer(run()[0]), HasSubstr("program deck"))
      << "nothing stands under the tag of what was built too late";
  EXPECT_EQ(calls(), "deck hook\ndeck\ndeck\n");
}

TEST_F(BuilderImageTest, InputsThatDoNotStopChanging) {
  images_[0].inputs = {"src", "out"};
  files_.write("out/deck", "");
  project_.builders["make"] += "; echo more >> out/log";
  const auto error = error_of([&] { run(); });
  EXPECT_STREQ(error.what(), "builder make: the inputs of deck change while it runs");
  EXPECT_THAT(error.details.hint, HasSubstr("check whether it writes files among them"));
  EXPECT_EQ(error.details.exit_code, kBuild);
  EXPECT_THAT(registry_.tags("deck"), ElementsAre());
}

TEST_F(BuilderImageTest, AFolderWithAllBelowIt) {
  project_.builders["make"] =
      "mkdir -p web/js; cp src/deck web/index; cp src/deck web/js/app; echo $$ > web/id";
  images_.resize(1);
  images_[0].files = {{"web/", "/srv/web/"}};
  images_[0].user = "65532";
  const auto first = run();
  EXPECT_THAT(layer(first[0]), AllOf(HasSubstr("srv/web/js/app"), HasSubstr("srv/web/index")));
  EXPECT_EQ(run(), first);  // what the builder left there is no source
  files_.write("web/by-hand", "a source");
  EXPECT_THAT(layer(run()[0]), HasSubstr("srv/web/by-hand"));
}

TEST_F(BuilderImageTest, TheUserIsInTheImagesConfiguration) {
  images_[0].user = "65532:65532";
  const auto reference = run()[0];
  const auto manifest =
      nlohmann::json::parse(registry_.stored("deck/" + reference.substr(reference.find('@') + 1)));
  const auto config =
      nlohmann::json::parse(registry_.stored("deck/" + manifest["config"]["digest"].get<std::string>()));
  EXPECT_EQ(config["config"]["User"], "65532:65532");
}

TEST_F(BuilderImageTest, FoldersThatAreNone) {
  images_.resize(1);
  images_[0].files = {{"nowhere/", "/srv/"}};
  EXPECT_THAT(error_of([&] { run(); }).what(), HasSubstr("did not make nowhere/"));
  images_[0].files = {{"out", "/srv"}};
  EXPECT_THAT(error_of([&] { run(); }).what(), HasSubstr("did not make out"));
  files_.write("web/page", "1");
  std::filesystem::create_directory_symlink(".", files_.root() / "web/again");
  images_[0].files = {{"web/", "/srv/"}};
  EXPECT_THAT(error_of([&] { run(); }).what(), HasSubstr("again is a link to a folder"));
}

TEST_F(BuilderImageTest, AFileThatWasNotMade) {
  project_.builders["make"] = "true";
  EXPECT_STREQ(error_of([&] { run(); }).what(), "image deck: builder make did not make out/deck");
}

TEST_F(BuilderImageTest, TagsSayWhatTheyStandFor) {
  run();
  EXPECT_THAT(registry_.tags("deck"),
              ElementsAre(testing::MatchesRegex("[0-9a-f]{32}"), StartsWith("files-"), "latest"));
}

TEST_F(BuilderImageTest, ARegistryThatLostTheFiles) {
  const auto first = run();
  registry_.fault = [](const auto& request, auto& answer) {
    if (request.method != "HEAD" || request.target.find("/deck/blobs/") == std::string::npos) return false;
    answer.reply(404);
    return true;
  };
  EXPECT_EQ(run(), first);
  EXPECT_EQ(calls(), "deck hook\ndeck\n");
}

TEST_F(BuilderImageTest, WhatTheRunBeforeDeployedIsOneQuestion) {
  images_[0].base = "hook";  // which is therefore asked for its latest, too
  std::swap(images_[0], images_[1]);
  project_.images = images_;
  const auto first = run();
  before_ = {{"hook", first[0]}, {"deck", first[1]}};
  const auto questions = registry_.count("HEAD") + registry_.count("GET");
  EXPECT_EQ(run(), first);
  EXPECT_EQ(registry_.count("HEAD") + registry_.count("GET"), questions + 3);
  registry_.clear();
  EXPECT_EQ(run(), first) << "a registry that was emptied meanwhile";
  EXPECT_EQ(calls(), "deck hook\ndeck hook\n");
}

TEST_F(BuilderImageTest, LatestIsPutRightWhereAnotherImageStandsOnIt) {
  images_[0].base = "hook";
  std::swap(images_[0], images_[1]);
  project_.images = images_;
  const auto first = run();
  before_ = {{"hook", first[0]}, {"deck", first[1]}};
  const auto latest = registry_.stored("hook/latest");
  registry_.store_base("hook", "of another checkout");
  run();
  EXPECT_EQ(registry_.stored("hook/latest"), latest);
}

TEST_F(BuilderImageTest, TwoHarnessesAtOnce) {
  project_.builders["make"] = "for t in {targets}; do echo $t > $t.$$; mkdir -p out; mv $t.$$ out/$t; done";
  images_[0].base = images_[1].base = "debian";
  registry_.store_base("debian", "layer");
  std::vector<std::string> one, other;
  {
    const std::jthread first([&] { one = run(); }), second([&] { other = run(); });
  }
  EXPECT_EQ(one, other);
  EXPECT_THAT(layer(one[0]), HasSubstr("deck"));
  EXPECT_EQ(run(), one);
}

}  // namespace
}  // namespace harness
