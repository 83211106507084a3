// image/build.cc with real builders and a registry in memory; what goes through docker is tested on a real
// cluster.
#include "image/build.h"

#include <gmock/gmock.h>

#include "image/index.h"
#include "image/memory_registry.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

/// Pushes a manifest that holds src/main under the name $IMAGE.
const std::string kPush =
    "name=${IMAGE#*/}; curl -sSf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data "
    "\"{\\\"a\\\":\\\"$(cat src/main 2>/dev/null)\\\"}\" "
    "\"http://${IMAGE%%/*}/v2/${name%%:*}/manifests/${name##*:}\"";

class BuildTest : public testing::Test {
 protected:
  BuildTest() {
    project_.root = files_.root();
    project_.registry = registry_.host();
    project_.builders = {{"make", "echo {targets} >> built; echo making >&2"},
                         {"broken", "echo line; echo 'no rule for {targets}' >&2; exit 2"}};
  }
  std::string make(const Image& image, bool force = false) {
    return ImageBuilder(project_).make(image, force, {}, {});
  }
  void run_builder(const std::string& name, const std::vector<std::string>& targets) {
    ImageBuilder(project_).run_builder(name, targets, {}, {});
  }

  MemoryRegistry registry_;
  TempProject files_;
  Project project_;
  const Image deck_{.name = "deck",
                    .kind = Image::Kind::builder,
                    .builder = "make",
                    .target = "deck",
                    .files = {{"out/deck", "/usr/bin/deck"}}};
};

TEST_F(BuildTest, ABuilderMakesEveryTargetInOneCall) {
  run_builder("make", {"deck", "hook"});
  EXPECT_EQ(read_file(files_ / "built"), "deck hook\n");
}

