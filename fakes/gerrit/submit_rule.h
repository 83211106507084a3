#pragma once

#include <optional>
#include <string>

#include "gerrit/state.h"

namespace fakes::gerrit {

/// What a label means for submitting (SubmitRecordInfo.Label).
struct LabelStatus {
  enum Kind { kOk, kNeed, kReject, kMay } kind = kMay;
  std::optional<int> by;  ///< whose vote it is
};

/// By the label's function and the votes on the current patch set.
LabelStatus label_status(const Change& change, const std::string& name, const Label& label);

/// Whether every label allows it. Gerrit asks neither for work in progress nor for conflicts here.
bool labels_allow_submit(const Change& change, const Project& project);

/// What of its labels and its state keeps the change from being submitted, as Gerrit says it; "" where
/// nothing does.
std::string submit_problem(const Change& change, const Project& project);

/// Whether it can be merged into its branch as that is now. Where one of the commits is known by its id
/// alone, what was seeded.
bool is_mergeable(const State& state, const Change& change);

}  // namespace fakes::gerrit
