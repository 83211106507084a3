#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cluster/instance.h"

namespace harness {

/// Of instance.json; one without a version is of the first harness, which wrote the same.
inline constexpr int kStateVersion = 1;
/// Whether `state`, the content of instance.json, was written in the way of this harness.
bool knows_version(const nlohmann::json& state);

/// Renames those of the instance's state files that cannot be read, or that another version wrote, to
/// NAME.unreadable: the run goes on as if they were not there. Gives a line for each, for the user. What a
/// harness that was killed had not written to its end is removed. To be called by the one that has the
/// instance's lock.
std::vector<std::string> set_aside_unreadable(const Instance& instance);

/// The texts of a JSON object, images.json and its like; empty where there is none.
std::map<std::string, std::string> read_texts(const std::filesystem::path& file);
/// Writes these; what is there of other keys stays.
void update_texts(const std::filesystem::path& file, const std::map<std::string, std::string>& texts);

}  // namespace harness
