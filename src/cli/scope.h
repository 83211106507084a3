#pragma once

#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "cli/setup.h"
#include "cluster/leftovers.h"

namespace harness {

/// How the ids of runs begin, in a cluster that the user gave; empty: the cluster is the instance's own, and
/// all in it.
std::string run_prefix(const Context& context);

/// An id for a run of tests, in names of what they make.
std::string new_run_id(const Context& context);

/// The namespaces that the harness looks into: all in a cluster of its own, else the instance's and those of
/// its tests.
class Scope {
 public:
  Scope(const Context& context, const KubeApi& api, const ApiPatience& patience);
  bool has(const std::string& name_space) const { return !names_ || names_->contains(name_space); }

 private:
  std::optional<std::set<std::string>> names_;
};

/// As find_leftovers of all runs, without those of another one's tests.
std::vector<Leftover> leftovers_in_scope(const Context& context, const KubeApi& api, std::stop_token stop);

}  // namespace harness
