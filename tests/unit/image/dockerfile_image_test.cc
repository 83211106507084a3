// image/dockerfile_image.cc: `dockerfile:` images that are made from other images, with a docker that notes
// what it is told.
#include <gmock/gmock.h>

#include "image/bases.h"
#include "image/build.h"
#include "image/memory_registry.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::Not;

/// "has/NAME" is what it has under a name: its id, and what `docker image inspect` says of it. What it built
/// is what it pushes. `built` has the Dockerfile that it got, `context` the files.
constexpr const char* kDocker = R"sh(#!/bin/sh
cd ROOT
echo "$*" >> calls
file_of() { echo has/$(echo "$1" | tr '/:@' '___'); }
for last; do :; done
case "$1" in
  version) echo 20.10.24 amd64 ;;
  image)
    [ -e "$(file_of "$last")" ] || exit 1
    case "$*" in *'{{.Id}}'*) sed 's/.*"Id":"\([^"]*\)".*/\1/' "$(file_of "$last")" ;; *) cat "$(file_of "$last")" ;; esac ;;
  tag) case "$2" in sha256:*) echo "$2" > built ;; esac ;;
  pull) [ -e "pulls/$(basename "$(file_of "$last")")" ] || exit 1; cp "pulls/$(basename "$(file_of "$last")")" "$(file_of "$last")" ;;
  build)
    while [ "$1" != --file ]; do shift; done
    rm -rf context; mkdir context
    if [ "$last" = - ]; then tar -xf - -C context; cp "context/$2" built; else cp "$2" built; cp "$2.dockerignore" ignored; cp -r "$last"/. context; fi
    [ ! -e meanwhile ] || . ./meanwhile
    ;;
  push)
    name=${last#*/}
    curl -sSf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data "{\"a\":\"$(sha256sum < built | cut -c1-64)\"}" "http://${last%%/*}/v2/${name%%:*}/manifests/${name##*:}"
    ;;
esac
)sh";

class DockerfileImageTest : public testing::Test {
 protected:
  DockerfileImageTest() {
    std::string script = kDocker;
    script.replace(script.find("ROOT"), 4, files_.root().string());
    files_.write("bin/docker", script, 0755);
    files_.write("calls", "");
    files_.write("has/debian_12", has("01"));
    files_.write("pulls/none", "");
    project_.root = files_.root() / "project";
    project_.file = project_.root / "components.yaml";
    project_.registry = registry_.host();
    project_.images = {
        {.name = "base", .kind = Image::Kind::dockerfile, .dockerfile = "base/Dockerfile", .context = "base"},
        image()};
    write_dockerfile("FROM " + registry_.host() + "/base AS b\nRUN x\n");
    files_.write("project/web/page", "1");
    files_.write("project/base/Dockerfile", "FROM debian:12\n");
  }
  static std::string has(const std::string& id, const std::string& triggers = "null") {
    return R"({"Id":"sha256:)" + id + R"(","RepoDigests":[],"Config":{"OnBuild":)" + triggers + "}}\n";
  }
  static Image image() {
    return {.name = "web", .kind = Image::Kind::dockerfile, .dockerfile = "web/Dockerfile", .context = "web"};
  }
  void write_dockerfile(const std::string& text) { files_.write("project/web/Dockerfile", text); }
  /// Has the registry and docker have another image of that name.
  std::string store(const std::string& name, const std::string& content) {
    const auto digest = "sha256:" + sha256_hex(content);
    registry_.store_manifest(name, "latest", content);
    files_.write("has/" + registry_.host().replace(registry_.host().find(':'), 1, "_") + "_" + name +
                     "_sha256_" + digest.substr(7),
                 has("02"));
    return registry_.host() + "/" + name + "@" + digest;
  }
  std::string make() { return ImageBuilder(project_).make(image(), false, {}, {}); }
  std::string built() const { return read_file(files_ / "built"); }
  size_t builds() const {
    size_t count = 0;
    const auto calls = "\n" + read_file(files_ / "calls");
    for (auto at = calls.find("\nbuild "); at != std::string::npos; at = calls.find("\nbuild ", at + 1))
      ++count;
    return count;
  }

  MemoryRegistry registry_;
  TempProject files_;
  ScopedVariable path_{"PATH", (files_ / "bin").string() + ":/usr/bin:/bin"};
  Project project_;
};

TEST_F(DockerfileImageTest, TheBuildGetsTheExactBase) {
  const auto base = store("base", "one");
  make();
  EXPECT_EQ(built(), "FROM " + base + " AS b\nRUN x\n");
  make();
  EXPECT_EQ(builds(), 1u);
  const auto other = store("base", "two");
  make();
  EXPECT_EQ(built(), "FROM " + other + " AS b\nRUN x\n") << "one run after an edit of the base";
  EXPECT_EQ(builds(), 2u);
}

