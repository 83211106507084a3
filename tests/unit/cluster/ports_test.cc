#include "cluster/ports.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

constexpr const char* kHead =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

std::string line(const std::string& local, const std::string& state = "0A") {
  return "   0: " + local + " 00000000:0000 " + state +
         " 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0\n";
}

TEST(PortsTest, WhoListensWhereThisMachineIsAsked) {
  for (const auto* local : {"00000000:0050", "0100007F:0050"})
    EXPECT_TRUE(is_listened_at(kHead + line(local), "", 80)) << local;
  for (const auto* local : {"00000000000000000000000000000000:0050", "0000000000000000FFFF00000100007F:0050"})
    EXPECT_TRUE(is_listened_at("", kHead + line(local), 80)) << local;
}

TEST(PortsTest, WhoIsNotInTheWay) {
  EXPECT_FALSE(is_listened_at(kHead + line("0100007F:0050", "01"), "", 80)) << "a connection, not a listener";
  EXPECT_FALSE(is_listened_at(kHead + line("0100007F:0051") + line("0100007F:5000"), "", 80))
      << "another port";
  EXPECT_FALSE(is_listened_at(kHead + line("0A00000A:0050"), "", 80)) << "another address of this machine";
  EXPECT_FALSE(is_listened_at("", kHead + line("00000000000000000000000001000000:0050"), 80)) << "::1";
  EXPECT_FALSE(is_listened_at("", "", 80));
  EXPECT_FALSE(is_listened_at("garbage\n\n0:\n", "x x x 0A", 80));
}

TEST(PortsTest, APortThatCanBeHad) {
  const int port = pick_gateway_port();
  EXPECT_TRUE(port == 80 || port >= 1024) << port;
  const int other = pick_gateway_port(false);
  EXPECT_GE(other, 1024);
  EXPECT_TRUE(is_free_port(other));
}

}  // namespace
}  // namespace harness
