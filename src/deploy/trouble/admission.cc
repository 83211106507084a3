// Pods that the API does not take from their controller
// (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/).
#include "deploy/trouble/admission.h"

#include <re2/re2.h>

#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = Scene::Json;

/// The controller's message while it has fewer pods than it wants.
std::string refusal_of(const Scene& scene) {
  if (!is_observed(scene.workload)) return "";
  const Json& failure = condition_of(scene.workload, "ReplicaFailure");  // a Deployment's
  if (has_condition(scene.workload, "ReplicaFailure")) return text_at(failure, "/message");
  if (!scene.pods.empty()) return "";
  return text_at(warning_about(scene, scene.workload, {"FailedCreate"}), "/message");
}

}  // namespace

std::optional<Refusal> refusal(const std::string& message) {
  std::string what;
  if (RE2::PartialMatch(message, "exceeded quota: ([^,]+)", &what))
    return Refusal{"the quota " + what + " is used up",
                   "raise the ResourceQuota " + what + ", or lower what pods ask for"};
  if (RE2::PartialMatch(message, "failed quota: ([^:]+): must specify ([^ ]+)", &what))
    return Refusal{"the quota " + what + " requires requests and limits", "set resources: in its manifest"};
  if (RE2::PartialMatch(message, "(?:maximum|minimum) [^ ]+ usage per|limit to request ratio"))
    return Refusal{"a LimitRange does not allow what it asks for",
                   "change resources: in its manifest, or the LimitRange"};
  if (RE2::PartialMatch(message, "serviceaccount \"([^\"]+)\" not found", &what))
    return Refusal{"there is no ServiceAccount " + what,
                   "add it to a manifest, or correct serviceAccountName"};
  if (RE2::PartialMatch(message, "failed calling webhook \"([^\"]+)\"", &what))
    return Refusal{"the webhook " + what + " does not answer",
                   "deploy what serves it before (after: in components.yaml), or remove its configuration: "
                   "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"};
  if (RE2::PartialMatch(message, "admission webhook \"([^\"]+)\" denied", &what))
    return Refusal{"the webhook " + what + " refuses it", "the message says why"};
  if (RE2::PartialMatch(message, "violates PodSecurity \"([^\"]+)\"", &what))
    return Refusal{"its namespace allows no such pods: PodSecurity " + what,
                   "change securityContext, or the namespace's pod-security labels"};
  if (message.find("because it is being terminated") != std::string::npos)
    return Refusal{"its namespace is being deleted", "wait until it is gone: kubectl get namespaces"};
  return std::nullopt;
}

std::optional<Diagnosis> pods_refused(const Scene& scene) {
  const auto message = refusal_of(scene);
  if (message.empty()) return std::nullopt;
  const auto known = refusal(message).value_or(
      Refusal{"the API refuses its pods", "fix what the message names in its manifest"});
  return Diagnosis{.cause = "no pod can be made: " + known.cause,
                   .evidence = message,
                   .hint = known.hint,
                   .must_last = kMayArrive};
}

}  // namespace harness
