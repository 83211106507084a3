#pragma once

#include <string>
#include <string_view>

namespace harness {

/// Writes all of `text`, and waits where whoever reads is slow, also where somebody made `fd` not block.
/// Where it cannot be written the rest is left out; of standard output lost_output() tells.
void put(int fd, std::string_view text);

/// Why standard output did not take all that was put there: "No space left on device". Empty where it took
/// all, and where nobody reads it any more.
std::string lost_output();

}  // namespace harness
