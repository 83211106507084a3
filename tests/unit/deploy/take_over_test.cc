#include "deploy/take_over.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

using Json = nlohmann::json;

const GroupKind kConfigMap{"", "ConfigMap"};

Json entry(const char* manager, const char* operation, const Json& fields) {
  return {{"manager", manager}, {"operation", operation}, {"fieldsV1", {{"f:data", fields}}}};
}
Json stored(const std::vector<Json>& entries) { return {{"metadata", {{"managedFields", entries}}}}; }

const Json kNothing = Json::object();
const Json kOwn = entry("harness", "Apply", {{"f:a", kNothing}});

TEST(TakeOverTest, WhatPeopleChangedIsCountedAsOurs) {
  const auto controller = entry("kube-controller-manager", "Update", {{"f:c", kNothing}});
  const auto fields = fields_taken_over(
      kConfigMap, stored({kOwn, controller, entry("kubectl-edit", "Update", {{"f:b", kNothing}}),
                          entry("kubectl-patch", "Update", {{"f:d", kNothing}})}));
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0], controller);
  EXPECT_EQ(fields[1]["manager"], "harness");
  EXPECT_EQ(fields[1]["fieldsV1"],
            (Json{{"f:data", {{"f:a", kNothing}, {"f:b", kNothing}, {"f:d", kNothing}}}}));
}

TEST(TakeOverTest, NobodyElseIsTouched) {
  EXPECT_TRUE(fields_taken_over(kConfigMap, stored({kOwn})).is_null());
  EXPECT_TRUE(fields_taken_over(kConfigMap, Json::object()).is_null());
  for (const char* manager :
       {"kube-controller-manager", "cert-manager-cainjector", "kubectl-create", "kubectl-client-side-apply"})
    EXPECT_TRUE(fields_taken_over(kConfigMap, stored({kOwn, entry(manager, "Update", {{"f:b", kNothing}})}))
                    .is_null())
        << manager;
  auto scaled = entry("kubectl-edit", "Update", {{"f:b", kNothing}});
  scaled["subresource"] = "scale";
  EXPECT_TRUE(fields_taken_over(kConfigMap, stored({kOwn, scaled})).is_null());
  const auto edited = entry("kubectl-edit", "Update", {{"f:b", kNothing}});
  EXPECT_TRUE(fields_taken_over({"example.com", "ConfigMap"}, stored({kOwn, edited})).is_null());
  EXPECT_TRUE(fields_taken_over(kConfigMap, stored({edited})).is_null()) << "it was not applied yet";
}

}  // namespace
}  // namespace harness
