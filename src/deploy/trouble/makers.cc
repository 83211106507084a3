// What pods miss and others may make (https://kubernetes.io/docs/concepts/extend-kubernetes/operator/).
#include "deploy/trouble/makers.h"

#include <map>

#include "base/error.h"
#include "cluster/workload_kinds.h"
#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = Scene::Json;

/// How long what is ready may take to make it.
constexpr std::chrono::seconds kMadeLate{15};

/// A reference to `missing` by a field of that name, which is not optional.
bool is_reference(const Json& from, const char* field, const MissingConfig& missing) {
  return text_at(from, field) == missing.name && !flag_at(from, "/optional");
}

bool volume_needs(const Json& volume, const MissingConfig& missing) {
  if (is_reference(json_at(volume, missing.is_secret ? "/secret" : "/configMap"),
                   missing.is_secret ? "/secretName" : "/name", missing))
    return true;
  for (const auto& source : list_at(volume, "/projected/sources"))
    if (is_reference(json_at(source, missing.is_secret ? "/secret" : "/configMap"), "/name", missing))
      return true;
  return false;
}

bool container_needs(const Json& container, const MissingConfig& missing) {
  for (const auto& from : list_at(container, "/envFrom"))
    if (is_reference(json_at(from, missing.is_secret ? "/secretRef" : "/configMapRef"), "/name", missing))
      return true;
  for (const auto& variable : list_at(container, "/env"))
    if (is_reference(
            json_at(variable, missing.is_secret ? "/valueFrom/secretKeyRef" : "/valueFrom/configMapKeyRef"),
            "/name", missing))
      return true;
  return false;
}

bool needs(const Json& pod, const MissingConfig& missing) {
  if (namespace_of(pod) != missing.name_space) return false;
  for (const auto& volume : list_at(pod, "/spec/volumes"))
    if (volume_needs(volume, missing)) return true;
  for (const auto* container : containers_of(json_at(pod, "/spec")))
    if (container_needs(*container, missing)) return true;
  return false;
}

bool may_create(const Scene& scene, const Json& pod, const MissingConfig& missing) {
  const auto name_space = namespace_of(pod), account = text_at(pod, "/spec/serviceAccountName");
  const Json attributes{{"verb", "create"},
                        {"group", ""},
                        {"resource", missing.is_secret ? "secrets" : "configmaps"},
                        {"namespace", missing.name_space}};
  const Json groups{"system:authenticated", "system:serviceaccounts", "system:serviceaccounts:" + name_space};
  const Json spec{{"user", "system:serviceaccount:" + name_space + ":" + account},
                  {"groups", groups},
                  {"resourceAttributes", attributes}};
  const Json answer =
      scene.ask("/apis/authorization.k8s.io/v1/subjectaccessreviews",
                {{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SubjectAccessReview"}, {"spec", spec}});
  return flag_at(answer, "/status/allowed");
}

}  // namespace

Maker maker_of(const Scene& scene, const MissingConfig& missing) {
  Maker maker;
  std::map<std::string, bool> accounts;  // by namespace and name
  const Json pods = scene.get("/api/v1/pods");
  for (const auto& pod : list_at(pods, "/items")) {
    const auto name_space = namespace_of(pod);
    if (name_space == "kube-system" || is_ending(pod) || has_ended(pod) || needs(pod, missing)) continue;
    const auto [known, is_new] =
        accounts.try_emplace(name_space + "/" + text_at(pod, "/spec/serviceAccountName"), false);
    if (is_new) known->second = may_create(scene, pod, missing);
    if (!known->second || (!maker.pod.empty() && is_ready(pod))) continue;
    maker = {name_space + "/" + name_of(pod), is_ready(pod)};
  }
  return maker;
}

void wait_for_maker(const Scene& scene, const MissingConfig& missing, Diagnosis& found) {
  Maker maker;
  try {
    maker = maker_of(scene, missing);
  } catch (const Error&) {  // a user who may not list all pods
    return;
  }
  if (maker.pod.empty()) return;
  if (maker.is_ready) {
    found.must_last = kMadeLate;
    found.evidence += "\npod " + maker.pod + " may make it, and has not";
    return;
  }
  found.cause += " yet: pod " + maker.pod + ", which starts, may make it";
  found.may_pass = true;
}

}  // namespace harness
