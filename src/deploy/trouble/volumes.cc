// Volumes that are not bound or not mounted
// (https://kubernetes.io/docs/concepts/storage/persistent-volumes/).
#include <re2/re2.h>

#include "base/text.h"
#include "deploy/trouble/makers.h"
#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = Scene::Json;

/// The class that a claim names; where it names none, the default one; empty where there is none.
std::string class_of(const Scene& scene, const Json& claim) {
  const Json::json_pointer pointer("/spec/storageClassName");
  if (claim.contains(pointer)) return text_at(claim, "/spec/storageClassName");
  const Json classes = scene.get("/apis/storage.k8s.io/v1/storageclasses");
  for (const auto& one : list_at(classes, "/items"))
    if (text_at(one, "/metadata/annotations/storageclass.kubernetes.io~1is-default-class") == "true")
      return name_of(one);
  return "";
}

/// Why a claim cannot be bound; an empty cause where it may be.
Diagnosis of_claim(const Scene& scene, const std::string& name_space, const std::string& name) {
  const Json claim = scene.get("/api/v1/namespaces/" + name_space + "/persistentvolumeclaims/" + name);
  if (claim.is_null())
    return {
        .cause = "there is no PersistentVolumeClaim " + name, .evidence = "", .hint = "add it to a manifest"};
  if (text_at(claim, "/status/phase") == "Bound") return {};
  const auto storage = class_of(scene, claim);
  if (storage.empty())
    return {.cause = "PersistentVolumeClaim " + name +
                     " is not bound: it names no storage class, and no volume fits it",
            .evidence = "",
            .hint = "leave storageClassName out, or add a PersistentVolume"};
  if (scene.get("/apis/storage.k8s.io/v1/storageclasses/" + storage).is_null()) {
    const auto there = names_at(scene, "/apis/storage.k8s.io/v1/storageclasses");
    return {.cause = "PersistentVolumeClaim " + name + " is not bound: there is no storage class " + storage,
            .evidence = "storage classes: " + join(there, ", "),
            .hint = "leave storageClassName out, or name one that is there"};
  }
  if (const auto failed = text_at(warning_about(scene, claim, {"ProvisioningFailed"}), "/message");
      !failed.empty())
    return {.cause = "PersistentVolumeClaim " + name + " is not bound: its volume cannot be made",
            .evidence = failed,
            .hint = "fix what the message names in the claim"};
  return {};
}

}  // namespace

std::optional<Diagnosis> claim_unbound(const Scene& scene) {
  for (const auto& pod : scene.pods) {
    // The scheduler's own words may be of before: of a claim that is made anew, of one whose volume is being
    // made.
    const auto message = text_at(condition_of(pod, "PodScheduled"), "/message");
    if (!text_at(pod, "/spec/nodeName").empty() || has_ended(pod)) continue;
    for (const auto& volume : list_at(pod, "/spec/volumes")) {
      const auto name = text_at(volume, "/persistentVolumeClaim/claimName");
      if (name.empty()) continue;
      auto found = of_claim(scene, text_at(pod, "/metadata/namespace"), name);
      if (found.cause.empty()) continue;
      found.cause = "pod " + name_of(pod) + ": " + found.cause;
      found.evidence = message + (found.evidence.empty() || message.empty() ? "" : "\n") + found.evidence;
      found.must_last = kMayArrive;
      return found;
    }
  }
  return std::nullopt;
}

std::optional<Diagnosis> volume_not_mounted(const Scene& scene) {
  static const RE2 object("(configmap|secret) \"([^\"]+)\" not found"),
      key("references non-existent (?:config|secret) key: ?([^ ]+)"),
      only_slow(
          "failed to sync (configmap|secret) cache|timed out waiting for the condition|object \"[^\"]+\" not "
          "registered");
  for (const auto& pod : scene.pods) {
    if (text_at(pod, "/status/phase") != "Pending") continue;
    const auto message = text_at(
        warning_about(scene, pod, {"FailedMount", "FailedAttachVolume", "FailedMapVolume"}), "/message");
    std::string kind, name;
    if (message.empty() || RE2::PartialMatch(message, only_slow)) continue;
    Diagnosis found{.cause = "pod " + name_of(pod) + ": a volume cannot be mounted",
                    .evidence = message,
                    .hint = "fix the volume in its manifest",
                    .must_last = kMayArrive};
    if (RE2::PartialMatch(message, object, &kind, &name)) {
      // The event stays when what it misses has come; the kubelet tries again within two minutes.
      const bool is_secret = kind == "secret";
      if (!scene
               .get("/api/v1/namespaces/" + text_at(pod, "/metadata/namespace") +
                    (is_secret ? "/secrets/" : "/configmaps/") + name)
               .is_null())
        continue;
      found.cause = "pod " + name_of(pod) + ": a volume needs the " +
                    std::string(is_secret ? "Secret " : "ConfigMap ") + name + ", which is not there";
      found.hint = "add it to a manifest, or deploy what makes it before (after: in components.yaml)";
      wait_for_maker(scene, {is_secret, namespace_of(pod), name}, found);
    } else if (RE2::PartialMatch(message, key, &name)) {
      found.cause = "pod " + name_of(pod) + ": a volume needs the key " + name +
                    ", which its ConfigMap or Secret does not have";
      found.hint = "add the key, or correct items: in the manifest";
    }
    return found;
  }
  return std::nullopt;
}

}  // namespace harness
