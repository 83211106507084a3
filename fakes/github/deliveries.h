#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <thread>

#include "github/model.h"

namespace fakes::github {

/// One event on its way to one hook, or there.
struct Delivery {
  Id id = 0, hook = 0;
  std::string guid, event, action;
  bool redelivery = false;
  std::string body;  ///< as sent
  Time delivered = 0;
  double duration = 0;  ///< seconds that the last attempt took
  int attempts = 0, status_code = 0;
  std::string status = "pending";  ///< then "OK" or what went wrong
  std::vector<std::pair<std::string, std::string>> request_headers, response_headers;
  std::string response_body;
};

/// Sends events to hooks by HTTP, on a thread of its own: for each hook in their order, for different hooks
/// at once. A receiver that cannot be reached or answers 502, 503 or 504 is tried again after 1/2, 1, 2, 4, 8
/// and 14 seconds; any other answer is final. An attempt may take 10 seconds. Thread-safe; nothing here waits
/// for the network.
class Deliveries {
 public:
  static constexpr std::size_t kQueue =
      500;  ///< events that may wait for one hook; what comes on top is not sent
  static constexpr std::size_t kKept = 100;  ///< deliveries that are over and still known, of one hook

  Deliveries();
  /// Ends what is under way.
  ~Deliveries();
  Deliveries(const Deliveries&) = delete;
  Deliveries& operator=(const Deliveries&) = delete;

  /// Queues `payload`. `repository` and the hook's settings are taken as they are now. Returns the delivery's
  /// id.
  Id add(const Hook& hook, Id repository, const std::string& event, const Json& payload);
  /// Sends a delivery again; nothing where there is none.
  std::optional<Id> again(const Hook& hook, Id repository, Id delivery);
  /// Of a hook, the newest first; their bodies too.
  std::vector<Delivery> list(Id hook) const;
  std::optional<Delivery> find(Id hook, Id delivery) const;
  /// {"code", "status", "message"} of the hook's last one that is over.
  Json last_response(Id hook) const;
  /// Forgets a hook with all that waits for it.
  void remove(Id hook);
  void clear();
  /// Ends what is under way; nothing is sent any more.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fakes::github
