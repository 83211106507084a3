#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fakes::git {

/// What every served repository is configured with: pushes and their options, fetches by any commit id,
/// partial clones, no background gc.
const std::vector<std::pair<std::string, std::string>>& served_config();

/// `served_config` as text of a git configuration file.
std::string served_config_text();

/// The environment of git http-backend: only what is here, so that neither this machine's nor the caller's
/// configuration has an influence.
std::vector<std::string> backend_environment(const std::filesystem::path& git);

/// The environment of a set-up script: fixed identity, dates, time zone and language; `home` holds its own
/// global configuration (`global_config_text` in .gitconfig), so that `git config --global` touches nothing
/// else.
std::vector<std::string> script_environment(const std::filesystem::path& git,
                                            const std::filesystem::path& home);

std::string global_config_text();

}  // namespace fakes::git
