#include "deploy/render/config_objects.h"

#include <gmock/gmock.h>

#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class ConfigObjectsTest : public testing::Test {
 protected:
  Json object(ConfigFiles config) const {
    if (config.name.empty()) config.name = "c";
    return config_object(project_.root(), config, "components.yaml:3:5");
  }
  Json data(const std::vector<std::string>& files) const { return object({.files = files})["data"]; }
  Json variables(const std::string& text) const {
    project_.write("v.env", text);
    return object({.env_files = {"v.env"}}).value("data", Json::object());
  }
  std::string problem(const ConfigFiles& config) const {
    return error_of([&] { object(config); }).what();
  }

  const TempProject project_;
};

TEST_F(ConfigObjectsTest, FilesHaveTheirNamesOrOthers) {
  project_.write("conf/app.yaml", "a: 1\n");
  EXPECT_EQ(data({"conf/app.yaml", "other.key=conf/app.yaml"}),
            (Json{{"app.yaml", "a: 1\n"}, {"other.key", "a: 1\n"}}));
  EXPECT_EQ(object({.name = "web", .files = {"conf/app.yaml"}, .name_space = "demo"}),
            (Json{{"apiVersion", "v1"},
                  {"kind", "ConfigMap"},
                  {"metadata", {{"name", "web"}, {"namespace", "demo"}}},
                  {"data", {{"app.yaml", "a: 1\n"}}}}));
}

TEST_F(ConfigObjectsTest, OfAFolderEachFileThatIsDirectlyInIt) {
  for (const char* file : {"jobs/a", "jobs/.b", "jobs/sub/c"}) project_.write(file, file);
  std::filesystem::create_symlink("a", project_ / "jobs/link");
  EXPECT_EQ(data({"jobs"}), (Json{{"a", "jobs/a"}, {".b", "jobs/.b"}}));
}

TEST_F(ConfigObjectsTest, WhatIsNoTextIsBinary) {
  project_.write("bytes", std::string("\xff\0x", 3));
  project_.write("zero", std::string("a\0b", 3));
  const auto config_map = object({.files = {"bytes", "zero"}});
  EXPECT_EQ(config_map["binaryData"], (Json{{"bytes", "/wB4"}}));
  EXPECT_EQ(config_map["data"], (Json{{"zero", std::string("a\0b", 3)}}));
  const auto secret = object({.is_secret = true, .files = {"bytes", "zero"}});
  EXPECT_EQ(secret["data"], (Json{{"bytes", "/wB4"}, {"zero", "YQBi"}}));
  EXPECT_EQ(secret["type"], "Opaque");
  EXPECT_EQ(object({.is_secret = true, .files = {"bytes"}, .type = "kubernetes.io/tls"})["type"],
            "kubernetes.io/tls");
}

TEST_F(ConfigObjectsTest, LinesOfAnEnvFile) {
  const ScopedVariable here("CONFIG_OBJECTS_TEST", "from here");
  EXPECT_EQ(variables("\xEF\xBB\xBF# text\n\n  A=1\nB=x y \r\nC=\"q\"=r\n "
                      "d.e-f_=\nCONFIG_OBJECTS_TEST\nCONFIG_OBJECTS_TEST_NONE\n"),
            (Json{{"A", "1"},
                  {"B", "x y "},
                  {"C", "\"q\"=r"},
                  {"CONFIG_OBJECTS_TEST", "from here"},
                  {"CONFIG_OBJECTS_TEST_NONE", ""},
                  {"d.e-f_", ""}}));
}

TEST_F(ConfigObjectsTest, KeysThatKubernetesDoesNotTake) {
  for (const char* file : {"a b", "ä", "..x", "x=y"}) project_.write(std::string("odd/") + file, "text");
  project_.write("fine", "text");
  EXPECT_EQ(problem({.files = {"odd/a b"}}),
            "components.yaml:3:5: ConfigMap c: odd/a b: \"a b\" cannot be a key: a key has letters, digits, "
            "- _ and . only");
  EXPECT_THAT(problem({.files = {"odd/ä"}}), HasSubstr("letters, digits"));
  EXPECT_THAT(problem({.files = {"odd/..x"}}), HasSubstr("does not begin with .."));
  EXPECT_THAT(problem({.files = {std::string(254, 'k') + "=fine"}}), HasSubstr("at most 253 characters"));
  EXPECT_THAT(problem({.files = {"odd"}}), HasSubstr("cannot be a key"));
  EXPECT_THAT(problem({.files = {"k=odd"}}), HasSubstr("a folder has no key"));
  EXPECT_THAT(problem({.files = {"a=b=fine"}}), HasSubstr("has several ="));
  EXPECT_THAT(problem({.files = {"=fine"}}), HasSubstr("a key is missing before the ="));
  EXPECT_EQ(problem({.is_secret = true, .files = {"fine", "fine=fine"}}),
            "components.yaml:3:5: Secret c: duplicate key fine: of fine and of fine");
  EXPECT_EQ(object({.files = {"good=odd/a b"}})["data"], (Json{{"good", "text"}}));
}

TEST_F(ConfigObjectsTest, NoMessageHasAValue) {
  for (const char* line : {"1x=hunter2", "hunter 2", "=hunter2", "A\xffhunter2=hunter2"}) {
    project_.write("v.env", std::string("A=1\n") + line + "\n");
    const auto said = problem({.is_secret = true, .env_files = {"v.env"}});
    EXPECT_THAT(said, HasSubstr("v.env:2: "));
    EXPECT_THAT(said, Not(HasSubstr("hunter")));
  }
}

}  // namespace
}  // namespace harness
