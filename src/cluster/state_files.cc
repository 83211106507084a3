#include "cluster/state_files.h"

#include <nlohmann/json.hpp>

#include "base/files.h"

namespace harness {

namespace fs = std::filesystem;

bool knows_version(const nlohmann::json& state) {
  const auto version = state.find("version");
  return version == state.end() || *version == kStateVersion;
}

std::vector<std::string> set_aside_unreadable(const Instance& instance) {
  remove_unfinished_files(instance.dir());
  remove_unfinished_files(instance.dir().parent_path());
  std::vector<std::string> lines;
  for (const auto& file : {instance.dir() / "instance.json", instance.images_file(), instance.sources_file(),
                           instance.synced_file()}) {
    if (!fs::exists(file)) continue;
    const auto json = nlohmann::json::parse(read_file(file), nullptr, false);
    const bool is_of_another_version =
        json.is_object() && file.filename() == "instance.json" && !knows_version(json);
    if (json.is_object() && !is_of_another_version) continue;
    fs::path aside = file;
    aside += ".unreadable";
    fs::rename(file, aside);
    lines.push_back(
        file.string() +
        (is_of_another_version ? " was written by another version of the harness" : " cannot be read") +
        ": set aside as " + aside.filename().string());
  }
  return lines;
}

std::map<std::string, std::string> read_texts(const std::filesystem::path& file) {
  std::map<std::string, std::string> texts;
  if (!std::filesystem::exists(file)) return texts;
  const auto json = nlohmann::json::parse(read_file(file), nullptr, false);
  if (json.is_object())
    for (const auto& [key, text] : json.items())
      if (text.is_string()) texts[key] = text;
  return texts;
}

void update_texts(const std::filesystem::path& file, const std::map<std::string, std::string>& texts) {
  auto all = read_texts(file);
  for (const auto& [key, text] : texts) all[key] = text;
  write_file_atomically(file, nlohmann::json(all).dump(2) + "\n");
}

}  // namespace harness
