#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/project.h"

namespace harness {

/// One YAML file that must be right to the last key. Problems are collected, so that a user sees all of them
/// at once.
class YamlReader {
 public:
  /// `shown_as` is its name in messages; empty: without its folder. Throws Error (kUsage) where the file
  /// cannot be read, is not UTF-8 or is not YAML.
  explicit YamlReader(const std::filesystem::path& file, const std::string& shown_as = {});
  const YAML::Node& root() const { return root_; }

  void problem(Position at, const std::string& text);
  /// As `problem`, ending with the candidate that `word` may have meant.
  void unknown(Position at, const std::string& text, const std::string& word,
               const std::vector<std::string>& candidates);
  /// What is read all the same: "warning: ..." or "note: ...".
  void remark(Position at, const std::string& text);
  /// In the file's order, each in one line.
  std::vector<std::string> remarks() const;
  /// Every problem in the file's order, each with its line and a caret.
  std::vector<std::string> problems() const;
  /// Throws Error (kUsage) with all of them; nothing where there is none.
  void finish() const;

  static Position position(const YAML::Node& node);

 private:
  std::string render(Position at, const std::string& text) const;

  using Message = std::pair<Position, std::string>;

  const std::string shown_as_;
  std::vector<std::string> lines_;
  YAML::Node root_;
  std::vector<Message> problems_, remarks_;
};

/// What keys mean that are not known, and keys without a value.
enum class Reading {
  strict,      ///< both are problems
  kubernetes,  ///< as for its API server: the first are left out, with a warning here, the second are as good
               ///< as absent
};

/// A mapping whose keys are known. Each reading function reports a wrong type as a problem and returns an
/// empty value.
class Fields {
 public:
  /// Reports unknown and repeated keys. `what` names the mapping in messages: "image \"deck\"".
  Fields(YamlReader& reader, const YAML::Node& node, std::string what, const std::vector<std::string>& known,
         Reading reading = Reading::strict);

  bool has(const std::string& key) const { return values_.contains(key); }
  Position at(const std::string& key) const;  ///< of the value; of the mapping where the key is missing
  void require(const std::string& key);
  std::string text(const std::string& key);
  std::vector<std::string> list(const std::string& key);  ///< of scalars; one scalar is a list of one
  struct Item {
    std::string text;
    Position at;
  };
  std::vector<Item> items(const std::string& key);  ///< the same, each with its place
  std::map<std::string, std::string> map(const std::string& key);
  int seconds(const std::string& key, int otherwise);      ///< a Go duration, "1m30s", of at least one second
  std::vector<std::string> words(const std::string& key);  ///< a list, or one text with commas between them
  bool boolean(const std::string& key);                    ///< absent: false
  std::optional<int> number(const std::string& key, int least);
  std::vector<YAML::Node> sequence(const std::string& key);  ///< of anything
  const YAML::Node* node(const std::string& key) const;      ///< null where it is absent

 private:
  YamlReader& reader_;
  std::string what_;
  Reading reading_;
  Position position_;
  std::map<std::string, YAML::Node> values_;
};

/// The entries of a mapping whose keys are free names, in the file's order; repeated keys and wrong types are
/// reported.
std::vector<std::pair<YAML::Node, YAML::Node>> entries(YamlReader& reader, const YAML::Node& node,
                                                       const std::string& what);

}  // namespace harness
