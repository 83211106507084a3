#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/files.h"

/// A project in a git repository whose builders are small scripts, and what it is to look like when it is
/// deployed: read from its files as they are, by nothing of the driver's.
class SampleTree {
 public:
  using Json = nlohmann::json;

  SampleTree(const TempProject& folder, std::string registry);

  /// What a build from scratch gives: as stored_image().
  Json image(const std::string& name) const;
  /// The objects of all components' manifests, images as they are written there.
  std::vector<Json> objects() const;
  /// What can be edited: sources, headers, configuration; relative to the root.
  std::vector<std::string> files() const;
  /// Where a file can come and go.
  static const std::vector<std::string>& source_folders();

  std::string read(const std::string& path) const { return harness::read_file(folder_ / path); }
  void write(const std::string& path, const std::string& text) const;
  const TempProject& folder() const { return folder_; }
  const std::string& registry() const { return registry_; }

 private:
  Json artifact(const std::string& builder, const std::string& target) const;
  std::string listing(const std::string& folder) const;

  const TempProject& folder_;
  const std::string registry_;
};
