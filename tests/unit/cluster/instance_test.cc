#include "cluster/instance.h"

#include <gmock/gmock.h>

#include "cluster/state_files.h"
#include "support/files.h"

namespace harness {
namespace {

class InstanceTest : public testing::Test {
 protected:
  InstanceTest() { project_.root = files_.root(); }
  Instance instance(const std::string& name = "default") const { return {project_, name}; }
  TempProject files_;
  Project project_;
};

TEST_F(InstanceTest, ItsNameTellsCheckoutsAndInstancesApart) {
  EXPECT_THAT(instance().cluster(), testing::MatchesRegex("harness-default-[0-9a-f]+"));
  EXPECT_EQ(instance().cluster(), instance().cluster());
  EXPECT_NE(instance().cluster(), instance("other").cluster());
  Project elsewhere;
  const TempProject folder;
  elsewhere.root = folder.root();
  EXPECT_NE(Instance(elsewhere, "default").cluster(), instance().cluster());
  // KIND's longest: a node's name, "<cluster>-control-plane", is a host name of at most 63 characters.
  EXPECT_LE(instance(std::string(30, 'n')).cluster().size() + std::string("-control-plane").size(), 63u);
}

TEST_F(InstanceTest, IsReadyOnceStateAndKubeconfigAreThere) {
  EXPECT_FALSE(instance().state());
  instance().save({"http://localhost:8080"});
  EXPECT_FALSE(instance().state()) << "without a kubeconfig it is half made";
  files_.write(".harness/default/kubeconfig", "");
  ASSERT_TRUE(instance().state());
  EXPECT_EQ(instance().state()->url, "http://localhost:8080");
  EXPECT_FALSE(instance("other").state());
}

TEST_F(InstanceTest, StateThatCannotBeReadIsNone) {
  files_.write(".harness/default/kubeconfig", "");
  for (const std::string text :
       {"", "{", "[]", "{}", "{\"cluster\": \"another\", \"url\": \"http://localhost\"}"}) {
    files_.write(".harness/default/instance.json", text);
    EXPECT_FALSE(instance().state()) << text;
  }
  for (const std::string rest : {"}", ", \"url\": 80}"}) {
    files_.write(".harness/default/instance.json", "{\"cluster\": \"" + instance().cluster() + "\"" + rest);
    EXPECT_FALSE(instance().state()) << rest;
  }
}

TEST_F(InstanceTest, WhatCannotBeReadIsSetAside) {
  const auto folder = instance().dir();
  instance().save({"http://localhost"});
  files_.write(".harness/default/images.json", "{\"web\": ");
  files_.write(".harness/default/outside-images.json.new-Aamd1d", "{");
  const auto lines = set_aside_unreadable(instance());
  EXPECT_THAT(lines, testing::ElementsAre((folder / "images.json").string() +
                                          " cannot be read: set aside as images.json.unreadable"));
  EXPECT_EQ(read_file(folder / "images.json.unreadable"), "{\"web\": ");
  EXPECT_FALSE(std::filesystem::exists(folder / "images.json"));
  EXPECT_FALSE(std::filesystem::exists(folder / "outside-images.json.new-Aamd1d"))
      << "a harness was killed while it wrote";
  EXPECT_TRUE(std::filesystem::exists(folder / "instance.json"));
  EXPECT_THAT(set_aside_unreadable(instance()), testing::IsEmpty());
}

TEST_F(InstanceTest, AStateOfAnotherVersionIsNone) {
  files_.write(".harness/default/kubeconfig", "");
  for (const auto& [version, known] : std::map<std::string, bool>{{"", true},
                                                                  {"\"version\": 1, ", true},
                                                                  {"\"version\": 2, ", false},
                                                                  {"\"version\": \"1\", ", false}}) {
    files_.write(".harness/default/instance.json", "{" + version + "\"cluster\": \"" + instance().cluster() +
                                                       "\", \"url\": \"http://localhost\"}");
    EXPECT_EQ(instance().state().has_value(), known) << version;
    EXPECT_EQ(set_aside_unreadable(instance()).empty(), known) << version;
  }
}

TEST_F(InstanceTest, ForgetLeavesTheRest) {
  instance().save({"http://localhost"});
  for (const char* name : {"kubeconfig", "images.json", "artifacts"})
    files_.write(std::string(".harness/default/") + name, "x");
  instance().forget();
  for (const char* name : {"kubeconfig", "images.json", "instance.json"})
    EXPECT_FALSE(std::filesystem::exists(instance().dir() / name)) << name;
  EXPECT_TRUE(std::filesystem::exists(instance().dir() / "artifacts"));
  EXPECT_NO_THROW(instance().forget());
}

}  // namespace
}  // namespace harness
