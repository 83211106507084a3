#include "image/made_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <mutex>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

fs::path kept_in(const fs::path& root) { return root / ".harness/made.json"; }

std::map<std::string, std::string> read_hashes(const fs::path& root) {
  std::map<std::string, std::string> hashes;
  if (!fs::is_regular_file(kept_in(root))) return hashes;
  const auto kept = Json::parse(read_file(kept_in(root)), nullptr, false);
  if (!kept.is_object()) return hashes;
  for (const auto& [file, hash] : kept.items())
    if (hash.is_string()) hashes[file] = hash;
  return hashes;
}

std::string time_of(const fs::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return "";
  return fmt::format("{} {} {}.{}", status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

}  // namespace

std::map<std::string, std::string> files_of(const Project& project, const Image& image) {
  std::map<std::string, std::string> files;
  for (const auto& [source, target] : image.files) {
    if (!source.ends_with('/')) {
      files[target] = source;
      continue;
    }
    std::error_code gone;
    for (fs::recursive_directory_iterator entry(project.root / source, gone), end; !gone && entry != end;
         entry.increment(gone)) {
      if (entry->is_symlink() && entry->is_directory())
        throw Error("image " + image.name + ": " + entry->path().string() + " is a link to a folder",
                    {.hint = "have the builder copy what it leads to", .exit_code = kBuild});
      if (!entry->is_directory()) {
        const auto inside = entry->path().lexically_relative(project.root / source).string();
        files[target + inside] = source + inside;
      }
    }
    if (gone && gone != std::errc::no_such_file_or_directory)
      throw Error("image " + image.name + ": cannot read " + source + ": " + gone.message(),
                  {.exit_code = kBuild});
  }
  return files;
}

MadeFiles::MadeFiles(const fs::path& root) : root_(root), hashes_(read_hashes(root)) {}

bool MadeFiles::is_made(const std::string& file) const {
  const auto known = hashes_.find(file);
  return known != hashes_.end() && sha256_hex(read_file(root_ / file)) == known->second;
}

MadeFiles::Times MadeFiles::times(const fs::path& root, const std::set<std::string>& files) {
  Times all;
  for (const auto& file : files) all[file] = time_of(root / file);
  return all;
}

void MadeFiles::remember(const fs::path& root, const Times& before, const std::set<std::string>& files) {
  std::map<std::string, std::string> written;
  for (const auto& file : files) {
    const auto known = before.find(file);
    const auto time = known == before.end() ? "" : known->second;
    if (time_of(root / file) != time && fs::is_regular_file(root / file))
      written[file] = sha256_hex(read_file(root / file));
  }
  if (written.empty()) return;
  static std::mutex one_builder_at_a_time;
  const std::lock_guard lock(one_builder_at_a_time);
  auto hashes = read_hashes(root);
  for (auto& [file, hash] : written) hashes[file] = hash;
  fs::create_directories(kept_in(root).parent_path());
  write_file_atomically(kept_in(root), Json(hashes).dump(2) + "\n");
}

}  // namespace harness
