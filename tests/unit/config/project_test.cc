#include "config/project.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "support/errors.h"
#include "support/files.h"

using namespace harness;
using testing::HasSubstr;

namespace {

std::string problems(const TempProject& project, const std::string& yaml) {
  const auto file = project.write("components.yaml", yaml);
  const auto error = error_of([&] { load_project(file); });
  EXPECT_EQ(error.details.exit_code, kUsage);
  return error.what();
}

TEST(ProjectTest, ReadsEveryKey) {
  const TempProject project;
  project.write("manifests/web.yaml", "");
  project.write("web/Dockerfile", "FROM scratch\n");
  const auto read = load_project(project.write("components.yaml", R"(registry: localhost:5002
builders: {make: "make {targets}"}
images:
  base: {dockerfile: web/Dockerfile}
  web: {builder: make, target: web.bin, files: {out/web: /usr/bin/web}, base: base, entrypoint: [/usr/bin/web, -v], env: {A: "1.20"}}
  other: {pull: "nginx:1.26"}
components:
  web: {image: [web, other], manifest: manifests/web.yaml, expose: /web, timeout: 1m30s}
  later: {manifest: manifests/web.yaml, after: [web]}
tests:
  - {gtest: out/tests, builder: make, timeout: 2m}
  - {name: Smoke, command: "true"}
)"));
  EXPECT_EQ(read.registry, "localhost:5002");
  EXPECT_EQ(read.root, project.root());
  const Image& web = *read.image("web");
  EXPECT_EQ(web.kind, Image::Kind::builder);
  EXPECT_EQ(web.target, "web.bin");
  EXPECT_EQ(web.files.at("out/web"), "/usr/bin/web");
  EXPECT_EQ(web.env.at("A"), "1.20");
  EXPECT_EQ(read.image("base")->context, "web");
  EXPECT_EQ(read.component("web")->timeout_seconds, 90);
  EXPECT_EQ(read.component("web")->images, (std::vector<std::string>{"web", "other"}));
  EXPECT_EQ(read.component("later")->after, std::vector<std::string>{"web"});
  EXPECT_EQ(read.tests[0].target, "tests");
  EXPECT_EQ(read.tests[0].timeout_seconds, 120);
  EXPECT_EQ(read.tests[1].name, "Smoke");
}

TEST(ProjectTest, ImagesHaveWhatTheirBuilderSays) {
  const TempProject project;
  project.write("src/main.go", "");
  const auto read = load_project(project.write("components.yaml", R"(builders:
  go:
    command: go build -o build/ {targets}
    images: {target: "./cmd/{name}", files: {"build/{name}": "/app/{name}"}, entrypoint: ["/app/{name}"], env: {A: "{name} {{name}}"}, user: "65532", inputs: [src]}
images:
  hook: {builder: go}
  deck: {builder: go, target: ./deck, files: {build/deck: /deck, build/static/: /static/}, inputs: []}
)"));
  EXPECT_EQ(read.builders.at("go"), "go build -o build/ {targets}");
  const Image &hook = *read.image("hook"), &deck = *read.image("deck");
  EXPECT_EQ(hook.target, "./cmd/hook");
  EXPECT_EQ(hook.files, (std::map<std::string, std::string>{{"build/hook", "/app/hook"}}));
  EXPECT_EQ(hook.entrypoint, std::vector<std::string>{"/app/hook"});
  EXPECT_EQ(hook.env.at("A"), "hook {name}");
  EXPECT_EQ(hook.user, "65532");
  EXPECT_EQ(hook.inputs, std::vector<std::string>{"src"});
  EXPECT_EQ(deck.target, "./deck");
  EXPECT_EQ(deck.files.size(), 2u);
  EXPECT_TRUE(deck.inputs.empty());
  EXPECT_EQ(deck.entrypoint, std::vector<std::string>{"/app/deck"});
}

TEST(ProjectTest, ADockerfilesSettings) {
  const TempProject project;
  project.write("web/Dockerfile", "FROM scratch\n");
  const auto read = load_project(project.write("components.yaml", R"(images:
  web: {dockerfile: web/Dockerfile, target: prod, args: {V: 1.20}, platform: linux/arm64, secrets: [TOKEN, npmrc=.npmrc], ssh: [default], cache-from: ghcr.io/acme/web}
)"));
  const auto& web = *read.image("web");
  EXPECT_EQ(web.target, "prod");
  EXPECT_EQ(web.settings.args.at("V"), "1.20");
  EXPECT_EQ(web.settings.platform, "linux/arm64");
  EXPECT_EQ(web.settings.secrets, (std::vector<std::string>{"TOKEN", "npmrc=.npmrc"}));
  EXPECT_EQ(web.settings.ssh, std::vector<std::string>{"default"});
  EXPECT_EQ(web.settings.cache_from, std::vector<std::string>{"ghcr.io/acme/web"});
}

TEST(ProjectTest, ReportsEveryProblemAtOnceWithItsLine) {
  const TempProject project;
  project.write("m.yaml", "");
  const auto text = problems(project, R"(images:
  deck: {pul: "x"}
  Bad: {pull: x}
components:
  hook: {image: dekc, manifest: m.yaml, timeout: soon}
  crier: {manifest: none.yaml, after: [hok]}
)");
  EXPECT_THAT(text,
              HasSubstr("components.yaml:2:10: image \"deck\": unknown key \"pul\" (did you mean \"pull\"?)\n"
                        "      deck: {pul: \"x\"}\n"
                        "             ^"));
  EXPECT_THAT(text, HasSubstr("components.yaml:3:3: image \"Bad\": a name is lower-case"));
  EXPECT_THAT(text, HasSubstr("no image \"dekc\" (did you mean \"deck\"?)"));
  EXPECT_THAT(text, HasSubstr("must be a duration such as 90s"));
  EXPECT_THAT(text, HasSubstr("there is no file none.yaml"));
  EXPECT_THAT(text, HasSubstr("no component \"hok\" to deploy after (did you mean \"hook\"?)"));
}

TEST(ProjectTest, ShowsACycleAsAPath) {
  const TempProject project;
  project.write("m.yaml", "");
  EXPECT_THAT(
      problems(project,
               "components:\n  a: {manifest: m.yaml, after: [b]}\n  b: {manifest: m.yaml, after: [a]}\n"),
      HasSubstr("after forms a cycle: a -> b -> a"));
}

TEST(ProjectTest, RefusesWhatYamlLetsPass) {
  const TempProject project;
  EXPECT_THAT(problems(project, "images:\n  a: {pull: x}\n  a: {pull: y}\n"),
              HasSubstr(":3:3: images: \"a\" is a duplicate"));
  EXPECT_THAT(problems(project, "images: &x {a: {pull: x}}\ncomponents:\n  <<: *x\n"),
              HasSubstr("merge keys (<<) are not supported"));
  EXPECT_THAT(problems(project, "registry: [\n"), HasSubstr("components.yaml:2:1"));
  EXPECT_THAT(problems(project, "a: \xff\n"), HasSubstr("components.yaml:1: not UTF-8 text"));
  EXPECT_THAT(problems(project, std::string("a: b\n\0c: d\n", 11)),
              HasSubstr("components.yaml:2: not UTF-8 text"));
  EXPECT_EQ(invalid_utf8(problems(project, "a: \"\\\u00e9\"\n")), std::string::npos);
  EXPECT_THAT(problems(project, ""), HasSubstr("is empty"));
  EXPECT_THAT(problems(project, "# no end\n, a\n"), HasSubstr("components.yaml:2:1: unexpected character"));
}

TEST(ProjectTest, IsFoundInAParentFolder) {
  const TempProject project;
  const auto file = project.write("components.yaml", "");
  project.write("a/b/c", "");
  EXPECT_EQ(find_project(project / "a/b"), file);
  const TempProject empty;
  EXPECT_THAT(error_of([&] { find_project(empty.root()); }).details.hint, HasSubstr("harness init"));
}

}  // namespace
