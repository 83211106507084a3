// deploy/ready_conditions.cc: `ready:` of a component, and the objects it is about.
#include "deploy/ready_conditions.h"

#include <gmock/gmock.h>

#include "support/errors.h"

namespace harness {
namespace {

using testing::HasSubstr;

class ReadyConditionsTest : public testing::Test {
 protected:
  std::vector<Object> set(std::map<std::string, std::string> ready) {
    std::vector<Object> objects;
    for (const auto& [api_version, kind] :
         std::vector<std::pair<std::string, std::string>>{{"cert-manager.io/v1", "Certificate"},
                                                          {"batch/v1", "Job"},
                                                          {"batch.example.com/v1", "Job"},
                                                          {"v1", "Pod"}})
      objects.push_back({api_version, kind, "x", "default", {}});
    set_ready_conditions(objects, {.name = "issuer", .ready = std::move(ready), .at = {5, 3}},
                         "components.yaml");
    return objects;
  }
  std::string said(std::map<std::string, std::string> ready) {
    return error_of([&] { set(std::move(ready)); }).what();
  }
};

TEST_F(ReadyConditionsTest, AKindIsNamedAloneOrWithItsGroup) {
  EXPECT_EQ(set({{"Certificate", "Ready"}})[0].ready, "Ready");
  const auto objects = set(
      {{"Certificate.cert-manager.io", "Issued"}, {"Job.batch.example.com", "Done"}, {"Pod", "Initialized"}});
  EXPECT_EQ(objects[0].ready, "Issued");
  EXPECT_EQ(objects[1].ready, "") << "a Job of Kubernetes' own";
  EXPECT_EQ(objects[2].ready, "Done");
  EXPECT_EQ(objects[3].ready, "Initialized");
}

TEST_F(ReadyConditionsTest, WhatIsInNoManifestOrInTwoGroups) {
  EXPECT_EQ(said({{"Certifcate", "Ready"}}),
            "components.yaml:5:3: component \"issuer\": ready: its manifest has no Certifcate (did you mean "
            "\"Certificate\"?)");
  EXPECT_THAT(said({{"Job", "Done"}}), HasSubstr("ready: Job may be Job.batch or Job.batch.example.com"));
}

}  // namespace
}  // namespace harness
