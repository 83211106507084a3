#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// How a server wants its clients to log in.
struct AuthChallenge {
  std::string scheme;                         ///< in small letters: "basic", "bearer"
  std::map<std::string, std::string> params;  ///< names in small letters
};

/// All of a WWW-Authenticate header (RFC 9110, section 11.6.1), in their order. What is no challenge is left
/// out.
std::vector<AuthChallenge> challenges_in(std::string_view header);

}  // namespace harness
