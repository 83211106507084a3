#include "deploy/render/documents.h"

#include <set>

#include "base/error.h"
#include "deploy/render/node.h"
#include "deploy/render/scalar.h"

namespace harness {

namespace {

using Json = nlohmann::json;

bool is_merge(const TextNode& key) {
  return key.kind == TextNode::Kind::scalar && key.value == "<<" &&
         (key.tag == "tag:yaml.org,2002:merge" || (key.tag.empty() && key.plain));
}

const TextNode& followed(const TextNode& node) {
  return node.kind == TextNode::Kind::alias ? followed(*node.target) : node;
}

/// Makes JSON of the nodes of one document.
class Decoder {
 public:
  explicit Decoder(const ManifestText& manifest)
      : file_(manifest.file), may_repeat_keys_(!manifest.source.empty()) {}

  Json decode(const TextNode& node) {
    count(node);
    const Level level(level_);  // aliases nest deeper than what is written
    if (level_ > kMaxDepth)
      fail_at(file_, node.at, "is nested deeper than " + std::to_string(kMaxDepth) + " levels");
    switch (node.kind) {
      case TextNode::Kind::alias:
        return alias(node, [&](const TextNode& target) { return decode(target); });
      case TextNode::Kind::scalar:
        return decode_scalar(node, file_);
      case TextNode::Kind::sequence: {
        Json list = Json::array();
        for (const auto* item : node.children) list.push_back(decode(*item));
        return list;
      }
      case TextNode::Kind::mapping:
        break;
    }
    Json map = Json::object();
    fill(map, node);
    return map;
  }

 private:
  /// One more level for as long as it lives.
  class Level {
   public:
    explicit Level(int& count) : count_(++count) {}
    ~Level() { --count_; }

   private:
    int& count_;
  };

  /// The entries of a mapping in their order, what is merged among them: as for kubectl the later one counts.
  void fill(Json& map, const TextNode& mapping) {
    std::map<std::string, Position> seen;
    for (size_t i = 0; i + 1 < mapping.children.size(); i += 2) {
      const TextNode &key = *mapping.children[i], &value = *mapping.children[i + 1];
      if (is_merge(key)) {
        merge(map, value, false);
        continue;
      }
      auto name = decode_key(key, file_);
      const auto [first, is_new] = seen.emplace(name, key.at);
      if (!is_new && !may_repeat_keys_)
        fail_at(
            file_, key.at,
            "the key \"" + name + "\" is a duplicate: first in line " + std::to_string(first->second.line),
            "leave one of them out");
      map[std::move(name)] = decode(value);
    }
  }

  void merge(Json& map, const TextNode& value, bool in_list) {
    count(value);
    if (value.kind == TextNode::Kind::alias) {
      alias(value, [&](const TextNode& target) {
        if (target.kind == TextNode::Kind::mapping) {
          fill(map, target);
          return Json();
        }
        fail_at(file_, value.at, "<<: takes a mapping, or a list of mappings");
      });
    } else if (value.kind == TextNode::Kind::mapping) {
      fill(map, value);
    } else if (value.kind == TextNode::Kind::sequence && !in_list) {
      for (auto item = value.children.rbegin(); item != value.children.rend(); ++item)
        merge(map, **item, true);  // the first of them counts
    } else {
      fail_at(file_, value.at, "<<: takes a mapping, or a list of mappings");
    }
  }

  template <typename Use>
  Json alias(const TextNode& node, Use use) {
    if (!open_.insert(node.target).second) fail_at(file_, node.at, "&" + node.value + " contains itself");
    ++depth_;
    Json value = use(*node.target);
    --depth_;
    open_.erase(node.target);
    return value;
  }

  /// A few lines can name each other until memory is used up. As kubectl does: most of a small document may
  /// come from aliases, little of a large one.
  void count(const TextNode& node) {
    ++all_;
    if (depth_ > 0) ++by_alias_;
    if (by_alias_ <= 100 || all_ <= 1000) return;
    constexpr double kSmall = 400'000, kLarge = 4'000'000;
    const double all = static_cast<double>(all_), share = static_cast<double>(by_alias_) / all;
    const double allowed = all <= kSmall   ? 0.99
                           : all >= kLarge ? 0.10
                                           : 0.99 - 0.89 * (all - kSmall) / (kLarge - kSmall);
    if (share > allowed)
      fail_at(file_, node.at, "the document's aliases expand to more than the rest of it",
              "write out what they stand for");
  }

