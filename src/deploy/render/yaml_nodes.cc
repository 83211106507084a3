#include <yaml.h>

#include <map>
#include <memory>

#include "deploy/render/node.h"

namespace harness {

namespace {

Position position_of(const yaml_mark_t& mark) {
  return {static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1};
}

std::string text_of(const yaml_char_t* text) { return text ? reinterpret_cast<const char*>(text) : ""; }

/// One pass over a text.
class Reader {
 public:
  Reader(const std::string& text, const std::string& file) : file_(file) {
    if (!yaml_parser_initialize(&parser_)) throw std::bad_alloc();
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Reader() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  NodeTree read() {
    while (next() != YAML_STREAM_END_EVENT) {
      if (event_.type != YAML_DOCUMENT_START_EVENT) continue;
      anchors_.clear();
      next();
      TextNode* root = node(0);
      const bool is_empty =
          root->kind == TextNode::Kind::scalar && root->value.empty() && root->plain && root->tag.empty();
      if (!is_empty) tree_.documents.push_back(root);
    }
    return std::move(tree_);
  }

 private:
  yaml_event_type_t next() {
    yaml_event_delete(&event_);
    if (!yaml_parser_parse(&parser_, &event_)) {
      event_ = {};
      if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
      const std::string problem = parser_.problem ? parser_.problem : "cannot be read";
      if (parser_.error == YAML_READER_ERROR)
        fail_at(file_, position_of(parser_.mark), problem + ": the file is neither UTF-8 nor UTF-16");
      fail_at(file_, position_of(parser_.problem_mark),
              (parser_.context ? std::string(parser_.context) + ": " : "") + problem);
    }
    return event_.type;
  }

  TextNode* add(TextNode::Kind kind, const yaml_char_t* anchor, const yaml_char_t* tag) {
    auto& made = tree_.nodes.emplace_back();
    made.kind = kind;
    made.at = position_of(event_.start_mark);
    made.tag = text_of(tag);
    if (anchor) anchors_[text_of(anchor)] = &made;
    return &made;
  }

  /// The node that the current event begins; ends at its last event.
  TextNode* node(int depth) {
    if (depth > kMaxDepth)
      fail_at(file_, position_of(event_.start_mark),
              "is nested deeper than " + std::to_string(kMaxDepth) + " levels");
    if (event_.type == YAML_ALIAS_EVENT) {
      const auto name = text_of(event_.data.alias.anchor);
      const auto found = anchors_.find(name);
      if (found == anchors_.end())
        fail_at(file_, position_of(event_.start_mark), "no anchor &" + name + " comes before *" + name);
      TextNode* alias = add(TextNode::Kind::alias, nullptr, nullptr);
      alias->value = name;
      alias->target = found->second;
      return alias;
    }
    if (event_.type == YAML_SCALAR_EVENT) {
      const auto& scalar = event_.data.scalar;
      TextNode* made = add(TextNode::Kind::scalar, scalar.anchor, scalar.tag);
      made->value.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
      made->plain = scalar.plain_implicit;
      return made;
    }
    const bool is_mapping = event_.type == YAML_MAPPING_START_EVENT;
    const auto end = is_mapping ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    TextNode* made = is_mapping ? add(TextNode::Kind::mapping, event_.data.mapping_start.anchor,
                                      event_.data.mapping_start.tag)
                                : add(TextNode::Kind::sequence, event_.data.sequence_start.anchor,
                                      event_.data.sequence_start.tag);
    while (next() != end) made->children.push_back(node(depth + 1));
    return made;
  }

  const std::string& file_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
  NodeTree tree_;
  std::map<std::string, const TextNode*> anchors_;
};

}  // namespace

void fail_at(const std::string& file, const Position& at, const std::string& message,
             const std::string& hint) {
  throw Error(file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + message,
              {.hint = hint, .exit_code = kUsage});
}

NodeTree parse_yaml(const std::string& text, const std::string& file) {
  if (!text.empty() && !text.ends_with('\n'))
    return parse_yaml(text + "\n", file);  // as kubectl, for which all lines have an end
  return Reader(text, file).read();
}

}  // namespace harness
