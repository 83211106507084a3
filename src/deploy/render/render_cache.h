#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "deploy/render/documents.h"

namespace harness {

/// What a program makes of files.
struct Render {
  std::string title;  ///< as messages name it: "helm charts/web"
  std::string name;   ///< of its file: "web.helm"
  std::function<std::string()>
      key;  ///< a hash of all that goes into it; empty where not all of that can be looked at
  std::function<std::string()> make;
};

/// What is rendered, kept in a folder: a file `NAME.KEY.yaml` for each, as long as nothing changes that it is
/// made from.
class RenderCache {
 public:
  /// `shown_below`: what paths of the folder are shown relative to.
  RenderCache(std::filesystem::path folder, std::filesystem::path shown_below)
      : folder_(std::move(folder)), shown_below_(std::move(shown_below)) {}

  /// Its text, made only where the key is another or there is none. Thread-safe for renders of different
  /// names.
  ManifestText text(const Render& render) const;

  /// The same, made in any case: for what depends on more than the key says.
  ManifestText made(const Render& render) const;

 private:
  std::filesystem::path file_of(const Render& render, const std::string& key) const;
  ManifestText make(const Render& render, const std::string& key) const;
  ManifestText text_of(const Render& render, const std::filesystem::path& file,
                       const std::string& text) const;
  void keep(const Render& render, const std::filesystem::path& file, const std::string& text) const;

  const std::filesystem::path folder_, shown_below_;
};

}  // namespace harness
