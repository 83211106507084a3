#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/message.h"

namespace fakes::git {

/// What a CGI program prints before its answer's body.
struct CgiHead {
  http::Response response;                      ///< status and headers
  std::optional<std::uint64_t> content_length;  ///< not among the headers
  std::size_t size = 0;                         ///< of the head in `output`, with its empty line
};

/// Reads the head at the beginning of `output`; nothing where its end has not come yet. Lines end in LF or
/// CRLF; without `Status:` the status is 200. Headers that concern the connection are left out. Throws
/// std::runtime_error where it is no head.
std::optional<CgiHead> parse_cgi_head(std::string_view output);

}  // namespace fakes::git
