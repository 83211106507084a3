#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace fakes::http {

/// What goes wrong on purpose with one request, in this order.
struct Fault {
  std::chrono::milliseconds delay{0};     ///< before anything else
  bool drop = false;                      ///< the connection is cut without an answer
  int status = 0;                         ///< not 0: answered in place of the handler
  std::optional<std::uint64_t> truncate;  ///< the connection is cut after so many bytes of the answer's body
};

}  // namespace fakes::http
