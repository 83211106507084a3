#include "cli/planned_objects.h"

#include <gmock/gmock.h>

#include "support/files.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PlannedObjectsTest, WhatIsRenderedAndVerboselyEachObjectWithoutSecrets) {
  const TempProject folder;
  folder.write("m.yaml",
               "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {was: hunter2}}\nstringData: "
               "{password: hunter2}\n");
  folder.write("v.env", "TOKEN=hunter2\n");
  Project project;
  project.root = folder.root();
  project.file = folder / "components.yaml";
  project.components = {
      {.name = "web",
       .sources = {.manifests = {"m.yaml"},
                   .configs = {{.is_secret = true, .name = "made", .env_files = {"v.env"}, .at = {2, 3}}}}}};
  const ComponentObjects objects(project, {});
  Plan plan;
  EXPECT_EQ(describe_objects(plan, project, objects, true), "");
  plan.components = {"web"};
  EXPECT_EQ(describe_objects(plan, project, objects, false),
            "render    components.yaml:2:3: Secret default/made\n");
  const auto verbose = describe_objects(plan, project, objects, true);
  EXPECT_THAT(verbose, HasSubstr("render    m.yaml:1:1: Secret s\n{\n"));
  EXPECT_THAT(verbose, HasSubstr("\"TOKEN\": \"(hidden)\""));
  EXPECT_THAT(verbose, HasSubstr("\"password\": \"(hidden)\""));
  EXPECT_THAT(verbose, Not(HasSubstr("hunter2")));
  EXPECT_THAT(verbose, Not(HasSubstr("aHVudGVyMg==")));
}

}  // namespace
}  // namespace harness
