#pragma once

#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "cluster/api_error.h"
#include "cluster/kube_api.h"
#include "deploy/manifest.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Whether the API would take `object` if `stored` were not there: it refuses to change something that is in
/// it, and nothing else is wrong. The API is asked, by a dry run under another name; where a name cannot be
/// another one, what it says of each field decides.
bool refuses_only_the_change(const KubeApi& api, const Object& object, const std::string& collection,
                             const ApiStatus& refused, std::stop_token stop);

/// What would be lost with an object as it is stored: "its volume's data"; empty where nothing is.
/// (PersistentVolumes and their claims, StatefulSets with claims, definitions of custom objects.)
std::string data_of(const Object& object, const nlohmann::json& stored);

/// Deletes an object with its dependents, waits until they are gone, and says why. The claims of a
/// StatefulSet whose templates for them change go with it, and pods that use a claim, since it stays as long
/// as they run. Throws Error (kDeploy) where it holds data and `may_lose_data` is not set, and where it does
/// not go in time.
void take_away(const KubeApi& api, const Object& object, const std::string& path, const std::string& why,
               bool may_lose_data, const Waiting& waiting, std::stop_token stop);

}  // namespace harness
