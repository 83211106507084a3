// What image/dockerfile.cc finds in a Dockerfile. testdata/dockerfiles.json has what BuildKit's own parser
// finds in the same files; an image in brackets is one that BuildKit does not need.
#include "image/dockerfile.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>

#include "support/errors.h"
#include "support/processes.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> images(const Dockerfile& file) {
  std::vector<std::string> names;
  for (const auto& one : file.references())
    if (one.where != Dockerfile::Where::syntax && one.where != Dockerfile::Where::trigger)
      names.push_back(one.needed ? one.name : "(" + one.name + ")");
  return names;
}

std::vector<std::string> images(const std::string& text, const DockerfileSettings& settings = {}) {
  return images(Dockerfile(text, "Dockerfile", settings));
}

TEST(DockerfileTest, IsReadAsBuildkitReadsIt) {
  for (const auto& entry :
       Json::parse(text_of(std::string(TEST_SOURCE_DIR) + "/testdata/dockerfiles.json"))) {
    const std::string text = entry["text"], name = entry["name"];
    if (entry["images"] == "error") {
      EXPECT_THROW(images(text), Error) << name << "\n" << text;
      continue;
    }
    const Dockerfile file(text, "Dockerfile", {});
    EXPECT_EQ(Json(images(file)), entry["images"]) << name << "\n" << text;
    EXPECT_EQ(file.with({}), text);
    std::map<std::string, std::string> exact;
    for (const auto& one : file.references())
      exact[one.name] = "r.io/" + std::to_string(exact.size()) + "@sha256:aa";
    std::vector<std::string> expected;
    for (const auto& one : file.references()) {
      if (one.where == Dockerfile::Where::syntax || one.where == Dockerfile::Where::trigger) continue;
      expected.push_back(one.needed ? exact[one.name] : "(" + exact[one.name] + ")");
    }
    EXPECT_EQ(images(file.with(exact)), expected) << name << "\n" << text << "\nbecame\n" << file.with(exact);
  }
}

TEST(DockerfileTest, OnlyTheReferenceIsReplaced) {
  const std::string text =
      "# syntax=r.io/dockerfile:1\nFROM \\\n # c\n a/b AS x\nCOPY --from=\"a/b\" --chown=1 /x /y\nRUN "
      "--mount=type=bind,from=a/b,target='/x y' true\n"
      "ONBUILD COPY --from=a/b / /\nRUN <<E\nFROM a/b\nE\n";
  EXPECT_EQ(Dockerfile(text, "f", {})
                .with({{"a/b", "a/b@sha256:1"}, {"r.io/dockerfile:1", "r.io/dockerfile@sha256:2"}}),
            "# syntax=r.io/dockerfile@sha256:2\nFROM \\\n # c\n a/b@sha256:1 AS x\nCOPY --from=a/b@sha256:1 "
            "--chown=1 /x /y\n"
            "RUN --mount=type=bind,from=a/b@sha256:1,target=/x\\ y true\nONBUILD COPY --from=a/b@sha256:1 / "
            "/\nRUN <<E\nFROM a/b\nE\n");
}

TEST(DockerfileTest, TheClassicBuilderDiffers) {
  const DockerfileSettings classic{.buildkit = false};
  EXPECT_THAT(images("FROM a\nCOPY --from=later / /\nFROM b AS later\n", classic),
              ElementsAre("a", "later", "b"))
      << "it knows no later stage, and builds each";
  EXPECT_THAT(images("FROM x-${TARGETARCH:-none}\n", classic), ElementsAre("x-none"));
  EXPECT_THAT(images("# syntax=r.io/x\nFROM a\n", classic), ElementsAre("a"));
  EXPECT_TRUE(Dockerfile("# syntax=r.io/x\nFROM a\n", "f", classic).references()[0].where ==
              Dockerfile::Where::from);
}

