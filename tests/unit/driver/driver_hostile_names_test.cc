// Names from YAML and of files are data: whatever is in them, no shell reads it. What a command says is the
// user's own.
#include <gmock/gmock.h>

#include <filesystem>

#include "cluster/instance.h"
#include "driver/driver.h"

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

class DriverHostileNamesTest : public DriverTest {
 protected:
  /// What a shell that read one of the names has made.
  std::vector<std::string> traces() const {
    std::vector<std::string> found;
    for (const auto& root : {project_.root(), scratch_.root()})
      for (const auto& entry : fs::recursive_directory_iterator(root))
        if (entry.path().filename().string().starts_with("pwned")) found.push_back(entry.path().string());
    return found;
  }
};

TEST_F(DriverHostileNamesTest, ATargetReachesItsBuilderAsItIs) {
  write_instance();
  write_project(R"(builders: {b: "printf '%s|' {targets} > got"}
tests:
  - {name: TestOne, command: 'true', builder: b, target: "a;touch pwned1 $(touch pwned2)`touch pwned3`'touch pwned4'\ntouch pwned5"}
  - {name: TestTwo, command: 'true', builder: b, target: "//plain:target"}
)");
  const auto end = run({"-no-setup", "-all"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(file("got"),
            "//plain:target|a;touch pwned1 $(touch pwned2)`touch pwned3`'touch pwned4'\ntouch pwned5|");
  EXPECT_THAT(traces(), IsEmpty());
}

TEST_F(DriverHostileNamesTest, NamesOfTestsAndFolders) {
  const std::string name = "it's \"a\" $(touch pwned1)`touch pwned2`;touch pwned3\n&-x";
  harness::Project project;
  project.root = project_ / name;
  harness::Instance(project, "default").save({"http://localhost:8123"});
  project_.write(name + "/.harness/default/kubeconfig", kubeconfig());
  project_.write(name + "/components.yaml", "registry: " + registry() + R"(
tests:
  - {name: "T $(touch pwned4)`touch pwned5`'\"; touch ../pwned6", command: 'pwd > where; exit 1'}
)");
  const auto end = run({"-config=" + name + "/components.yaml", "-no-setup", "-all"});
  EXPECT_EQ(end.code, 1) << end.err;
  EXPECT_THAT(end.out, HasSubstr("0 passed, 1 failed"));
  EXPECT_THAT(end.out, HasSubstr("rerun: harness '-config=it'\\''s \"a\" $(")) << "it may be pasted";
  EXPECT_EQ(file(name + "/where"), (project_ / name).string() + "\n");

  project_.write(name + "/tests/testdefs/one.yaml",
                 "kind: TestDefinition\nmetadata: {name: one}\nspec: {owner: o@example.com, command: [sh, "
                 "-c, 'echo \"$1\" > got; "
                 "echo \"$F\" >> got', x, \"$(touch pwned7)\"]}\n");
  project_.write(name + "/t $(touch pwned8).yaml",
                 "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nspec:\n  config: [{type: "
                 "env, name: F, value: "
                 "'`touch pwned9`'}]\n  testflow: [{name: a, definition: {name: one}}]\n");
  const auto ran = run({"testrun", name + "/t $(touch pwned8).yaml", "-config=" + name + "/components.yaml"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(file(name + "/got"), "$(touch pwned7)\n`touch pwned9`\n");
  EXPECT_THAT(traces(), IsEmpty());
}

TEST_F(DriverHostileNamesTest, AnImageIsNoFlagOfDockers) {
  write_project("images: {web: {pull: '--config=/tmp/x'}}\ntests: [{name: TestOne, command: 'true'}]\n");
  const auto end = run({"-run=TestOne"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, HasSubstr("image \"web\": \"--config=/tmp/x\" is not the reference of an image"));
  EXPECT_THAT(calls(), IsEmpty());
}

}  // namespace
