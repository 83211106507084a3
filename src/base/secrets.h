#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harness {

// What is shown, logged and kept goes through these: others read it.

/// "https://***@host/x" for "https://user:password@host/x". A user without a password stays where it is no
/// token ("ssh://git@host").
std::string without_credentials(std::string text);

/// A command line quoted for a shell, without credentials in URLs and without the values of -set.
std::string shown_command(const std::vector<std::string>& args);

/// Whether what bears this name is likely to be a secret: "GITHUB_TOKEN", "db-password", "apiKey".
bool names_secret(std::string_view name);

/// What stands in the place of one.
inline const std::string kHidden = "(hidden)";

}  // namespace harness