TEST(DockerfileTest, ArgumentsAndTargetsThatAreGiven) {
  EXPECT_THAT(images("ARG V=1\nFROM a:$V\n", {.args = {{"V", "2"}}}), ElementsAre("a:2"));
  EXPECT_THAT(images("FROM a:${V:-0}\n", {.args = {{"V", "2"}}}), ElementsAre("a:0"))
      << "one that no ARG declares";
  EXPECT_THAT(images("FROM a-$TARGETARCH\n", {.architecture = "arm64"}), ElementsAre("a-arm64"));
  EXPECT_THAT(images("FROM a-$TARGETARCH-$TARGETVARIANT-$BUILDARCH\n", {.platform = "linux/arm64/v8"}),
              ElementsAre("a-arm64-v8-amd64"));
  const std::string text = "FROM a AS one\nFROM b AS two\nFROM c\n";
  EXPECT_THAT(images(text, {.target = "TWO"}), ElementsAre("(a)", "b", "(c)"));
  EXPECT_THAT(images(text, {.buildkit = false, .target = "two"}), ElementsAre("a", "b", "(c)"));
  EXPECT_THAT(error_of([&] { images(text, {.target = "none"}); }).what(),
              HasSubstr("target stage \"none\" could not be found"));
  EXPECT_EQ(Dockerfile("FROM --platform=$BUILDPLATFORM a\n", "f", {}).references()[0].platform,
            "linux/amd64");
}

TEST(DockerfileTest, TriggersCountWhereTheyNameARegistry) {
  const Dockerfile file(
      "FROM a\nONBUILD COPY --from=stage / /\nONBUILD RUN --mount=from=r.io/x,target=/x true\n", "f", {});
  ASSERT_EQ(file.references().size(), 2u);
  EXPECT_EQ(file.references()[1].name, "r.io/x");
  EXPECT_THAT(names_in_trigger("COPY --from=r.io/y / /"), ElementsAre("r.io/y"));
}

TEST(DockerfileTest, AnotherLanguageIsLeftToItsFrontend) {
  const Dockerfile file("# syntax=r.io/their/language:1\nthis: is\nnot: ours\n", "f", {});
  ASSERT_EQ(file.references().size(), 1u);
  EXPECT_EQ(file.references()[0].name, "r.io/their/language:1");
  EXPECT_THROW(Dockerfile("# syntax=docker/dockerfile:1\nthis: is\n", "f", {}), Error);
}

TEST(DockerfileTest, ProblemsNameFileAndLine) {
  EXPECT_STREQ(error_of([] { Dockerfile("FROM a\n\nCOPY --from=$X / /\n", "web/Dockerfile", {}); }).what(),
               "web/Dockerfile:3: --from=$X takes no variables: name a stage instead (FROM $X AS x)");
  EXPECT_STREQ(error_of([] { Dockerfile("FROM a\nFROM ${V:?which}\n", "f", {}); }).what(),
               "f:2: \"${V:?which}\": V: which");
  EXPECT_EQ(error_of([] { Dockerfile("", "f", {}); }).details.exit_code, kBuild);
}

/// Whatever stands there, it ends with an answer or an Error, and nothing is lost where nothing is replaced.
TEST(DockerfileTest, AnyTextHasAnAnswer) {
  std::mt19937 random(1);
  const std::vector<std::string> pieces{"FROM",
                                        " ",
                                        "\n",
                                        "\\",
                                        "`",
                                        "a/b",
                                        "<<",
                                        "EOF",
                                        "\"",
                                        "'",
                                        "$",
                                        "{",
                                        "}",
                                        ":",
                                        "-",
                                        "#",
                                        "/",
                                        "%",
                                        "COPY",
                                        "RUN",
                                        "--from=",
                                        "--mount=",
                                        "from=",
                                        ",",
                                        "ARG",
                                        "=",
                                        "\t",
                                        "AS",
                                        "ONBUILD",
                                        "[",
                                        "]",
                                        "# escape=`\n",
                                        "\r",
                                        "\xff",
                                        "\xe2\x80\x89",
                                        "\xef\xbb\xbf",
                                        "0",
                                        std::string(1, '\0')};
  size_t read = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = i % 2 ? "FROM x\n" : "";
    for (auto count = random() % 14; count > 0; --count) text += pieces[random() % pieces.size()];
    for (const bool buildkit : {false, true}) try {
        const Dockerfile file(text, "f", {.buildkit = buildkit});
        EXPECT_EQ(file.with({}), text);
        ++read;
      } catch (const Error&) {
      }
  }
  EXPECT_GT(read, 5000u);
}

}  // namespace
}  // namespace harness
