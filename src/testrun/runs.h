#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"

namespace harness::testrun {

/// The runs of a project: `.harness/runs/ID/` each, with status.json and a lock that its process holds.
class Runs {
 public:
  explicit Runs(std::filesystem::path dir) : dir_(std::move(dir)) {}

  /// A new folder under an id that begins with `base`; this process holds its lock.
  struct Claimed {
    std::string id;
    std::filesystem::path dir;
    FileLock lock;
  };
  Claimed claim(const std::string& base) const;

  /// Removes the runs whose ttl is over. One whose process was killed is finished as Error; the processes and
  /// folders that it left are ended and removed. Returns what is to be said.
  std::vector<std::string> collect(std::chrono::system_clock::time_point now) const;

  /// Resumes the step in every run that is paused before it. Throws Error (kUsage) where there is none.
  void resume(const std::string& step) const;

 private:
  std::vector<std::filesystem::path> all() const;

  const std::filesystem::path dir_;
};

}  // namespace harness::testrun