TEST_F(DockerfileImageTest, APulledImageIsWhatDockerHasUnderItsName) {
  const Image pulled{.name = "pulled", .kind = Image::Kind::pull, .pull = "debian:12"};
  project_.images = {pulled};
  const auto make_it = [&] { return ImageBuilder(project_).make(pulled, false, {}, {}); };
  const auto first = make_it();
  EXPECT_EQ(built(), "sha256:01\n");
  EXPECT_EQ(make_it(), first);
  files_.write("has/debian_12", has("03"));
  EXPECT_NE(make_it(), first);
  EXPECT_EQ(built(), "sha256:03\n");
}

TEST_F(DockerfileImageTest, EachWayToNameAnImageCounts) {
  const auto host = registry_.host(), port = host.substr(host.find(':'));
  for (const auto& text :
       {"FROM debian:12\nCOPY --from=" + host + "/base:v7 / /\n", "ARG R=" + host + "\nFROM ${R}/base\n",
        "FROM debian:12\nONBUILD COPY --from=" + host + "/base / /\n", "FROM 127.0.0.1" + port + "/base\n",
        "from\t" + host + "/base@sha256:00\n", "FROM \\\n# c\n" + host + "/base\n"}) {
    write_dockerfile(text);
    const auto base = store("base", "1");
    make();
    EXPECT_THAT(built(), HasSubstr(base)) << text;
    const auto before = builds();
    EXPECT_THAT(store("base", "2"), Not(base));
    make();
    EXPECT_EQ(builds(), before + 1) << text;
    EXPECT_THAT(image_bases(project_).at("web"), testing::ElementsAre("base")) << text;
  }
}

TEST_F(DockerfileImageTest, AnImageOfTheRegistryThatIsNotOfTheProject) {
  write_dockerfile("FROM " + registry_.host() + "/theirs:v1\n");
  const auto error = error_of([&] { make(); });
  EXPECT_EQ(error.what(), "image web: web/Dockerfile:1 names " + registry_.host() +
                              "/theirs:v1, which is not in the registry");
  EXPECT_THAT(error.details.hint, HasSubstr("no image of components.yaml is called theirs"));
  const auto first = store("theirs", "1");
  registry_.store_manifest("theirs", "v1", "1");
  make();
  EXPECT_EQ(built(), "FROM " + first + "\n");
  registry_.store_manifest("theirs", "latest", "2");
  make();
  EXPECT_EQ(builds(), 1u) << "another tag";
  store("theirs", "3");
  registry_.store_manifest("theirs", "v1", "3");
  make();
  EXPECT_EQ(builds(), 2u);
}

TEST_F(DockerfileImageTest, AForeignBaseCountsByItsId) {
  write_dockerfile("FROM debian:13\n");
  EXPECT_THAT(error_of([&] { make(); }).details.hint, HasSubstr("check the name debian:13"));
  files_.write("pulls/debian_13", has("03"));
  make();
  EXPECT_EQ(built(), "FROM debian:13\n") << "pulled before it is hashed";
  EXPECT_EQ(builds(), 1u);
  make();
  EXPECT_EQ(builds(), 1u);
  files_.write("has/debian_13", has("04"));
  make();
  EXPECT_EQ(builds(), 2u);
}

TEST_F(DockerfileImageTest, WhatChangesMeanwhile) {
  write_dockerfile("FROM debian:12\n");
  files_.write("project/web/.dockerignore", "out\n*.log\n");
  files_.write("meanwhile",
               "mkdir -p project/web/out project/.harness; echo x >> project/web/out/x; echo x >> "
               "project/web/a.log; touch project/web/page");
  make();
  EXPECT_EQ(builds(), 1u) << "what docker does not send does not count";
  files_.write("project/web/page", "2");
  files_.write("meanwhile", "sed -i s/01/05/ has/debian_12");
  make();
  EXPECT_EQ(builds(), 3u) << "the base was replaced";
  files_.write("meanwhile", "echo x >> project/web/page");
  files_.write("project/web/page", "3");
  EXPECT_THAT(error_of([&] { make(); }).what(), HasSubstr("its inputs change while it is made"));
}

