// deploy/applied_fields.cc: what was applied of a stored object.
#include "deploy/applied_fields.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

using Json = nlohmann::json;

TEST(AppliedFieldsTest, DefaultsAndWhatOthersAddAreLeftOut) {
  const Json stored{{"a", 1}, {"b", {{"c", "x"}, {"default", true}}}, {"added", "y"}};
  EXPECT_EQ(applied_fields(stored, {{"a", 2}, {"b", {{"c", "z"}}}}), (Json{{"a", 1}, {"b", {{"c", "x"}}}}));
}

TEST(AppliedFieldsTest, AFieldThatIsGoneIsNull) {
  EXPECT_EQ(applied_fields({{"a", 1}}, {{"a", 1}, {"b", 2}}), (Json{{"a", 1}, {"b", nullptr}}));
}

TEST(AppliedFieldsTest, AWebhookHasTheCertificateThatItsControllerWroteIntoIt) {
  const Json applied =
      Json::parse(R"([{"name": "v.example.com", "clientConfig": {"service": {"name": "s"}}}])");
  const Json stored = Json::parse(
      R"([{"name": "v.example.com", "clientConfig": {"caBundle": "MTI=", "service": {"name": "s"}}}])");
  EXPECT_EQ(applied_fields(stored, applied), applied);
}

TEST(AppliedFieldsTest, ASidecarThatAWebhookPutFirstIsLeftOut) {
  const Json applied = Json::parse(R"([{"name": "a", "image": "x"}, {"name": "b", "image": "y"}])");
  const Json stored =
      Json::parse(R"([{"name": "proxy"}, {"name": "a", "image": "x"}, {"name": "b", "image": "other"}])");
  EXPECT_EQ(applied_fields(stored, applied),
            Json::parse(R"([{"name": "a", "image": "x"}, {"name": "b", "image": "other"}])"));
}

TEST(AppliedFieldsTest, AnotherOrderIsAnotherValue) {
  const Json applied = Json::parse(R"([{"name": "a"}, {"name": "b"}])");
  EXPECT_EQ(applied_fields(Json::parse(R"([{"name": "b"}, {"name": "a"}])"), applied),
            Json::parse(R"([{"name": "b"}, {"name": "a"}])"));
}

TEST(AppliedFieldsTest, AListThatNothingTellsApartIsOneValue) {
  const Json applied = Json::parse(R"([{"key": "k", "effect": "e"}, {"key": "k", "effect": "f"}])");
  const Json changed = Json::parse(R"([{"key": "k", "effect": "e"}, {"key": "k", "effect": "g"}])");
  const Json longer = Json::parse(R"([{"key": "k"}, {"key": "k"}, {"key": "l"}])");
  EXPECT_EQ(applied_fields(changed, applied), changed);
  EXPECT_EQ(applied_fields(longer, applied), longer);
  EXPECT_EQ(applied_fields({"a", "b", "c"}, {"a", "b"}), Json({"a", "b", "c"}));
}

TEST(AppliedFieldsTest, WhatHasAnotherTypeThanWasAppliedIsTheStoredValue) {
  EXPECT_EQ(applied_fields("1", 1), "1");
  EXPECT_EQ(applied_fields(Json::array({1}), Json::object()), Json::array({1}));
}

}  // namespace
}  // namespace harness
