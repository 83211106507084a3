#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <stop_token>
#include <string>

namespace harness {

/// The digests of the image configurations that a reference by digest ("localhost:5001/web@sha256:..") stands
/// for: one of a manifest, one a platform of an index. They name what is in an image, whatever it was pulled
/// by. None if that cannot be looked up.
using ConfigDigests = std::function<std::set<std::string>(const std::string& reference)>;

/// Of the registry at `host` ("localhost:5001"). Asks for each reference once. Not thread-safe.
ConfigDigests config_digests_in(const std::string& host, std::stop_token stop);

/// Why a container, by its status, does not run the image `wanted`: "runs localhost:5001/web@sha256:..",
/// "runs nothing yet". Empty if it does, and if `wanted` has no digest.
///
/// `status.imageID` is what the image was pulled by, "NAME@sha256:..", maybe after "docker-pullable://", or,
/// of an image that was never pulled, the digest of its configuration, "sha256:.."
/// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodStatus). One image may
/// have been pulled by several digests, and then it is any of them: what differs is compared by its
/// configuration.
std::string difference_of_image(const nlohmann::json& status, const std::string& wanted,
                                const ConfigDigests& configs);

}  // namespace harness
