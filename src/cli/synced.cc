#include "cli/synced.h"

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "cluster/state_files.h"

namespace harness {

Synced::Synced(std::filesystem::path file) : file_(std::move(file)), hashes_(read_texts(file_)) {}

bool Synced::contains(const std::string& component) const {
  const std::lock_guard lock(mutex_);
  return hashes_.contains(component);
}

bool Synced::is(const std::string& component, const std::string& hash) const {
  const std::lock_guard lock(mutex_);
  const auto found = hashes_.find(component);
  return found != hashes_.end() && found->second == hash;
}

void Synced::set(const std::string& component, const std::string& hash) {
  const std::lock_guard lock(mutex_);
  hashes_[component] = hash;
  save();
}

void Synced::erase(const std::string& component) {
  const std::lock_guard lock(mutex_);
  if (hashes_.erase(component) > 0) save();
}

std::vector<std::string> Synced::remarks() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  for (const auto& [component, hash] : hashes_)
    lines.push_back("synced: the pods of " + component +
                    " no longer run the image that they were made with; -all deploys it");
  return lines;
}

void Synced::save() const { write_file_atomically(file_, nlohmann::json(hashes_).dump(2) + "\n"); }

}  // namespace harness
