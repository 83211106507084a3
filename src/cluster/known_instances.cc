#include "cluster/known_instances.h"

#include <system_error>

#include "base/environment.h"
#include "base/files.h"
#include "base/text.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

fs::path folder() { return cache_dir() / "instances"; }

}  // namespace

fs::path cache_dir() {
  if (const auto cache = environment_variable("HARNESS_CACHE"); !cache.empty()) return cache;
  const auto caches = environment_variable("XDG_CACHE_HOME");
  return fs::path(caches.empty() ? environment_variable("HOME") + "/.cache" : caches) / "harness";
}

fs::path known_instance_file(const std::string& cluster) { return folder() / cluster; }

void remember_instance(const Instance& instance) {
  try {
    create_folders(folder());
    write_file_atomically(known_instance_file(instance.cluster()),
                          fs::absolute(instance.dir()).string() + "\n");
  } catch (const std::exception&) {  // a home that is read-only stands in nobody's way
  }
}

void forget_instance(const Instance& instance) {
  std::error_code ignored;
  fs::remove(known_instance_file(instance.cluster()), ignored);
}

std::map<std::string, fs::path> known_instances() {
  std::map<std::string, fs::path> known;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder(), none)) {
    const std::string cluster = entry.path().filename();
    if (cluster.find('.') == std::string::npos)
      known[cluster] = trim(end_of_file(entry.path(), 4096));  // others are half written
  }
  return known;
}

}  // namespace harness
