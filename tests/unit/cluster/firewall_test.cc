// cluster/firewall.cc: its text; that a node believes it is tests/hermetic's to show.
#include "cluster/firewall.h"

#include <gmock/gmock.h>

#include "support/errors.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(FirewallTest, TheSubnetsAreThoseOfKindsConfiguration) {
  const auto usual = firewall_of("kind: Cluster\n", true);
  EXPECT_EQ(usual.pods, "10.244.0.0/16");
  EXPECT_EQ(usual.services, "10.96.0.0/16");
  const auto own = firewall_of("networking: {podSubnet: 10.1.0.0/16, serviceSubnet: 10.2.0.0/16}\n", true);
  EXPECT_EQ(own.pods, "10.1.0.0/16");
  EXPECT_EQ(own.services, "10.2.0.0/16");
  EXPECT_THAT(error_of([] { firewall_of("networking: [\n", true); }).what(),
              HasSubstr("cluster-config/kind.yaml: "));
}

TEST(FirewallTest, OnlyAHermeticOneKeepsPodsInside) {
  const auto open = firewall_of("", false).rules(), closed = firewall_of("", true).rules();
  EXPECT_THAT(open, HasSubstr("ip daddr 10.96.0.0/16 reject\n"));
  EXPECT_THAT(open, Not(HasSubstr("@refused")));
  EXPECT_THAT(closed, HasSubstr("ip daddr 10.96.0.0/16 reject\n"));
  EXPECT_THAT(closed, HasSubstr("update @refused"));
}

TEST(FirewallTest, OtherNodesAreInside) {
  auto firewall = firewall_of("", true);
  firewall.nodes = {"172.18.0.3", "172.18.0.4"};
  EXPECT_THAT(firewall.rules(), HasSubstr("ip daddr { 172.18.0.3, 172.18.0.4, 10.244.0.0/16 } accept\n"));
}

TEST(FirewallTest, WhatWasRefusedIsReadFromNftsJson) {
  // nft --numeric --json, v1.0.6.
  const char* json =
      R"({"nftables": [{"metainfo": {"version": "1.0.6"}}, {"set": {"family": "inet", "name": "refused", "table": "harness", "elem": [
    {"elem": {"val": {"concat": ["10.244.0.5", "192.0.2.1", 6, 443]}, "counter": {"packets": 2, "bytes": 120}}},
    {"elem": {"val": {"concat": ["10.244.0.6", "192.0.2.2", "udp", 123]}, "counter": {"packets": 1, "bytes": 76}}}]}}]})";
  EXPECT_THAT(parse_refused(json), ElementsAre(Refused{"10.244.0.5", "192.0.2.1", "tcp", 443, 2},
                                               Refused{"10.244.0.6", "192.0.2.2", "udp", 123, 1}));
  EXPECT_THAT(parse_refused(R"({"nftables": [{"metainfo": {}}, {"set": {"name": "refused"}}]})"), IsEmpty());
  EXPECT_THAT(parse_refused(""), IsEmpty());
}

}  // namespace
}  // namespace harness
