#include "suite/programs/gtest_events.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <system_error>

#include "base/text.h"

namespace harness {

namespace {

[[noreturn]] void fail(const char* doing) { throw std::system_error(errno, std::generic_category(), doing); }

/// GoogleTest writes '%', '=', '&' and the end of a line as %XX.
std::string decoded(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) &&
        std::isxdigit(static_cast<unsigned char>(text[i + 2]))) {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace

GtestEvents::Event gtest_event_of(const std::string& line) {
  GtestEvents::Event event;
  for (const auto& field : split(line, '&'))
    if (const auto equals = field.find('='); equals != std::string::npos)
      event[field.substr(0, equals)] = decoded(field.substr(equals + 1));
  return event;
}

GtestEvents::GtestEvents() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_in any{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  if (listener_ < 0) fail("a socket");
  if (bind(listener_, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0 || listen(listener_, 1) != 0) {
    close(listener_);
    fail("a port of this machine");
  }
}

GtestEvents::~GtestEvents() {
  if (connection_ >= 0) close(connection_);
  close(listener_);
}

std::string GtestEvents::address() const {
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  if (getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &size) != 0) fail("the port's number");
  return "127.0.0.1:" + std::to_string(ntohs(bound.sin_port));
}

std::vector<GtestEvents::Event> GtestEvents::take() {
  if (connection_ < 0) connection_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  std::array<char, 65536> piece;
  for (ssize_t size; connection_ >= 0 && (size = ::read(connection_, piece.data(), piece.size())) > 0;)
    unfinished_.append(piece.data(), static_cast<size_t>(size));
  const auto end = unfinished_.rfind('\n');
  if (end == std::string::npos) return {};
  const auto lines = split(unfinished_.substr(0, end), '\n');
  unfinished_.erase(0, end + 1);
  std::vector<Event> events;
  for (const auto& line : lines) events.push_back(gtest_event_of(line));
  return events;
}

}  // namespace harness
