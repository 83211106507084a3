#pragma once

#include <atomic>

#include "http/router.h"

namespace fakes::admin {

/// Whether a fake is lenient: it asks nobody who he is, and what a client names is there. Set by the flag
/// -lenient, and by tests: `GET /admin/lenient` gives true or false, `PUT /admin/lenient` takes it.
/// Thread-safe.
class Lenient {
 public:
  explicit Lenient(bool at_start) : at_start_(at_start), now_(at_start) {}
  void add_routes(http::Router& router);
  void reset() { now_ = at_start_; }
  const std::atomic<bool>& value() const { return now_; }

 private:
  const bool at_start_;
  std::atomic<bool> now_;
};

}  // namespace fakes::admin
