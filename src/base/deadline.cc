#include "base/deadline.h"

#include "base/error.h"
#include "base/pause.h"

namespace harness {

void Deadline::check() const {
  if (stop_.stop_requested()) throw Cancelled();
}

bool Deadline::pause(Clock::duration time) const {
  if (pause_for(std::chrono::ceil<std::chrono::milliseconds>(std::min(time, left())), stop_))
    throw Cancelled();
  return !is_over();
}

}  // namespace harness
