#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "cluster/instance.h"

namespace harness {

/// Where the harness keeps what outlives every project: $HARNESS_CACHE, else $XDG_CACHE_HOME/harness, else
/// ~/.cache/harness.
std::filesystem::path cache_dir();

/// Which folder a cluster belongs to: its name has no more than a hash of the path. A file in the cache for
/// each, from before the cluster is made until after it is deleted. Where the cache cannot be written nothing
/// is kept, and `harness doctor` knows less.
void remember_instance(const Instance& instance);
void forget_instance(const Instance& instance);
/// Cluster -> its instance's folder.
std::map<std::string, std::filesystem::path> known_instances();
/// The file of a cluster.
std::filesystem::path known_instance_file(const std::string& cluster);

}  // namespace harness
