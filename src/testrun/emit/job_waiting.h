#pragma once

#include "testrun/emit/context.h"

/// Plain Jobs know no order: each has a container "wait" before the others, which asks the API server for the
/// Jobs of the run. A Job that must not run it suspends: that one has then neither succeeded nor failed, and
/// its pod is gone (https://kubernetes.io/docs/concepts/workloads/controllers/job/#suspending-a-job).
namespace harness::testrun {

inline const std::string kRunLabel = "testrun.harness/run";

std::string job_name(const Context& context, const Node& node);
/// What a failure does, by which others see whether they may start: "stops", "continues" or "clean-up".
std::pair<std::string, std::string> failure_label(const Node& node);

/// Not where nothing comes before, in the testflow.
bool waits(const Flow& flow, size_t node);
/// In onExit it writes how the testflow ended into the file /tm/phase: Succeeded or Failed.
Json wait_container(const Context& context, const Flow& flow, size_t node);
/// With the token for it, which no other container of the pod has.
Json account_volume();
/// The ServiceAccount, what it may do, and that it may.
std::vector<Json> account(const Context& context);

}  // namespace harness::testrun
