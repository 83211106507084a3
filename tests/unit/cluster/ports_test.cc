#include "cluster/ports.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster/port_holders.h"
#include "support/environment.h"
#include "support/files.h"
#include "support/processes.h"

namespace harness {
namespace {

/// At a port of 127.0.0.1 that the system chose.
class BoundSocket {
 public:
  explicit BoundSocket(int type) : fd_(socket(AF_INET, type, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
    if (type == SOCK_STREAM) listen(fd_, 1);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  BoundSocket(const BoundSocket&) = delete;
  BoundSocket& operator=(const BoundSocket&) = delete;
  ~BoundSocket() { close(fd_); }
  int port() const { return port_; }
  std::string inode() const {
    struct stat status {};
    fstat(fd_, &status);
    return std::to_string(status.st_ino);
  }

 private:
  int fd_, port_ = 0;
};

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

TEST(PortsTest, TheSocketThatHasAPort) {
  const BoundSocket tcp(SOCK_STREAM), udp(SOCK_DGRAM);
  EXPECT_EQ(socket_at(tcp.port(), false), tcp.inode());
  EXPECT_EQ(socket_at(udp.port(), true), udp.inode());
  EXPECT_EQ(socket_at(1, false), "");
}

/// With a fake docker that prints what the test says of published ports.
class PortHolderTest : public testing::Test {
 protected:
  void published(const std::string& lines) const {
    tools_.write("docker",
                 "#!/bin/sh\necho \"$*\" > " + (tools_ / "call").string() + "\ncat <<'E'\n" + lines + "E\n",
                 0755);
  }
  TempProject tools_;
  ScopedVariable path_{"PATH", tools_.root().string() + ":/usr/bin:/bin"};
};

TEST_F(PortHolderTest, AContainer) {
  published("web  127.0.0.1:32000->80/tcp\n");
  EXPECT_EQ(port_holder(32000, false, "harness-a"), "container web");
  EXPECT_THAT(text_of(tools_ / "call"), testing::HasSubstr("ps --filter publish=32000/tcp "));
  published("a-control-plane harness-a 127.0.0.1:32000->32000/tcp\n");
  EXPECT_EQ(port_holder(32000, false, "harness-a"), std::nullopt) << "a node of the cluster itself";
  EXPECT_EQ(port_holder(32000, false, "harness-b"), "container a-control-plane");
}

TEST_F(PortHolderTest, AProcess) {
  published("");
  const BoundSocket tcp(SOCK_STREAM), udp(SOCK_DGRAM);
  const auto own = testing::MatchesRegex("unit_tests \\(process " + std::to_string(getpid()) + "\\)");
  EXPECT_THAT(port_holder(tcp.port(), false, "x").value_or(""), own);
  EXPECT_THAT(port_holder(udp.port(), true, "x").value_or(""), own);
  published("other  127.0.0.1:1->" + std::to_string(tcp.port()) + "/tcp\n");
  EXPECT_THAT(port_holder(tcp.port(), false, "x").value_or(""), own)
      << "its own port, not one of this machine";
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
