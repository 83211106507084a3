#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace fakes::http {

/// Calls `on_expiry` once a time given to `arm` is over, unless `disarm` or `arm` came first. All on one
/// strand.
class Deadline {
 public:
  Deadline(boost::asio::any_io_executor executor, std::function<void()> on_expiry);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline();
  void arm(std::chrono::milliseconds time);
  void disarm();
  /// Since the last `arm`.
  bool expired() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fakes::http
