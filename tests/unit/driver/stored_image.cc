#include "driver/stored_image.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>

namespace {

using Json = nlohmann::json;

/// Adds the files of a layer; false where it is none.
bool unpack(const std::string& layer, Json& files) {
  const std::unique_ptr<archive, decltype(&archive_read_free)> reader(archive_read_new(), archive_read_free);
  archive_read_support_format_tar(reader.get());
  if (archive_read_open_memory(reader.get(), layer.data(), layer.size()) != ARCHIVE_OK) return false;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
    if (archive_entry_filetype(entry) != AE_IFREG) continue;
    std::string text(static_cast<size_t>(archive_entry_size(entry)), '\0');
    if (archive_read_data(reader.get(), text.data(), text.size()) != static_cast<la_ssize_t>(text.size()))
      return false;
    files[archive_entry_pathname(entry)] =
        fmt::format("{:o} {}", static_cast<unsigned>(archive_entry_perm(entry)), text);
  }
  return true;
}

}  // namespace

Json stored_image(const MemoryRegistry& registry, const std::string& name, const std::string& digest) {
  const Json manifest = Json::parse(registry.stored(name + "/" + digest), nullptr, false);
  if (!manifest.is_object()) return nullptr;
  if (manifest["layers"].empty()) return {{"made", manifest["annotations"]["made"]}};
  const Json config = Json::parse(
      registry.stored(name + "/" + manifest["config"]["digest"].get<std::string>()), nullptr, false);
  if (!config.is_object()) return nullptr;
  Json files = Json::object();
  for (const auto& layer : manifest["layers"])
    if (!unpack(registry.stored(name + "/" + layer["digest"].get<std::string>()), files)) return nullptr;
  const auto settings = config.value("config", Json::object());
  return {{"files", files},
          {"entrypoint", settings.value("Entrypoint", Json::array())},
          {"env", settings.value("Env", Json::array())}};
}
