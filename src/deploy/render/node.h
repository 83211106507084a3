#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/error.h"
#include "config/project.h"

namespace harness {

/// A node of a YAML or JSON document as it is written: scalars are not decoded, aliases not followed.
struct TextNode {
  enum class Kind { scalar, sequence, mapping, alias };
  Kind kind = Kind::scalar;
  std::string value;   ///< of a scalar; of an alias: the anchor's name
  std::string tag;     ///< "tag:yaml.org,2002:str" of !!str; empty where none is written
  bool plain = false;  ///< a scalar without quotes: its text decides what it is
  Position at;
  std::vector<TextNode*> children;   ///< of a mapping: key, value, key, value
  const TextNode* target = nullptr;  ///< of an alias
};

/// The documents of one text. It owns the nodes.
struct NodeTree {
  std::deque<TextNode> nodes;
  std::vector<TextNode*> documents;  ///< one that holds nothing is not among them
};

inline constexpr const char* kStringTag = "tag:yaml.org,2002:str";
/// Objects of the API are not nested deeper.
inline constexpr int kMaxDepth = 1000;

/// Throws Error (kUsage) "what: message" with the position in `file`.
[[noreturn]] void fail_at(const std::string& file, const Position& at, const std::string& message,
                          const std::string& hint = {});

/// Reads YAML 1.1 with libyaml, which kubectl's reader was translated from. `text` is UTF-8. Throws Error
/// (kUsage) with file, line and column.
NodeTree parse_yaml(const std::string& text, const std::string& file);

/// A number of JSON that is too large for one: as YAML it would be a text.
struct NumberTooLarge : Error {
  using Error::Error;
};

/// Reads JSON values, one after the other, or with lines `---` between them. Throws Error (kUsage) with file,
/// line and column, NumberTooLarge among them.
NodeTree parse_json(const std::string& text, const std::string& file);

}  // namespace harness