TEST_F(DockerfileImageTest, WhatIsSent) {
  const auto base = store("base", "1");
  auto all = project_.images[1];
  all.context = ".";
  for (const char* file : {"a/b", "out/x", ".git/HEAD", ".harness/default/kubeconfig", "sub/.harness/x"})
    files_.write(std::string("project/") + file, "1");
  std::filesystem::permissions(files_ / "project/a/b", std::filesystem::perms(0640));
  std::filesystem::create_directory(files_ / "project/empty");
  std::filesystem::create_symlink("a", files_ / "project/link");
  files_.write("project/\xc3\xa9 \xff", "1");
  files_.write("project/.dockerignore", "out\nweb/Dockerfile\n");
  ImageBuilder(project_).make(all, false, {}, {});
  for (const char* sent :
       {"a/b", "empty", "link", ".git/HEAD", "sub/.harness/x", "\xc3\xa9 \xff", ".dockerignore", "web/page"})
    EXPECT_TRUE(
        std::filesystem::exists(std::filesystem::symlink_status(files_ / (std::string("context/") + sent))))
        << sent;
  if (docker_builder().buildkit) {
    EXPECT_EQ(read_file(files_ / "ignored"), "out\nweb/Dockerfile\n\n.harness\n");
    return;
  }
  for (const char* other : {"out", ".harness", "web/Dockerfile"})
    EXPECT_FALSE(std::filesystem::exists(files_ / (std::string("context/") + other))) << other;
  EXPECT_EQ(std::filesystem::status(files_ / "context/a/b").permissions(), std::filesystem::perms(0640));
  EXPECT_THAT(built(), HasSubstr(base));
}

TEST_F(DockerfileImageTest, WhatAnotherPlatformHasIsAnotherImage) {
  write_dockerfile("FROM debian:12\n");
  make();
  EXPECT_EQ(builds(), 1u);
  const ScopedVariable platform("DOCKER_DEFAULT_PLATFORM", "linux/arm64");
  make();
  EXPECT_EQ(builds(), 2u);
  make();
  EXPECT_EQ(builds(), 2u);
}

TEST_F(DockerfileImageTest, TriggersOfABaseMustBePinned) {
  const auto base = store("base", "1");
  const auto file = "has/" + registry_.host().replace(registry_.host().find(':'), 1, "_") + "_base_sha256_" +
                    base.substr(base.rfind(':') + 1);
  files_.write(file, has("02", R"(["RUN x","COPY --from=)" + registry_.host() + R"(/files / /"])"));
  EXPECT_THAT(error_of([&] { make(); }).what(),
              HasSubstr("which names " + registry_.host() + "/files without a digest"));
  files_.write(file, has("02", R"(["RUN x","COPY --from=)" + registry_.host() + R"(/files@sha256:00 / /"])"));
  make();
}

TEST_F(DockerfileImageTest, ATargetAndArguments) {
  write_dockerfile("ARG V=12\nFROM debian:$V AS prod\nFROM other:1 AS test\n");
  project_.images[1].target = "prod";
  project_.images[1].settings.args = {{"V", "13"}};
  files_.write("has/debian_13", has("13"));
  files_.write("has/other_1", has("03"));
  const auto make = [&] { return ImageBuilder(project_).make(project_.images[1], false, {}, {}); };
  const auto first = make();
  EXPECT_THAT(read_file(files_ / "calls"), HasSubstr("--target=prod --build-arg=V=13 "));
  EXPECT_EQ(make(), first);
  EXPECT_EQ(builds(), 1);
  project_.images[1].settings.args["V"] = "12";
  make();
  project_.images[1].target = "test";
  make();
  EXPECT_EQ(builds(), 3);
  project_.images[1].target = "missing";
  EXPECT_THAT(error_of(make).what(), HasSubstr("target stage \"missing\" could not be found"));
}

TEST_F(DockerfileImageTest, SecretsNeedBuildKitAndAreNeverShown) {
  const ScopedVariable token("NPM_TOKEN", "hunter2");
  auto web = image();
  web.settings = {.secrets = {"NPM_TOKEN", "npmrc=web/page"}, .ssh = {"default"}};
  EXPECT_EQ(build_flags(project_, web, {.buildkit = true}),
            (std::vector<std::string>{"--secret=id=NPM_TOKEN,env=NPM_TOKEN",
                                      "--secret=id=npmrc,src=" + (project_.root / "web/page").string(),
                                      "--ssh=default"}));
  EXPECT_THAT(error_of([&] { build_flags(project_, web, {.buildkit = false}); }).what(),
              HasSubstr("secrets: needs BuildKit"));
  web.settings.secrets = {"NO_SUCH_TOKEN"};
  EXPECT_THAT(error_of([&] { build_flags(project_, web, {.buildkit = true}); }).what(),
              HasSubstr("its secret NO_SUCH_TOKEN: the environment has no such variable"));
  web.settings.secrets = {"id=nowhere"};
  EXPECT_THAT(error_of([&] { build_flags(project_, web, {.buildkit = true}); }).what(),
              HasSubstr("there is no file"));
}

