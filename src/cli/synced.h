#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace harness {

/// The components with `sync:` whose pods have newer images than their workloads, each with the hash of what
/// its pods run. Kept in a file of the instance. Thread-safe.
class Synced {
 public:
  explicit Synced(std::filesystem::path file);

  bool contains(const std::string& component) const;
  /// Its pods run what has this hash.
  bool is(const std::string& component, const std::string& hash) const;
  /// Before its pods are changed, too: should this process be killed, it is known that they may differ. Then
  /// the hash is empty.
  void set(const std::string& component, const std::string& hash);
  void erase(const std::string& component);

  /// What a user is to know, a line each.
  std::vector<std::string> remarks() const;

 private:
  void save() const;

  const std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::map<std::string, std::string> hashes_;
};

}  // namespace harness
