#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace harness {

/// Why a pod cannot start, and what to do.
struct Diagnosis {
  std::string cause;      ///< one line: "container deck: the image cannot be pulled"
  std::string evidence;   ///< the system's own words
  std::string hint;
  std::string container;  ///< whose log tells more; empty where none does
  bool may_pass = false;  ///< to be believed only when it is still so a few seconds later
};

/// Reads a Pod as the API gives it. Nothing while it may still start by itself: what is only slow is never called stuck.
std::optional<Diagnosis> diagnose(const nlohmann::json& pod);

}  // namespace harness
