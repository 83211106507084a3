#include "testrun/clock.h"

#include <fmt/chrono.h>

namespace harness::testrun {

std::string rfc3339(Time time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

long seconds_between(Time begin, Time end) {
  return static_cast<long>(std::chrono::round<std::chrono::seconds>(end - begin).count());
}

}  // namespace harness::testrun
