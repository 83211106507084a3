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

fs::path RenderCache::file_of(const Render& render, const std::string& key) const {
  return folder_ / (render.name + "." + (key.empty() ? "now" : key.substr(0, kDigits)) + ".yaml");
}

ManifestText RenderCache::text_of(const Render& render, const fs::path& file, const std::string& text) const {
  const auto shown = file.lexically_relative(shown_below_).string();
  return {shown, manifest_utf8(text, shown), render.title};
}

ManifestText RenderCache::text(const Render& render) const {
  const auto key = render.key();
  const auto file = file_of(render, key);
  const auto text = key.empty() ? std::nullopt : kept(file);
  return text ? text_of(render, file, *text) : make(render, key);
}

ManifestText RenderCache::made(const Render& render) const { return make(render, render.key()); }

ManifestText RenderCache::make(const Render& render, const std::string& key) const {
  const auto text = render.make();
  // It may be of what was there before and after an edit: then nobody else is to use it.
  const auto file = file_of(render, !key.empty() && render.key() != key ? "" : key);
  keep(render, file, text);
  return text_of(render, file, text);
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
