#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace fakes::github {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;     ///< 0 where there was none
  std::string error;  ///< then: why
  HeaderList headers;
  std::string body;  ///< at most 64 KiB of it
};

/// POSTs `body` to an http or https URL. Throws nothing but std::bad_alloc; follows no redirect.
boost::asio::awaitable<Answer> post(std::string url, HeaderList headers, std::string body, bool verify,
                                    std::chrono::seconds limit);

}  // namespace fakes::github
