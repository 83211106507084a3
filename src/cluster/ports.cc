#include "cluster/ports.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace harness {

namespace {

/// Field `st` of https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html: TCP_LISTEN; of UDP,
/// which does not listen, TCP_CLOSE.
constexpr const char *kListens = "0A", *kIsBound = "07";
/// 0.0.0.0 and 127.0.0.1; ::, ::ffff:0.0.0.0 and ::ffff:127.0.0.1. In the kernel's order of bytes on a
/// little-endian machine.
const std::set<std::string> kHere{"00000000", "0100007F"};
const std::set<std::string> kHere6{std::string(32, '0'), "0000000000000000FFFF000000000000",
                                   "0000000000000000FFFF00000100007F"};

/// The inode of the socket in this state; empty where there is none.
std::string socket_in(const std::string& table, const std::set<std::string>& addresses, int port,
                      const char* wanted) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >>
        inode;
    const auto colon = local.find(':');
    if (state == wanted && colon != std::string::npos && addresses.contains(local.substr(0, colon)) &&
        std::strtol(local.c_str() + colon + 1, nullptr, 16) == port)
      return inode;
  }
  return "";
}

std::string text_of(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

bool is_listened_at(const std::string& tcp, const std::string& tcp6, int port) {
  return !socket_in(tcp, kHere, port, kListens).empty() || !socket_in(tcp6, kHere6, port, kListens).empty();
}

bool is_free_port(int port) {
  return !is_listened_at(text_of("/proc/net/tcp"), text_of("/proc/net/tcp6"), port);
}

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = bind(fd, generic, size) == 0 && getsockname(fd, generic, &size) == 0;
  close(fd);
  return bound ? ntohs(address.sin_port) : -1;
}

std::string socket_at(int port, bool is_udp) {
  const char* state = is_udp ? kIsBound : kListens;
  const auto own = socket_in(text_of(is_udp ? "/proc/net/udp" : "/proc/net/tcp"), kHere, port, state);
  return own.empty() ? socket_in(text_of(is_udp ? "/proc/net/udp6" : "/proc/net/tcp6"), kHere6, port, state)
                     : own;
}

int pick_gateway_port(bool wanted) { return wanted && is_free_port(80) ? 80 : free_port(); }

}  // namespace harness
