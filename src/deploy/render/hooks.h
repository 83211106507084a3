#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "deploy/manifest.h"

namespace harness {

/// A hook of a chart (https://helm.sh/docs/topics/charts_hooks/).
struct Hook {
  std::set<std::string> events;    ///< "pre-install"
  int weight = 0;                  ///< those of smaller weight run first
  std::set<std::string> policies;  ///< when it is deleted: "hook-succeeded"
};

/// What the annotations of an object say that `helm template` made. Nothing where it is no hook; a definition
/// (crd-install, of Helm 2) is none.
std::optional<Hook> hook_of(const Object& object);

/// The tests of a chart (https://helm.sh/docs/topics/chart_tests/), and what belongs to them, in the order in
/// which Helm makes them.
std::vector<Object> chart_tests(const std::vector<Object>& objects);

/// Takes out of `objects` the hooks that no deployment runs: a chart's tests, and what runs when a release is
/// deleted or rolled back. Says so, a line for each; of tests only where they do not run as such.
std::vector<std::string> take_hooks_out(std::vector<Object>& objects, bool tests_run);

/// `objects` without hooks.
std::vector<Object> without_hooks(const std::vector<Object>& objects);

/// Those that run at `event`, in their order.
std::vector<Object> hooks_at(const std::string& event, const std::vector<Object>& objects);

}  // namespace harness
