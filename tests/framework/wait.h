#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "framework/cluster.h"

namespace test {

/// Waits, by watching, until `holds` is true for the object (null while it is not there), and gives it back.
/// `holds` writes what it saw into its second argument, as with `eventually`; one that throws ends the wait.
/// Throws with what was last seen when `deadline` (`scaled`) is over; `wanted` completes "not ...":
///   wait_until(crd, "established", 10s, [](const json& object, std::string& seen) {
///     return (seen = condition(object, "Established")) == "True"; });
nlohmann::json wait_until(const Ref& what, const std::string& wanted, std::chrono::milliseconds deadline,
                          const std::function<bool(const nlohmann::json& object, std::string& seen)>& holds);

constexpr std::chrono::seconds kWait{90};

/// These throw at once where a pod cannot start (why_it_cannot_start), and say what the pod waits for and
/// which events it has.

/// Ready; throws at once where it ends instead.
void wait_until_pod_ready(const Ref& pod, std::chrono::milliseconds deadline = kWait);
/// "Succeeded" or "Failed".
std::string wait_until_pod_ended(const Ref& pod, std::chrono::milliseconds deadline = kWait);
/// Every replica is of the newest version and available; throws at once where the Deployment gives up
/// (ProgressDeadlineExceeded).
void wait_until_deployment_complete(const Ref& deployment, std::chrono::milliseconds deadline = kWait);
/// "Succeeded" or "Failed", as its pods.
std::string wait_until_job_done(const Ref& job, std::chrono::milliseconds deadline = kWait);

/// Says which finalizers an object waits for that stays.
void wait_until_gone(const Ref& what, std::chrono::milliseconds deadline = kWait);

}  // namespace test
