#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace harness {

/// A file that another process writes, read once from its begin to its end.
class GrowingFile {
 public:
  explicit GrowingFile(std::filesystem::path file) : file_(std::move(file)) {}
  /// What was not read yet, at most up to the byte `end` of the file; empty where nothing is there.
  std::string read(uint64_t end = UINT64_MAX);
  /// The whole lines of it, without their ends; the last one may come later.
  std::string read_lines();
  uint64_t size() const;

 private:
  const std::filesystem::path file_;
  uint64_t at_ = 0;
  std::string unfinished_;
};

}  // namespace harness
