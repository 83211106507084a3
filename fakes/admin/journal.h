#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "http/message.h"

namespace fakes::admin {

/// A request's path, decoded; as it was sent where it cannot be decoded: that request was answered with 400.
std::string readable_path(const std::string& path);

/// The requests that a fake has answered, the last `length` of them. Thread-safe.
class Journal {
 public:
  /// Of a body the first `kBody` bytes are kept.
  static constexpr std::size_t kBody = 16 * 1024;
  explicit Journal(std::size_t length) : length_(length) {}

  /// Returns its id.
  std::uint64_t add(const http::Request& request, const http::Outcome& outcome);
  /// The client did not get the whole answer: 499. Nothing happens where the entry is not kept any more.
  void broken_off(std::uint64_t id);
  void clear();

  /// Which requests: an empty field is any.
  struct Filter {
    std::string path;        ///< the path begins so
    std::string test;        ///< the value of X-Test-Id
    std::string repository;  ///< "org/repo" is part of the path, as whole segments
    std::string method;
    std::uint64_t after = 0;  ///< later than this id
  };
  /// The oldest first: {"id", "time" (RFC 3339), "method", "path", "query", "status", "body", "test"}; bytes
  /// that are not UTF-8 become U+FFFD; "truncated": true where not all of the body was kept; "gap" where the
  /// fake has not what was asked for.
  nlohmann::json list(const Filter& filter) const;

 private:
  struct Entry {
    std::uint64_t id;
    std::string time, method, path, query, body, test, gap;
    int status;
    bool truncated;
  };
  const std::size_t length_;
  mutable std::mutex mutex_;
  std::uint64_t last_id_ = 0;
  std::deque<Entry> entries_;
};

}  // namespace fakes::admin
