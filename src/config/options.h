#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness {

/// The command line as typed values (flags are documented in cli/flags.cc and by -help).
struct Options {
  bool all = false;
  std::string run;                 ///< RE2; empty: every test when `all`, else none
  std::string skip;
  bool list = false;
  bool no_setup = false;
  bool no_setup_kind_cluster = false;
  std::vector<std::string> build;  ///< image names, or {"ALL"}
  bool keep = false;
  bool teardown = false;
  std::filesystem::path save_logs;  ///< empty: only when something failed, under artifacts
  std::filesystem::path artifacts;  ///< -artifacts, else $ARTIFACTS, else empty (the instance's folder is used)
  std::filesystem::path config;     ///< empty: the nearest components.yaml
  std::string name = "default";     ///< the instance: [a-z0-9]([a-z0-9-]*[a-z0-9])?, at most 30
  int jobs = 0;                     ///< tests at once; 0: twice the cores
  bool init = false;
  bool dry_run = false;
  bool verbose = false;
  bool version = false;
  bool help = false;
};

}  // namespace harness
