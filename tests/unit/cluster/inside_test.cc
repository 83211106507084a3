#include "cluster/inside.h"

#include <gmock/gmock.h>

#include "cluster/direct_hosts.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kMade = "2026-11-01T10:00:00.123456789Z";
constexpr const char* kNow = "2026-11-30T10:00:00";

TEST(InsideTest, DeadIsWhereNothingListensForNoOtherCause) {
  EXPECT_TRUE(silence_of({"free 90000000\nfree 90000000\nsilent\n"}, true, kMade, kNow).is_dead);
  EXPECT_TRUE(silence_of({"silent\n", "free 90000000\nsilent\n"}, true, kMade, kNow).is_dead);
  EXPECT_TRUE(silence_of({}, true, "", kNow).is_dead) << "its control planes were removed";
}

TEST(InsideTest, WhateverElseIsNot) {
  const auto expect = [](const Silence& silence, const char* cause) {
    EXPECT_FALSE(silence.is_dead) << cause;
    EXPECT_THAT(silence.cause, HasSubstr(cause));
  };
  expect(silence_of({"free 90000000\nlistens\n"}, true, kMade, kNow), "listens inside");
  expect(silence_of({"silent\n", "listens\n"}, true, kMade, kNow), "listens inside");
  expect(silence_of({"free 90000000\nfree 100\nsilent\n"}, true, kMade, kNow), "disk of its node is full");
  expect(silence_of({"silent\n"}, true, kMade, "2025-01-01T00:00:00"),
         "this machine's clock shows 2025-01-01");
  expect(silence_of({"silent\n"}, true, kMade, "2028-01-01T00:00:00"), "its certificates are of 2026-11-01");
  expect(silence_of({""}, true, kMade, kNow), "could not be inspected");
  expect(silence_of({"silent\n", ""}, true, kMade, kNow), "could not be inspected");
  expect(silence_of({"silent\n"}, false, kMade, kNow), "not all of its control planes run");
  expect(silence_of({"OCI runtime exec failed: silently\n"}, true, kMade, kNow), "could not be inspected");
}

TEST(DirectHostsTest, NamesThatKindGives) {
  EXPECT_THAT(node_names("x", ""), ElementsAre("x-control-plane"));
  EXPECT_THAT(node_names("x", "nodes: [{role: control-plane}, {role: worker}, {}]"),
              ElementsAre("x-control-plane", "x-control-plane2", "x-external-load-balancer", "x-worker"));
  EXPECT_THAT(node_names("x", "nodes: [broken"), ElementsAre("x-control-plane"));
}

}  // namespace
}  // namespace harness
