#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/project.h"

namespace harness {

/// One YAML file that must be right to the last key. Problems are collected, so that a user sees all of them at once.
class YamlReader {
 public:
  /// Throws Error (kUsage) where the file cannot be read, is not UTF-8 or is not YAML.
  explicit YamlReader(const std::filesystem::path& file);
  const YAML::Node& root() const { return root_; }

  void problem(Position at, const std::string& text);
  /// As `problem`, ending with the candidate that `word` may have meant.
  void unknown(Position at, const std::string& text, const std::string& word, const std::vector<std::string>& candidates);
  /// Throws Error (kUsage) with every problem in the file's order, each with its line and a caret; nothing where there is none.
  void finish() const;

  static Position position(const YAML::Node& node);

 private:
  std::string render(Position at, const std::string& text) const;

  std::filesystem::path file_;
  std::vector<std::string> lines_;
  YAML::Node root_;
  std::vector<std::pair<Position, std::string>> problems_;
};

/// A mapping whose keys are known. Each reading function reports a wrong type as a problem and returns an empty value.
class Fields {
 public:
  /// Reports unknown and repeated keys. `what` names the mapping in messages: "image \"deck\"".
  Fields(YamlReader& reader, const YAML::Node& node, std::string what, const std::vector<std::string>& known);

  bool has(const std::string& key) const { return values_.contains(key); }
  Position at(const std::string& key) const;  ///< of the value; of the mapping where the key is missing
  void require(const std::string& key);
  std::string text(const std::string& key);
  std::vector<std::string> list(const std::string& key);  ///< of scalars; one scalar is a list of one
  std::map<std::string, std::string> map(const std::string& key);
  int seconds(const std::string& key, int otherwise);  ///< a Go duration, "1m30s", of at least one second

 private:
  YamlReader& reader_;
  std::string what_;
  Position position_;
  std::map<std::string, YAML::Node> values_;
};

/// The entries of a mapping whose keys are free names, in the file's order; repeated keys and wrong types are reported.
std::vector<std::pair<YAML::Node, YAML::Node>> entries(YamlReader& reader, const YAML::Node& node, const std::string& what);

}  // namespace harness
