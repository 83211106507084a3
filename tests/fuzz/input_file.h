#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/files.h"

/// One input after the other as a file, in a folder of this process.
class InputFile {
 public:
  explicit InputFile(const std::string& name) : path_(dir_.path() / name) {}
  const std::filesystem::path& path() const { return path_; }
  void write(const uint8_t* data, size_t size) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  }

 private:
  const harness::TempDir dir_;
  const std::filesystem::path path_;
};
