#include "deploy/secret_data.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

using Json = nlohmann::json;

Json encoded(const Json& body, const char* version = "v1", const char* kind = "Secret") {
  Object object{version, kind, "s", "default", body};
  encode_string_data(object);
  return object.body;
}

TEST(SecretDataTest, StringDataBecomesData) {
  EXPECT_EQ(encoded({{"stringData", {{"a", "b"}, {"empty", ""}}}}),
            (Json{{"data", {{"a", "Yg=="}, {"empty", ""}}}}));
  EXPECT_EQ(encoded({{"data", {{"a", "eA=="}, {"c", "eQ=="}}}, {"stringData", {{"a", "b"}}}}),
            (Json{{"data", {{"a", "Yg=="}, {"c", "eQ=="}}}}))
      << "it wins, as it does at the API";
}

TEST(SecretDataTest, NothingIsMadeUp) {
  EXPECT_EQ(encoded({{"kind", "Secret"}}), (Json{{"kind", "Secret"}}));
  EXPECT_EQ(encoded({{"data", nullptr}, {"stringData", nullptr}}), Json::object());
  EXPECT_EQ(encoded({{"stringData", Json::object()}}), Json::object());
}

TEST(SecretDataTest, WhatIsWrongIsForTheApiToSay) {
  const Json number = {{"stringData", {{"a", 1}}}}, list = {{"stringData", {"a"}}},
             text = {{"data", "x"}, {"stringData", {{"a", "b"}}}};
  EXPECT_EQ(encoded(number), number);
  EXPECT_EQ(encoded(text), text);
  EXPECT_EQ(encoded(list), list);
}

TEST(SecretDataTest, OnlyKubernetesOwnSecrets) {
  const Json sealed = {{"stringData", {{"a", "b"}}}};
  EXPECT_EQ(encoded(sealed, "example.com/v1"), sealed);
  EXPECT_EQ(encoded(sealed, "v1", "ConfigMap"), sealed);
}

}  // namespace
}  // namespace harness
