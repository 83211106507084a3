#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "http/message.h"

namespace fakes::admin {

/// What the fake was asked for and does not have (http/not_implemented.h). Unlike the journal it is kept when
/// a test resets the fake, since the run's report is made after the tests. Thread-safe.
class Gaps {
 public:
  explicit Gaps(std::size_t most = 10'000) : most_(most) {}

  void add(const http::Request& request, const std::string& gap);
  /// {"now", "gaps": [{"time", "method", "path", "gap", "test"}, ...], "dropped"}: the oldest first, each
  /// with the time in which it came, "test" the value of X-Test-Id. "dropped" is how many of the oldest are
  /// not kept any more.
  nlohmann::json list() const;

 private:
  struct Entry {
    std::string time, method, path, gap, test;
  };
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::uint64_t dropped_ = 0;
};

}  // namespace fakes::admin
