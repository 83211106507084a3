#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace harness {

/// A list of names that is the word ALL (-build, -clear).
inline bool means_all(const std::vector<std::string>& names) {
  return names == std::vector<std::string>{"ALL"};
}

/// What a command line asks for (cli/commands.h).
enum class Task {
  tests,
  run_testrun,
  validate_testrun,
  emit_testrun,
  resume_testrun,
  gc,
  doctor,
  init,
  control_plane,
  restart,
  merge,
  completion,
  history
};

/// -shard=2/5
struct Shard {
  int index = 0, count = 0;  ///< from 1 on
};

/// The command line as typed values (-help documents flags).
struct Options {
  Task task = Task::tests;
  bool all = false;
  std::string run;  ///< RE2; empty: every test when `all`, else none
  std::string skip;
  std::string labels;                         ///< an expression
  bool failed = false;                        ///< those that failed last time
  std::optional<Shard> shard;                 ///< of the tests that are chosen
  std::filesystem::path timings;              ///< a results.json that says how long tests took
  std::vector<std::filesystem::path> merged;  ///< folders with a results.json each
  std::filesystem::path output;               ///< where they are merged
  bool list = false;
  bool no_setup = false;
  bool no_setup_kind_cluster = false;
  std::vector<std::string> build;       ///< image names, or {"ALL"}
  std::vector<std::string> clear;       ///< namespaces in which leftovers of tests are removed, or {"ALL"}
  std::vector<std::string> restart;     ///< components whose pods are made anew
  std::string history;                  ///< RE2, of names of tests; empty: all of them
  std::vector<std::string> completion;  ///< a shell; or "words" and a line that it completes
  bool strict = false;                  ///< what pods try to reach outside fails the run
  bool keep = false;
  bool keep_namespaces = false;
  bool teardown = false;
  bool wait_anyway = false;         ///< for rollouts that cannot succeed by themselves
  std::filesystem::path save_logs;  ///< empty: only when something failed, under artifacts
  std::filesystem::path
      artifacts;                 ///< -artifacts, else $ARTIFACTS, else empty (the instance's folder is used)
  bool artifacts_flag = false;   ///< it was the flag
  std::filesystem::path config;  ///< empty: the nearest components.yaml
  std::string name = "default";  ///< the instance: [a-z0-9]([a-z0-9-]*[a-z0-9])?, at most 30
  std::filesystem::path kubeconfig;  ///< of a cluster that is there; empty: the instance has its own
  std::string context;               ///< in it; empty: the current one
  bool no_wait = false;              ///< for another run of the instance
  int jobs = 0;                      ///< tests at once; 0: twice the cores
  int timeout_seconds = 0;  ///< of a test that says none: -timeout, else $HARNESS_TIMEOUT, else 10 minutes
  bool fail_fast = false;
  int repeat = 0;  ///< rounds; 0: not given
  bool until_it_fails = false;
  int stress = 0;  ///< copies at once; 0: no stress
  int retry = 0;
  std::optional<unsigned> shuffle;  ///< tests run in an order that this number decides; 0: any number
  bool watch = false;
  std::filesystem::path testrun;  ///< a Testrun, or a folder of them
  std::vector<std::string> set;   ///< "key=value" for ${key} in it
  std::string executor;           ///< "host", "pod" or empty: what runs steps
  std::string emit;               ///< the engine for which it is written
  int attempts = 0;               ///< of a whole run, until it succeeds; 0: one
  std::string resume;             ///< a step before which a run is paused
  std::string es_url;             ///< where the documents of a run are sent: -es-url, else $HARNESS_ES_URL
  bool json = false;
  bool no_dump = false;
  bool dry_run = false;
  bool verbose = false;
  bool version = false;
  bool help = false;
  std::string help_of;  ///< with it: the words of a command; empty: everything

  /// Some of the tests are asked for by name, label or last result.
  bool chooses() const { return !run.empty() || !labels.empty() || failed; }
};

}  // namespace harness
