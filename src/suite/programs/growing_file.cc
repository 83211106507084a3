#include "suite/programs/growing_file.h"

#include <algorithm>
#include <fstream>

namespace harness {

uint64_t GrowingFile::size() const {
  std::error_code missing;
  const auto size = std::filesystem::file_size(file_, missing);
  return missing ? 0 : size;
}

std::string GrowingFile::read(uint64_t end) {
  end = std::min(end, size());
  if (end <= at_) return "";
  std::ifstream in(file_, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(at_));
  std::string piece(end - at_, '\0');
  in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  piece.resize(static_cast<size_t>(in.gcount()));
  at_ += piece.size();
  return piece;
}

std::string GrowingFile::read_lines() {
  unfinished_ += read();
  const auto end = unfinished_.rfind('\n');
  if (end == std::string::npos) return "";
  auto lines = unfinished_.substr(0, end);
  unfinished_.erase(0, end + 1);
  return lines;
}

}  // namespace harness
