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

/// Why the change cannot be submitted now, as Gerrit says it; "" where it can.
std::string submit_problem(const Change& change, const Project& project);

}  // namespace fakes::gerrit
