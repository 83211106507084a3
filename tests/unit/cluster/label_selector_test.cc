#include "cluster/label_selector.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

using Json = nlohmann::json;

Json expression(const char* key, const char* how, const Json& values = Json()) {
  Json one = {{"key", key}, {"operator", how}};
  if (!values.is_null()) one["values"] = values;
  return {{"matchExpressions", {one}}};
}

/// A selector, labels, and whether the API selects them.
struct Case {
  const char* name;
  Json selector, labels;
  bool selected;
};

const Case kCases[] = {
    {"Map", {{"matchLabels", {{"app", "web"}}}}, {{"app", "web"}, {"tier", "x"}}, true},
    {"MapOtherValue", {{"matchLabels", {{"app", "web"}}}}, {{"app", "web2"}}, false},
    {"MapNoLabels", {{"matchLabels", {{"app", "web"}}}}, Json(), false},
    {"EmptyValueIsNoMissingLabel", {{"matchLabels", {{"app", ""}}}}, {{"other", "x"}}, false},
    {"EmptyValue", {{"matchLabels", {{"app", ""}}}}, {{"app", ""}}, true},
    {"In", expression("app", "In", {"a", "b"}), {{"app", "b"}}, true},
    {"NotAmong", expression("app", "In", {"a", "b"}), {{"app", "c"}}, false},
    {"InMissing", expression("app", "In", {"a", ""}), Json::object(), false},
    {"NotIn", expression("app", "NotIn", {"a"}), {{"app", "b"}}, true},
    {"NotInListed", expression("app", "NotIn", {"a"}), {{"app", "a"}}, false},
    {"NotInMissing", expression("app", "NotIn", {"a"}), Json::object(), true},
    {"Exists", expression("app", "Exists"), {{"app", ""}}, true},
    {"ExistsMissing", expression("app", "Exists"), {{"apps", "x"}}, false},
    {"DoesNotExist", expression("app", "DoesNotExist"), {{"apps", "x"}}, true},
    {"DoesNotExistButDoes", expression("app", "DoesNotExist"), {{"app", "x"}}, false},
    {"Unknown", expression("app", "Gt", {"1"}), {{"app", "2"}}, false},
    {"EmptySelectsAll", Json::object(), {{"app", "x"}}, true},
    {"EmptySelectsAllWithoutLabels", {{"matchLabels", Json::object()}}, Json(), true},
    {"NullSelectsNothing", Json(), {{"app", "x"}}, false},
};

TEST(LabelSelectorTest, SelectsAsTheApiDoes) {
  for (const auto& one : kCases)
    EXPECT_EQ(LabelSelector::of_object(one.selector).selects_labels(one.labels), one.selected) << one.name;
}

TEST(LabelSelectorTest, AllRequirementsMustHold) {
  Json selector = expression("tier", "NotIn", {"old"});
  selector["matchLabels"] = {{"app", "web"}};
  const auto both = LabelSelector::of_object(selector);
  EXPECT_TRUE(both.selects({{"metadata", {{"labels", {{"app", "web"}}}}}}));
  EXPECT_FALSE(both.selects({{"metadata", {{"labels", {{"app", "web"}, {"tier", "old"}}}}}}));
  EXPECT_FALSE(both.selects({{"metadata", {{"labels", {{"tier", "new"}}}}}}));
}

TEST(LabelSelectorTest, ServicesAndReplicationControllersHaveAMap) {
  const Json map = {{"spec", {{"selector", {{"app", "web"}}}}}}, none = {{"spec", Json::object()}},
             empty = {{"spec", {{"selector", Json::object()}}}};
  const Json web = {{"app", "web"}};
  for (const char* kind : {"Service", "ReplicationController"}) {
    EXPECT_TRUE(LabelSelector::of({"", kind}, map).selects_labels(web));
    EXPECT_FALSE(LabelSelector::of({"", kind}, none).selects_labels(web))
        << "a Service without a selector has endpoints of others";
    EXPECT_TRUE(LabelSelector::of({"", kind}, empty).selects_nothing());
  }
  // A label that is called as a field of the other form.
  EXPECT_TRUE(LabelSelector::of({"", "Service"}, {{"spec", {{"selector", {{"matchLabels", "x"}}}}}})
                  .selects_labels({{"matchLabels", "x"}}));
  EXPECT_TRUE(LabelSelector::of({"serving.knative.dev", "Service"}, none).selects_nothing());
}

TEST(LabelSelectorTest, AsAQuery) {
  Json selector = {{"matchLabels", {{"app.kubernetes.io/name", "web"}}}, {"matchExpressions", Json::array()}};
  for (const auto& one : {expression("a", "In", {"x", "y"}), expression("b", "NotIn", {"z"}),
                          expression("c", "Exists"), expression("d", "DoesNotExist")})
    selector["matchExpressions"].push_back(one["matchExpressions"][0]);
  const auto all = LabelSelector::of_object(selector);
  EXPECT_EQ(all.text(), "app.kubernetes.io/name=web,a in (x,y),b notin (z),c,!d");
  EXPECT_EQ(
      all.query(),
      "labelSelector=app.kubernetes.io%2Fname%3Dweb%2Ca%20in%20%28x%2Cy%29%2Cb%20notin%20%28z%29%2Cc%2C%21d");
  EXPECT_EQ(LabelSelector::of_object(Json::object()).query(), "");
}

}  // namespace
}  // namespace harness
