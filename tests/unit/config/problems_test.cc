// What config/ says of a components.yaml that is wrong: whole messages, golden.
#include <gmock/gmock.h>

#include "base/text.h"
#include "config/project.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/golden.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::Not;

class ProblemsTest : public testing::Test {
 protected:
  ProblemsTest() {
    files_.write("m.yaml", "");
    files_.write("web/Dockerfile", "");
  }
  Error error(const std::string& yaml) const {
    const auto file = files_.write("components.yaml", yaml);
    return error_of([&] { load_project(file); });
  }
  /// The message for one problem; "" where there is none.
  std::string message(const std::string& yaml) const {
    const auto file = files_.write("components.yaml", yaml);
    try {
      load_project(file);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }
  TempProject files_;
};

TEST_F(ProblemsTest, GoldenEveryKindAtOnce) {
  expect_golden("problems.txt", error(R"(registry: example/harness
bulders: {}
builders: {make: "make {targets}", list: [a]}
images:
  Big: {pull: nginx}
  none: {}
  two: {pull: nginx, dockerfile: web/Dockerfile}
  lost: {dockerfile: web/Dockerfil, context: wep}
  mixed: {pull: nginx, files: {a: /a}, entrypoint: [x], inputs: [src]}
  bare: {builder: make}
  relative: {builder: mkae, files: {a: usr/bin/a}, base: bease}
  typed: {builder: make, files: [a], entrypoint: {a: b}, env: {A: [1]}}
  inputs: {dockerfile: web/Dockerfile, inputs: [nothing, [x]]}
  base: {builder: make, files: {a: /a}, base: relative}
components:
  Bad_Name: {manifest: m.yaml}
  empty: {}
  text: just text
  lost: {manifest: lost.yaml, image: bas}
  first: {manifest: m.yaml, expose: /web, after: [frist], egress: [api.example.com, 'https://api.example.com:443', 'api.example.com:70000']}
  second: {manifest: m.yaml, expose: /web}
  third: {manifest: m.yaml, expose: web, timeout: 90}
  fourth: {manifest: m.yaml, manifset: x, timeout: 10 minutes}
  fourth: {manifest: m.yaml}
  chicken: {manifest: m.yaml, after: [egg]}
  egg: {manifest: m.yaml, after: chicken}
  self: {manifest: m.yaml, after: [self]}
tests:
  - {}
  - {gtest: a, command: b}
  - {command: "true"}
  - {gtest: build/tests, target: tests}
  - {gtest: build/tests, builder: meak, tiemout: 5m}
  - text
)")
                                    .what());
}

TEST_F(ProblemsTest, AllKeysRight) {
  EXPECT_EQ(message("images: {a: {pull: x}}\ncomponents: {a: {image: a, manifest: m.yaml, expose: /, "
                    "timeout: 1h}}\ntests: []\n"),
            "");
  EXPECT_EQ(message("registry: localhost:5001\n"), "");
}

TEST_F(ProblemsTest, TheRegistrysName) {
  for (const char* right : {"localhost:5001", "reg.example.com", "ghcr.io/acme/team_a", "reg:5000/a-b",
                            "10.0.0.1:5000", "123456.dkr.ecr.eu-west-1.amazonaws.com", "mydocker.io/a"})
    EXPECT_EQ(message(std::string("registry: ") + right + "\n"), "") << right;
  for (const char* wrong :
       {"reg", "reg/acme", "localhost", "localhost/a", "localhost:5001/a", "https://reg.example.com",
        "Reg.example.com", "reg.example.com/", "reg.example.com/A", "reg..com", "alice@reg.example.com",
        "reg.example.com/a/../b", "reg.example.com/a:1"})
    EXPECT_THAT(message(std::string("registry: ") + wrong + "\n"),
                HasSubstr("registry must be HOST, HOST:PORT or HOST/FOLDER"))
        << wrong;
  for (const char* hub : {"docker.io/acme", "index.docker.io", "registry-1.docker.io/acme"})
    EXPECT_THAT(message(std::string("registry: ") + hub + "\n"), HasSubstr("registry cannot be Docker Hub"))
        << hub;
}

TEST_F(ProblemsTest, TestsOfACharts) {
  const std::string components = "components: {web: {manifest: m.yaml}}\n";
  EXPECT_THAT(message(components + "tests: [{helm: wep}]\n"),
              HasSubstr("components.yaml:2:16: a test: no component \"wep\" (did you mean \"web\"?)"));
  EXPECT_THAT(message(components + "tests: [{helm: web}]\n"),
              HasSubstr("components.yaml:2:16: a test: component \"web\" is not deployed from a chart"));
  EXPECT_THAT(message(components + "tests: [{helm: web, process: each}]\n"),
              HasSubstr("components.yaml:2:30: a test's \"process\" does not go with helm"));
}

TEST_F(ProblemsTest, Durations) {
  const auto of = [&](const std::string& duration) {
    return message("components: {a: {manifest: m.yaml, timeout: " + duration + "}}\n");
  };
  for (const char* good : {"1s", "90s", "5m", "1h30m", "1h2m3s", "168h"}) EXPECT_EQ(of(good), "") << good;
  for (const char* bad :
       {"0s", "90", "s", "1.5s", "-1s", "1d", "1s2", "169h", "99999999999999999999s", "\"5 m\"", "[1s]"})
    EXPECT_THAT(of(bad), HasSubstr("components.yaml:1:")) << bad;
}

TEST_F(ProblemsTest, Names) {
  const auto image = [&](const std::string& name) { return message("images: {" + name + ": {pull: x}}\n"); };
  for (const char* good : {"a", "a1", "deck-tenanted", "a.b", "a_b", "a__b", "a--b"})
    EXPECT_EQ(image(good), "") << good;
  for (const char* bad : {"A", "a/b", "-a", "a-", "a..b", "a___b", "\"a b\"", "\"\""})
    EXPECT_THAT(image(bad), HasSubstr("a name is lower-case")) << bad;
  const auto component = [&](const std::string& name) {
    return message("components: {" + name + ": {manifest: m.yaml}}\n");
  };
  EXPECT_EQ(component(std::string(63, 'a')), "");
  for (const std::string bad : {"a.b", "a_b", "-a", "a-", "Abc"})
    EXPECT_THAT(component(bad), HasSubstr("a name is a DNS label")) << bad;
  EXPECT_THAT(component(std::string(64, 'a')), HasSubstr("a name is a DNS label"));
}

TEST_F(ProblemsTest, Paths) {
  const auto of = [&](const std::string& path) {
    return message("components: {a: {manifest: m.yaml, expose: " + path + "}}\n");
  };
  for (const char* good : {"/", "/a", "/a/b-c_d.e~f"}) EXPECT_EQ(of(good), "") << good;
  for (const char* bad : {"a", "/a/", "//", "/a b", "\"/a;b\"", "\"/a{\"", "/ä", "\"/a?b\""})
    EXPECT_THAT(of(bad), HasSubstr("\"expose\" must be a path")) << bad;
}

TEST_F(ProblemsTest, AControlPlaneHasNothingDeployed) {
  const auto of = [&](const std::string& keys) {
    return message("tests: [{go: ./..., cluster: " + keys + "}]\n");
  };
  EXPECT_EQ(of("control-plane"), "");
  EXPECT_THAT(of("kind"), HasSubstr("must be control-plane"));
  EXPECT_THAT(of("control-plane, uses: []"), HasSubstr("\"uses\" does not go with \"cluster\""));
  EXPECT_THAT(of("control-plane, list: deployed"),
              HasSubstr("\"list: deployed\" does not go with \"cluster\""));
}

TEST_F(ProblemsTest, FlagsOfTestPrograms) {
  EXPECT_EQ(
      message(
          "tests: [{ginkgo: ./..., args: [--ginkgo.vv, -x], tags: [e2e], process: each, list: deployed}]\n"),
      "");
  for (const char* arg : {"--ginkgo.dry-run", "-ginkgo.parallel.total=2"})
    EXPECT_THAT(message(std::string("tests: [{ginkgo: ./..., args: [") + arg + "]}]\n"),
                HasSubstr(std::string("a test's \"args\" cannot have ") + arg));
  EXPECT_THAT(message("tests: [{ginkgo: ./..., args: [-test.run=X]}]\n"),
              HasSubstr("-test.run=X is one of Go's"));
  EXPECT_THAT(message("tests: [{pytest: m.yaml, args: [-x]}]\n"),
              HasSubstr("a test's \"args\" goes with \"go\" and \"ginkgo\""));
}

TEST_F(ProblemsTest, BuildersAndTheirImages) {
  const auto of = [&](const std::string& builder) { return message("builders: {b: " + builder + "}\n"); };
  EXPECT_EQ(of("{command: make, images: {files: {'out/{name}': '/{name}'}}}"), "");
  EXPECT_THAT(of("{images: {}}"), HasSubstr("builder \"b\": \"command\" is missing"));
  EXPECT_THAT(of("{command: make, imgaes: {}}"),
              HasSubstr("unknown key \"imgaes\" (did you mean \"images\"?)"));
  EXPECT_THAT(of("{command: make, images: {file: {}}}"),
              HasSubstr("builder \"b\": images: unknown key \"file\" (did you mean \"files\"?)"));
  EXPECT_THAT(of("{command: make, images: {target: '{nam}'}}"),
              HasSubstr("{nam} stands for nothing here; did you mean {name}?"));
  EXPECT_THAT(of("{command: 'make {target}', images: {}}"), HasSubstr("did you mean {targets}?"));
  EXPECT_THAT(of("[make]"), HasSubstr("must be a command line"));
  const auto image = [&](const std::string& keys) {
    return message("builders: {b: make}\nimages: {a: {builder: b, " + keys + "}}\n");
  };
  EXPECT_EQ(image("files: {out/: /srv/}, user: app"), "");
  EXPECT_THAT(image("files: {out/: /srv}"), HasSubstr("a folder ends with / on both sides"));
  EXPECT_THAT(image("files: {out: /srv/}"), HasSubstr("a folder ends with / on both sides"));
  EXPECT_THAT(image("files: {out: /srv}, args: {A: b}"), HasSubstr("\"args\" goes with \"dockerfile\" only"));
}

TEST_F(ProblemsTest, WhichTestsOfAnEntryThereAre) {
  EXPECT_EQ(message("tests: [{go: ./..., run: ^Test, skip: TestX/sub}]\n"), "");
  EXPECT_EQ(message("tests: [{name: a, command: 'x {tests}', junit: a.xml, list: y, skip: z}]\n"), "");
  EXPECT_THAT(message("tests: [{name: a, command: x, skip: z}]\n"),
              HasSubstr("a test's \"skip\" needs \"list\" at a command"));
}

TEST_F(ProblemsTest, DockerfilesSettings) {
  const auto of = [&](const std::string& keys) {
    return message("images: {a: {dockerfile: web/Dockerfile, " + keys + "}}\n");
  };
  EXPECT_EQ(of("target: prod, args: {A: ''}, secrets: [A, b=c]"), "");
  EXPECT_THAT(of("user: app"), HasSubstr("\"user\" goes with \"builder\" only"));
  for (const char* secret : {"'=a'", "a=", "'a,b=c'"})
    EXPECT_THAT(of(std::string("secrets: [") + secret + "]"), HasSubstr("must be the name of a variable"));
  EXPECT_THAT(message("images: {a: {pull: x, target: prod}}\n"),
              HasSubstr("\"target\" goes with \"dockerfile\" and \"builder\" only"));
}

TEST_F(ProblemsTest, SyntaxErrorsShowTheirLine) {
  EXPECT_STREQ(error("images:\n  a: {pull: x\ncomponents: {}\n").what(),
               "components.yaml:3:11: end of map flow not found\n    components: {}\n              ^");
  EXPECT_THAT(message("images:\n\ta: {pull: x}\n"), HasSubstr("components.yaml:2:"));
  EXPECT_THAT(message("images: \"open\n"), HasSubstr("components.yaml:"));
  EXPECT_THAT(message("a: *nobody\n"), HasSubstr("components.yaml:1:4: "));
}

TEST_F(ProblemsTest, NamesInCommandsThatNearlyAreOne) {
  EXPECT_THAT(message("builders: {make: 'make {target}'}\n"),
              HasSubstr("builder \"make\": {target} stands for nothing here; did you mean {targets}?"));
  EXPECT_THAT(message("tests: [{name: a, command: 'run {test}', list: names, tap: true}]\n"),
              HasSubstr("{test} stands for nothing here; did you mean {tests}?"));
  EXPECT_THAT(message("tests: [{name: a, command: x, junit: '{result}/*.xml'}]\n"),
              HasSubstr("{result} stands for nothing here; did you mean {results}?"));
  EXPECT_EQ(message("tests: [{name: a, command: \"node -e 'import {test} from \\\"node:test\\\"'\"}]\n"), "")
      << "nothing is filled in where nothing is recorded";
  EXPECT_EQ(message("builders: {make: \"awk '{print}' ${target} {{target}} {targets}\"}\n"), "");
}

TEST_F(ProblemsTest, TheCaretStandsUnderTheCharacter) {
  EXPECT_STREQ(
      error("images: {\xc3\xa4\xe4\xbd\xa0: {pul: x}}\n").what(),
      "components.yaml:1:10: image \"\xc3\xa4\xe4\xbd\xa0\" needs exactly one of dockerfile, builder, "
      "command, pull\n"
      "    images: {\xc3\xa4\xe4\xbd\xa0: {pul: x}}\n"
      "             ^\n"
      "components.yaml:1:10: image \"\xc3\xa4\xe4\xbd\xa0\": a name is lower-case letters and digits, with "
      "single . _ or - between them\n"
      "    images: {\xc3\xa4\xe4\xbd\xa0: {pul: x}}\n"
      "             ^\n"
      "components.yaml:1:18: image \"\xc3\xa4\xe4\xbd\xa0\": unknown key \"pul\" (did you mean \"pull\"?)\n"
      "    images: {\xc3\xa4\xe4\xbd\xa0: {pul: x}}\n"
      "                  ^");
  const auto long_line = error("images: {a: {pul: " + std::string(200, 'x') + "}}\n");
  EXPECT_THAT(long_line.what(), Not(HasSubstr("xxx"))) << "a line of any length would hide the message";
}

TEST_F(ProblemsTest, WindowsLineEndsAreNotShown) {
  EXPECT_EQ(std::string(error("images:\r\n  a: {pul: x}\r\n").what()).find('\r'), std::string::npos);
}

TEST_F(ProblemsTest, ASecondDocumentIsNotIgnored) {
  EXPECT_THAT(message("registry: localhost:5001\n---\nimages: {}\n"),
              HasSubstr("components.yaml:3:1: a second document"));
  EXPECT_EQ(message("---\nregistry: localhost:5001\n"), "");
}

TEST_F(ProblemsTest, FilesThatHoldNoMapping) {
  EXPECT_STREQ(error("# only a comment\n").what(), "components.yaml is empty");
  EXPECT_THAT(message("- a\n"), HasSubstr("components.yaml:1:1: components.yaml must be a mapping of names"));
  EXPECT_THAT(message("text\n"), HasSubstr("must be a mapping"));
  EXPECT_THAT(message("tests: {a: b}\n"), HasSubstr("components.yaml:1:8: tests must be a list"));
  EXPECT_THAT(message("images: []\n"), HasSubstr("components.yaml:1:9: images must be a mapping of names"));
  EXPECT_THAT(message("images: {[a]: {pull: x}}\n"), HasSubstr("a key must be text"));
}

TEST_F(ProblemsTest, AFileThatIsNotThere) {
  const auto missing = error_of([&] { load_project(files_ / "none.yaml"); });
  EXPECT_EQ(missing.what(), (files_ / "none.yaml").string() + ": No such file or directory");
  EXPECT_EQ(missing.details.exit_code, kUsage);
}

}  // namespace
}  // namespace harness
