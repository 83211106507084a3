#include "cli/evidence.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(EvidenceTest, ALineWithTroubleTells) {
  EXPECT_TRUE(tells("2026-12-01 ERROR cannot open the database"));
  EXPECT_TRUE(tells("panic: runtime error: index out of range"));
  EXPECT_FALSE(tells("GET /errors 200"));
  EXPECT_FALSE(tells("listening on 0.0.0.0:80"));
}

TEST(EvidenceTest, TheHarnessAskingItsOwnGatewayIsNoTrouble) {
  EXPECT_FALSE(
      tells("2026/12/01 00:03:59 [error] 9#9: *81 upstream sent too large http2 frame: 3940676 while reading "
            "response header from upstream, client: 172.18.0.1, server: _, request: \"GET "
            "/harness-gateway/quotes.default.svc.cluster.local:80 HTTP/1.1\""));
  EXPECT_TRUE(
      tells("2026/12/01 00:03:59 [error] 9#9: *81 connect() failed (111: Connection refused) while "
            "connecting to upstream, request: \"GET /quotes HTTP/1.1\""));
}

}  // namespace
}  // namespace harness
