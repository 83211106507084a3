#pragma once

#include <map>
#include <string>
#include <vector>

namespace harness {

/// What GoogleTest streams while its tests run (--gtest_stream_result_to=HOST:PORT): lines
/// "event=TestStart&name=Shows", by TCP.
class GtestEvents {
 public:
  using Event = std::map<std::string, std::string>;  ///< "event" is its name

  /// Waits for one connection. Throws std::system_error.
  GtestEvents();
  ~GtestEvents();
  GtestEvents(const GtestEvents&) = delete;
  GtestEvents& operator=(const GtestEvents&) = delete;

  std::string address() const;  ///< HOST:PORT
  /// Those that have come since the last call.
  std::vector<Event> take();

 private:
  int listener_ = -1, connection_ = -1;
  std::string unfinished_;
};

/// "event=TestStart&name=a%3Db"
GtestEvents::Event gtest_event_of(const std::string& line);

}  // namespace harness