TEST_F(DockerfileImageTest, AFailureShowsACommandThatCanBePasted) {
  write_dockerfile("FROM debian:12\n");
  files_.write("meanwhile", "echo 'the --mount option requires BuildKit' >&2; exit 1");
  const auto error = error_of([&] { make(); });
  EXPECT_STREQ(error.what(), "image web: docker build exited with 1");
  EXPECT_THAT(error.details.command,
              HasSubstr("docker build --file " + (project_.root / "web/Dockerfile").string()));
  EXPECT_EQ(error.details.exit_code, kBuild);
}

TEST_F(DockerfileImageTest, CirclesAreNamed) {
  files_.write("project/base/Dockerfile",
               "FROM debian:12\n\nCOPY --from=" + registry_.host() + "/web:v1 / /\n");
  const auto error = error_of([&] { image_bases(project_); });
  EXPECT_STREQ(error.what(), "images are made from each other: base -> web -> base");
  EXPECT_EQ(error.details.output_tail,
            "base/Dockerfile:3: base is made from web\nweb/Dockerfile:1: web is made from base\n");
  EXPECT_EQ(error.details.exit_code, kUsage);
  files_.write("project/base/Dockerfile", "FROM " + registry_.host() + "/base\n");
  EXPECT_STREQ(error_of([&] { image_bases(project_); }).what(),
               "images are made from each other: base -> base");
}

TEST_F(DockerfileImageTest, BasesOfAllFourWays) {
  const auto host = registry_.host();
  project_.images = {{.name = "a", .kind = Image::Kind::pull, .pull = "debian:12"},
                     {.name = "b", .kind = Image::Kind::builder, .base = "a"},
                     {.name = "c", .kind = Image::Kind::command, .command = "x"},
                     {.name = "d", .kind = Image::Kind::pull, .pull = host + "/b"},
                     image()};
  write_dockerfile("FROM " + host + "/b\nCOPY --from=" + host + "/c / /\nCOPY --from=" + host +
                   "/d / /\nCOPY --from=" + host + "/other / /\n");
  const auto bases = image_bases(project_);
  EXPECT_THAT(bases.at("web"), testing::ElementsAre("b", "c", "d"));
  EXPECT_THAT(bases.at("d"), testing::ElementsAre("b"));
  EXPECT_THAT(bases.at("b"), testing::ElementsAre("a"));
}

TEST(OwnReferenceTest, TheRegistrysNames) {
  const auto of = [](const std::string& reference, const std::string& registry = "localhost:5001") {
    const auto own = own_reference(registry, reference);
    return own ? own->repository + " " + own->tag : "";
  };
  EXPECT_EQ(of("localhost:5001/a"), "a latest");
  EXPECT_EQ(of("localhost:5001/a/b:v1"), "a/b v1");
  EXPECT_EQ(of("localhost:5001/a:v1@sha256:00"), "a sha256:00");
  EXPECT_EQ(of("127.0.0.1:5001/a"), "a latest");
  EXPECT_EQ(of("[::1]:5001/a"), "a latest");
  EXPECT_EQ(of("127.0.0.1:5001/a", "reg:5001"), "");
  EXPECT_EQ(of("localhost:50010/a"), "");
  EXPECT_EQ(of("localhost:5001"), "");
  EXPECT_EQ(of("ghcr.io/acme/a/b:v1", "ghcr.io/acme"), "a/b v1");
  EXPECT_EQ(of("ghcr.io/acme2/a", "ghcr.io/acme"), "");
  EXPECT_EQ(of("ghcr.io/acme", "ghcr.io/acme"), "");
  EXPECT_EQ(of("a"), "");
}

TEST(DockerBuilderTest, WhichOneBuilds) {
  const auto yes = [] { return true; };
  const auto no = [] { return false; };
  EXPECT_FALSE(uses_buildkit("", "20.10.24", yes)) << "its default then";
  EXPECT_TRUE(uses_buildkit("", "23.0.1", yes));
  EXPECT_FALSE(uses_buildkit("", "28.2.2", no));
  EXPECT_FALSE(uses_buildkit("", "", yes));
  EXPECT_TRUE(uses_buildkit("1", "20.10.24", no));
  EXPECT_FALSE(uses_buildkit("0", "28.2.2", yes));
  EXPECT_FALSE(uses_buildkit("False", "28.2.2", yes));
}

TEST(DockerBuilderTest, OneThatSomebodyChoseWithBuildxIsNotTaken) {
  const DockerBuilder buildkit{.buildkit = true, .architecture = "amd64", .context = "colima"};
  EXPECT_EQ(buildkit.environment().at("BUILDX_BUILDER"), "colima");
  const DockerBuilder classic{.architecture = "amd64"};
  EXPECT_FALSE(classic.environment().contains("BUILDX_BUILDER"));
}

}  // namespace
}  // namespace harness