  const std::string& file_;
  const bool may_repeat_keys_;
  std::set<const TextNode*> open_;  ///< targets of aliases that are being followed
  size_t all_ = 0, by_alias_ = 0;
  int depth_ = 0, level_ = 0;
};

bool may_be_json(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && (text[first] == '{' || text[first] == '[');
}

/// JSON where it is, else YAML, in which a mapping may begin with a brace, too.
NodeTree read(const ManifestText& manifest) {
  if (!may_be_json(manifest.text)) return parse_yaml(manifest.text, manifest.file);
  try {
    return parse_json(manifest.text, manifest.file);
  } catch (const NumberTooLarge&) {
    throw;
  } catch (const Error& of_json) {
    try {
      return parse_yaml(manifest.text, manifest.file);
    } catch (const Error&) {
      const auto quote = manifest.text.find_first_not_of(" \t\r\n{[");
      if (quote != std::string::npos && manifest.text[quote] == '"') throw of_json;
      throw;
    }
  }
}

/// The value that `name` has in a mapping or list, null where there is none.
const TextNode* child(const TextNode& parent, const std::string& name, const std::string& file) {
  if (parent.kind == TextNode::Kind::sequence) {
    const size_t index = name.empty() || name.find_first_not_of("0123456789") != std::string::npos
                             ? std::string::npos
                             : std::stoul(name);
    return index < parent.children.size() ? parent.children[index] : nullptr;
  }
  const TextNode* found = nullptr;
  for (size_t i = 0; parent.kind == TextNode::Kind::mapping && i + 1 < parent.children.size(); i += 2) {
    const TextNode& value = *parent.children[i + 1];
    if (!is_merge(*parent.children[i])) {
      if (decode_key(*parent.children[i], file) == name) found = &value;
      continue;
    }
    std::vector<const TextNode*> merged{&followed(value)};
    if (merged[0]->kind == TextNode::Kind::sequence)
      merged.assign(merged[0]->children.begin(), merged[0]->children.end());
    for (auto one = merged.rbegin(); one != merged.rend(); ++one)
      if (const auto* inner = child(followed(**one), name, file)) found = inner;
  }
  return found;
}

/// The nodes from a document's root to `pointer`, as far as it has them.
std::vector<const TextNode*> nodes_at(const NodeTree& tree, const ManifestText& manifest, size_t document,
                                      const Json::json_pointer& pointer) {
  size_t index = 0;
  std::vector<const TextNode*> path;
  for (const auto* root : tree.documents)
    if (!Decoder(manifest).decode(*root).is_null() && index++ == document) path.push_back(root);
  std::vector<std::string> names;
  for (auto rest = pointer; !rest.empty(); rest = rest.parent_pointer())
    names.insert(names.begin(), rest.back());
  for (const auto& name : names) {
    const auto* next = path.empty() ? nullptr : child(followed(*path.back()), name, manifest.file);
    if (!next) break;
    path.push_back(next);
  }
  return path;
}

}  // namespace

std::vector<Document> parse_documents(const ManifestText& manifest) {
  const auto tree = read(manifest);
  std::vector<Document> documents;
  for (const auto* root : tree.documents) {
    auto body = Decoder(manifest).decode(*root);
    if (!body.is_null()) documents.push_back({std::move(body), documents.size(), root->at});
  }
  return documents;
}

Position position_of(const ManifestText& manifest, size_t document, const Json::json_pointer& pointer) {
  const auto tree = read(manifest);
  const auto path = nodes_at(tree, manifest, document, pointer);
  return path.empty() ? Position{} : path.back()->at;
}

std::string scalar_at(const ManifestText& manifest, size_t document, const Json::json_pointer& pointer) {
  const auto tree = read(manifest);
  const auto path = nodes_at(tree, manifest, document, pointer);
  if (path.empty()) return "";
  const TextNode& node = followed(*path.back());
  return node.kind == TextNode::Kind::scalar ? node.value : "";
}

}  // namespace harness