TEST_F(BuildTest, ABuilderThatFailsShowsItsCommandAndTheEndOfItsOutput) {
  const auto error = error_of([&] { run_builder("broken", {"deck"}); });
  EXPECT_STREQ(error.what(), "builder broken failed");
  EXPECT_EQ(error.details.command,
            "cd " + files_.root().string() + " && echo line; echo 'no rule for deck' >&2; exit 2");
  EXPECT_EQ(error.details.output_tail, "line\nno rule for deck");
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST_F(BuildTest, AnImageIsPushedOnceAndNamedByItsDigest) {
  files_.write("out/deck", "program", 0755);
  const auto reference = make(deck_);
  EXPECT_THAT(reference, MatchesRegex("localhost:[0-9]+/deck@sha256:[0-9a-f]+"));
  EXPECT_EQ(sha256_hex(registry_.stored("deck/latest")), reference.substr(reference.find("sha256:") + 7));
  const auto pushes = registry_.count("PUT");
  EXPECT_EQ(make(deck_), reference);
  EXPECT_EQ(registry_.count("PUT"), pushes) << "what did not change is not pushed again";
  files_.write("out/deck", "changed", 0755);
  const auto changed = make(deck_);
  EXPECT_NE(changed, reference);
  EXPECT_EQ(sha256_hex(registry_.stored("deck/latest")), changed.substr(changed.find("sha256:") + 7));
}

TEST_F(BuildTest, AnImageStandsOnItsBase) {
  files_.write("out/deck", "program", 0755);
  auto deck = deck_;
  deck.base = "base";
  EXPECT_THAT(error_of([&] { make(deck); }).what(), HasSubstr("its base base is not in the registry"));
  const auto layer = registry_.store_base("base", "the base's layer");
  make(deck);
  EXPECT_EQ(registry_.stored("deck/" + layer), "the base's layer") << "its layers are in the repository too";
  EXPECT_THAT(registry_.stored("deck/latest"), HasSubstr("\"digest\":\"" + layer + "\""));
}

/// An index as buildx, docker 29 or ko push it.
class IndexTest : public BuildTest {
 protected:
  using Json = nlohmann::json;
  Json part(const std::string& manifest, const Json& platform, const std::string& type = kOciManifest) {
    registry_.store_manifest("base", descriptor_of(manifest).digest, manifest, type);
    Json entry{{"mediaType", type}, {"digest", descriptor_of(manifest).digest}, {"size", manifest.size()}};
    if (!platform.is_null()) entry["platform"] = platform;
    return entry;
  }
  Json image(const std::string& layer, const std::string& architecture) {
    return part(registry_.store_image("base", layer).second,
                {{"os", "linux"}, {"architecture", architecture}});
  }
  static std::string index(const Json& parts, const std::string& type = kOciIndex) {
    return Json{{"schemaVersion", 2}, {"mediaType", type}, {"manifests", parts}}.dump();
  }
  /// Makes `deck` on base:latest.
  std::string on_base(const std::string& body, const std::string& type = kOciIndex) {
    registry_.store_manifest("base", "latest", body, type);
    files_.write("out/deck", "program", 0755);
    auto deck = deck_;
    deck.base = "base";
    return make(deck);
  }
  const std::string other_ = node_platform().architecture == "amd64" ? "arm64" : "amd64",
                    own_ = node_platform().architecture;
  const Json attestation_ = {{"os", "unknown"}, {"architecture", "unknown"}};
};

TEST_F(IndexTest, ABaseIsThatOfTheNodesPlatform) {
  const auto parts =
      Json::array({part(R"({"layers":[]})", attestation_), image("other", other_), image("right", own_)});
  for (const auto& [type, body] : {std::pair{kOciIndex, index(parts)},
                                   {kDockerList, index(parts, kDockerList)},
                                   {kOciIndex, Json{{"manifests", parts}}.dump()}}) {
    on_base(body, type);
    EXPECT_THAT(registry_.stored("deck/latest"), HasSubstr(descriptor_of("right").digest)) << type;
  }
}

TEST_F(IndexTest, IndexesMayLieInIndexes) {
  const auto inner = index(Json::array({image("other", other_)})),
             deep = index(Json::array({image("right", own_)}));
  on_base(
      index(Json::array({part(inner, nullptr, kOciIndex),
                         part(index(Json::array({part(deep, nullptr, kOciIndex)})), nullptr, kOciIndex)})));
  EXPECT_THAT(registry_.stored("deck/latest"), HasSubstr(descriptor_of("right").digest));
}

TEST_F(IndexTest, AVariantIsTakenWhereThereIsNoPlainOne) {
  auto v3 = image("v3", own_), plain = image("plain", own_);
  v3["platform"]["variant"] = "v3";
  on_base(index(Json::array({v3, plain})));
  EXPECT_THAT(registry_.stored("deck/latest"), HasSubstr(descriptor_of("plain").digest));
  on_base(index(Json::array({v3})));
  EXPECT_THAT(registry_.stored("deck/latest"), HasSubstr(descriptor_of("v3").digest));
}

TEST_F(IndexTest, APlatformThatIsMissingIsNamed) {
  const auto error = error_of([&] {
    on_base(index(Json::array({image("other", other_), part("{}", attestation_)})));
  });
  EXPECT_EQ(error.what(), "image base has nothing for linux/" + own_ + "; it has linux/" + other_);
  EXPECT_EQ(error.details.exit_code, kBuild);
  EXPECT_EQ(error_of([&] { on_base(index(Json::array())); }).what(),
            "image base has nothing for linux/" + own_);
  auto lost = image("right", own_);
  lost["digest"] = "sha256:00";
  EXPECT_THAT(error_of([&] { on_base(index(Json::array({lost}))); }).what(),
              HasSubstr("its index names sha256:00, which is not in the registry"));
  EXPECT_THAT(error_of([&] { on_base("[]"); }).what(), HasSubstr("no manifest of an image"));
  EXPECT_THAT(error_of([&] { on_base(R"({"layers":[]})", kOciManifest); }).what(),
              HasSubstr("is not an image of layers"));
  EXPECT_THAT(
      error_of([&] {
        on_base(
            R"({"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"sha256:00"},"layers":[]})",
            kOciManifest);
      }).what(),
      HasSubstr("is not an image of layers"));
}

TEST_F(IndexTest, ACommandMayPushOne) {
  const auto child = registry_.store_image("web", "layer").second;
  registry_.store_manifest("web", "child", child);
  files_.write("index", index(Json::array({{{"digest", descriptor_of(child).digest},
                                            {"platform", {{"os", "linux"}, {"architecture", own_}}}}})));
  const Image web{
      .name = "web",
      .kind = Image::Kind::command,
      .command =
          "name=${IMAGE#*/}; curl -sSf -X PUT -H 'Content-Type: application/vnd.oci.image.index.v1+json' "
          "--data-binary @index \"http://${IMAGE%%/*}/v2/${name%%:*}/manifests/${name##*:}\"",
      .inputs = {"index"}};
  const auto reference = make(web);
  EXPECT_THAT(reference, EndsWith("@" + descriptor_of(read_file(files_ / "index")).digest))
      << "pods name the index";
  EXPECT_EQ(make(web), reference);
  EXPECT_EQ(registry_.stored("web/latest"), read_file(files_ / "index"));
}

