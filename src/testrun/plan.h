#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "testrun/dag.h"
#include "testrun/locations.h"
#include "testrun/testrun.h"

namespace harness::testrun {

/// A config element of a node and where it comes from: "TestDefinition", "step", "shared by STEP", "global".
struct Setting {
  const ConfigElement* element;
  std::string origin;
};

/// One definition that one step runs.
struct Node {
  std::string id;  ///< "setup"; "tests/deck" for a step by label; "onExit/clean-up"
  bool on_exit = false;
  const Step* step = nullptr;
  const Found* found = nullptr;
  bool continue_on_error = false;    ///< never of a disruptive one
  std::vector<Setting> config = {};  ///< one of a name
  std::chrono::milliseconds deadline{};
  ExecutorKind executor = ExecutorKind::host;
  /// Whose folders it begins with; nothing: those with which its flow began.
  std::optional<size_t> artifacts_from = {};
  bool alone = false;  ///< nothing of its flow runs beside it: its folders are the newest global ones when it
                       ///< has succeeded

  const TestDefinition& definition() const { return found->definition; }
};

/// `testflow` or `onExit`: an entry of `nodes` for each of `dag`.
struct Flow {
  std::vector<Node> nodes;
  Dag depends{0};  ///< dependsOn alone
  Dag dag{0};      ///< and the order of serial and disruptive ones
};

/// What will run. Points into the Testrun and the catalog.
struct Plan {
  Flow testflow, on_exit;
};

/// What holds where neither definition nor Testrun say it.
struct Defaults {
  std::chrono::seconds deadline{600};
  std::optional<ExecutorKind> executor = {};  ///< wins over the Testrun's annotation, not over a step's
  bool only_pods = false;  ///< whatever annotations say: there is no machine beside the cluster
};

/// Turns steps into nodes: a step by label is one node a definition; what comes after what is dependsOn and,
/// among the children of one parent, the parallel ones first, then the serial and then the disruptive ones
/// one by one, and what comes after any of them after all of the latter. What is wrong goes to the reader of
/// `run`; the plan is whole only where that has no problem.
Plan make_plan(const Testrun& run, const Catalog& catalog, const Defaults& defaults);

/// The plan as a person reads it: what waits for what, each value with its origin, secrets hidden.
std::string describe(const Plan& plan, const Testrun& run);

/// What the host executor does not do of what the definitions ask for, a line each.
std::vector<std::string> host_notes(const Plan& plan);

}  // namespace harness::testrun
