#pragma once

#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "http/fault.h"
#include "http/message.h"

namespace fakes::admin {

/// Faults that the next requests are to meet. Thread-safe.
class Faults {
 public:
  /// One order or a list of them: {"path": "/repos/o/r" (the path begins so), "method": "GET", "count": 2
  /// (1), and of "status": 503, "delay_ms": 200, "drop": true, "truncate": 10 at least one}. Orders are met
  /// in the order in which they came. Throws HttpError (400) naming the field, having taken none of them.
  void add(const nlohmann::json& orders);
  void clear();
  /// What is still to come.
  nlohmann::json list() const;

  /// The fault for this request, and one less to come.
  http::Fault take(const http::Request& request);

 private:
  struct Order {
    std::string path, method;
    int count = 1;
    http::Fault fault;
  };
  static Order read(const nlohmann::json& json);

  mutable std::mutex mutex_;
  std::vector<Order> orders_;
};

}  // namespace fakes::admin