TEST_F(BuildTest, AFileThatTheBuilderDidNotMake) {
  const auto error = error_of([&] { make(deck_); });
  EXPECT_STREQ(error.what(), "image deck: builder make did not make out/deck");
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST_F(BuildTest, ACommandMustPushWhatImageNames) {
  const Image image{
      .name = "web", .kind = Image::Kind::command, .command = "echo \"$IMAGE\" > image; echo compiling"};
  const auto error = error_of([&] { make(image); });
  EXPECT_THAT(error.what(), HasSubstr("did not push " + registry_.host() + "/web:"));
  EXPECT_THAT(read_file(files_ / "image"), MatchesRegex("localhost:[0-9]+/web:[0-9a-f]+-[0-9a-f]+\n"));
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST_F(BuildTest, WhatIsThereButNoImageWasPushedAllTheSame) {
  const Image image{.name = "web",
                    .kind = Image::Kind::command,
                    .command =
                        "name=${IMAGE#*/}; curl -sSf -X PUT -H 'Content-Type: application/x-thing' --data "
                        "'{}' \"http://${IMAGE%%/*}/v2/${name%%:*}/manifests/${name##*:}\""};
  EXPECT_THAT(error_of([&] { make(image); }).what(),
              HasSubstr("but the registry does not serve it as an image"));
}

TEST_F(BuildTest, ACommandThatFailsShowsItsOutput) {
  const auto error = error_of([&] {
    make({.name = "web",
          .kind = Image::Kind::command,
          .command = "echo 'x.go:3: no such package' >&2; exit 1"});
  });
  EXPECT_STREQ(error.what(), "image web: sh exited with 1");
  EXPECT_EQ(error.details.output_tail, "x.go:3: no such package");
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST_F(BuildTest, ACommandRunsAgainOnlyWhenItsInputsChange) {
  files_.write("src/main", "1");
  const Image image{.name = "web",
                    .kind = Image::Kind::command,
                    .command = "echo ran >> runs; " + kPush,
                    .inputs = {"src"}};
  const auto runs = [&] { return read_file(files_ / "runs").size() / 4; };
  const auto reference = make(image);
  EXPECT_THAT(reference, HasSubstr("/web@sha256:"));
  EXPECT_EQ(make(image), reference);
  EXPECT_EQ(runs(), 1u);
  EXPECT_EQ(make(image, true), reference) << "forced";
  EXPECT_EQ(runs(), 2u);
  files_.write("src/main", "2");
  EXPECT_NE(make(image), reference);
  EXPECT_EQ(runs(), 3u);
}

TEST_F(BuildTest, ACommandMustPushEachTimeItRuns) {
  const Image image{.name = "web",
                    .kind = Image::Kind::command,
                    .command = "[ -e done ] || { " + kPush + "; }; touch done"};
  make(image);
  EXPECT_THAT(error_of([&] { make(image, true); }).what(), HasSubstr("did not push"))
      << "what an earlier run pushed does not stand for it";
}

TEST_F(BuildTest, ACommandRunsAgainWhenItsInputsChangedMeanwhile) {
  files_.write("src/main", "1");
  const Image image{.name = "web",
                    .kind = Image::Kind::command,
                    .command = "echo ran >> runs; " + kPush + "; echo 2 > src/main",
                    .inputs = {"src"}};
  const auto reference = make(image);
  EXPECT_EQ(read_file(files_ / "runs"), "ran\nran\n");
  EXPECT_EQ(make(image), reference);
  files_.write("src/main", "1");
  make(image);
  EXPECT_EQ(read_file(files_ / "runs"), "ran\nran\nran\n")
      << "what was pushed first stands for nothing; the second is there";
  const Image restless{.name = "web",
                       .kind = Image::Kind::command,
                       .command = kPush + "; echo x >> src/main",
                       .inputs = {"src"}};
  const auto error = error_of([&] { make(restless); });
  EXPECT_STREQ(error.what(), "image web: its inputs change while it is made");
  EXPECT_EQ(error.details.exit_code, kBuild);
}

}  // namespace
}  // namespace harness
