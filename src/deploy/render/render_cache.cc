#include "deploy/render/render_cache.h"

#include <optional>

#include "base/files.h"
#include "deploy/render/encoding.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr size_t kDigits = 32;

/// Nothing where there is no such file, or another run has just removed it.
std::optional<std::string> kept(const fs::path& file) try {
  return fs::is_regular_file(file) ? std::optional(read_file(file)) : std::nullopt;
} catch (const std::runtime_error&) {
  return std::nullopt;
}

}  // namespace

ManifestText RenderCache::text(const Render& render) const {
  const auto file_of = [&](const std::string& key) {
    return folder_ / (render.name + "." + (key.empty() ? "now" : key.substr(0, kDigits)) + ".yaml");
  };
  const auto key = render.key();
  auto file = file_of(key);
  auto text = key.empty() ? std::nullopt : kept(file);
  if (!text) {
    text = render.make();
    // It may be of what was there before and after an edit: then nobody else is to use it.
    if (!key.empty() && render.key() != key) file = file_of("");
    keep(render, file, *text);
  }
  const auto shown = file.lexically_relative(shown_below_).string();
  return {shown, manifest_utf8(*text, shown), render.title};
}

void RenderCache::keep(const Render& render, const fs::path& file, const std::string& text) const {
  create_private_folder(folder_);
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const auto other = entry.path().filename().string();
    if (entry.path() != file && other.starts_with(render.name + ".") && other.ends_with(".yaml"))
      fs::remove(entry.path());
  }
  write_file_atomically(file, text, 0600);
}

}  // namespace harness
