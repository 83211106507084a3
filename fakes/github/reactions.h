#pragma once

namespace fakes::github {

inline constexpr const char* kReactions[] = {"+1",    "-1",     "laugh",  "confused",
                                             "heart", "hooray", "rocket", "eyes"};

}  // namespace fakes::github
