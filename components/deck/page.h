#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ci {

/// The page of a list of jobs, or of one job with its output. All of its links are relative: it may stand
/// behind any prefix.
std::string jobs_page(const std::vector<nlohmann::json>& jobs, const std::string& tenant);
std::string job_page(const nlohmann::json& job, const std::string& log);

/// Text for HTML, also inside of quotes.
std::string html_escaped(const std::string& text);

}  // namespace ci
