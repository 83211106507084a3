#include "cli/init.h"

#include <gmock/gmock.h>

#include "cli/setup.h"
#include "deploy/gateway.h"
#include "support/captured.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

void init(const TempProject& folder) {
  captured([&] {
    Terminal terminal({});
    init_project(folder.root(), terminal);
  });
}

TEST(InitTest, WhatItWritesIsAWholeProject) {
  const TempProject folder;
  init(folder);
  const auto project = load_project(folder / "components.yaml");
  const ComponentObjects objects(project, {});
  EXPECT_EQ(objects.images().at("hello"), std::vector<std::string>{"hello"});
  const auto routes =
      reach_of(
          project, [&](const auto& component) -> const auto& { return objects.written(component); })
          .routes;
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].to.host(), "hello.default.svc.cluster.local");
  EXPECT_EQ(project.tests.size(), 1u);
}

TEST(InitTest, KeepsAGitignoreThatIsThere) {
  const TempProject folder;
  folder.write(".gitignore", "mine\n");
  init(folder);
  EXPECT_EQ(read_file(folder / ".gitignore"), "mine\n");
  EXPECT_TRUE(std::filesystem::exists(folder / "components.yaml"));
}

TEST(InitTest, WritesNothingWhereOneFileIsThere) {
  const TempProject folder;
  folder.write("tests/hello.sh", "mine\n");
  EXPECT_STREQ(error_of([&] { init(folder); }).what(),
               "there is already tests/hello.sh; nothing was written");
  EXPECT_FALSE(std::filesystem::exists(folder / "components.yaml"));
}

}  // namespace
}  // namespace harness
