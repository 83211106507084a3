#pragma once

#include <filesystem>

namespace harness::testrun {

/// Leaves of what steps have put below `folder` nothing but files, folders and links, without set-user-ID and
/// set-group-ID: who copies them is root, perhaps. Links are not followed.
void disarm(const std::filesystem::path& folder);

}  // namespace harness::testrun
