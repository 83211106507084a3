#pragma once

#include <string>

namespace harness {

/// `bytes` of a manifest as UTF-8 without a byte order mark: what is UTF-16 is converted. Throws Error
/// (kUsage) where it is neither, with the line in `file`.
std::string manifest_utf8(const std::string& bytes, const std::string& file);

}  // namespace harness
