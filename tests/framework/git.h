#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "framework/process.h"

namespace test {

/// An environment in which git gives the same commit ids everywhere: no configuration of the machine's,
/// default branch master, author and committer "abc <d@e.f>" at one fixed date. Submodules may be local.
std::map<std::string, std::string> git_environment();

/// Runs git in `dir` in that environment, `env` added to it.
Result try_git(const std::filesystem::path& dir, std::vector<std::string> args,
               const std::map<std::string, std::string>& env = {});

/// The same, but throws with both outputs when git fails. Gives back standard output without its last
/// newline.
std::string git(const std::filesystem::path& dir, std::vector<std::string> args,
                const std::map<std::string, std::string>& env = {});

/// Runs a shell script (set -eu) in `dir` in that environment; throws with its output when it fails.
std::string shell(const std::filesystem::path& dir, const std::string& script);

/// A new repository at `dir`, filled by `script`, which runs in it.
void make_repo(const std::filesystem::path& dir, const std::string& script);

}  // namespace test
