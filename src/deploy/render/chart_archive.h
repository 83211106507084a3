#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace harness {

/// Calls `look` with each file of a chart that is a folder or a .tgz, its archives' files too; `name` is its
/// path. What cannot be read as an archive is a file like any other.
void for_each_chart_file(
    const std::filesystem::path& chart,
    const std::function<void(const std::string& name, const std::string& content)>& look);

/// Unpacks a .tgz of a chart, or copies its folder with what its links lead to, and returns the chart's
/// folder in `folder`. Throws std::runtime_error where that fails.
std::filesystem::path unpack_chart(const std::filesystem::path& chart, const std::filesystem::path& folder);

}  // namespace harness
