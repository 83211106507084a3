#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

namespace harness {

/// The folder with `etcd`, `kube-apiserver` and `kubectl` of the Kubernetes that `node_image` (KIND's) has.
/// They are taken out of it once, a second or two, and kept in the cache. Nothing is downloaded but the image
/// itself, by docker, where it is not there. Throws Error (kCluster) where the image cannot be had or has no
/// such programs, and Cancelled.
std::filesystem::path control_plane_programs(const std::string& node_image, std::stop_token stop);

}  // namespace harness
