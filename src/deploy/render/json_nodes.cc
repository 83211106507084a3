#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "deploy/render/node.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// Where the reader of a text is.
struct Cursor {
  const std::string& text;
  size_t next = 0;
  Position at{1, 0};    ///< of the last character that was read
  Position word{1, 1};  ///< of the last one that is no blank

  void step() {
    const char c = text[next++];
    if (c == '\n') {
      at = {at.line + 1, 0};
      return;
    }
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++at.column;
    if (c != ' ' && c != '\t' && c != '\r') word = at;
  }
  bool at_end() const { return next >= text.size(); }
};

/// What a JSON library reads characters by; it moves the cursor.
class CursorIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  explicit CursorIterator(Cursor* cursor = nullptr) : cursor_(cursor) {}
  reference operator*() const { return cursor_->text[cursor_->next]; }
  CursorIterator& operator++() {
    cursor_->step();
    return *this;
  }
  CursorIterator operator++(int) {
    cursor_->step();
    return *this;
  }
  bool operator==(const CursorIterator& other) const { return ended() == other.ended(); }
  bool operator!=(const CursorIterator& other) const { return !(*this == other); }

 private:
  bool ended() const { return !cursor_ || cursor_->at_end(); }
  Cursor* cursor_;
};

/// Makes nodes of what a JSON library finds.
class Builder : public nlohmann::json_sax<Json> {
 public:
  Builder(NodeTree& tree, const Cursor& cursor, const std::string& file)
      : tree_(tree), cursor_(cursor), file_(file) {}

  bool null() override { return plain("null"); }
  bool boolean(bool value) override { return plain(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return plain(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return plain(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return plain(text); }
  bool string(string_t& text) override { return add(TextNode::Kind::scalar, text, kStringTag); }
  bool binary(binary_t&) override { return false; }
  bool key(string_t& text) override { return add(TextNode::Kind::scalar, text, kStringTag); }
  bool start_object(size_t) override { return begin(TextNode::Kind::mapping); }
  bool start_array(size_t) override { return begin(TextNode::Kind::sequence); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception& e) override {
    std::string message = e.what();  // "[json.exception.parse_error.101] parse error at line 1, column 2:
                                     // syntax error while ..."
    if (const auto colon = message.find(": "); colon != std::string::npos) message.erase(0, colon + 2);
    try {
      fail_at(file_, cursor_.word, message);
    } catch (const Error& error) {
      if (dynamic_cast<const Json::out_of_range*>(&e)) throw NumberTooLarge(error.what(), error.details);
      throw;
    }
  }

 private:
  bool plain(const std::string& text) {
    add(TextNode::Kind::scalar, text, "");
    last_->plain = true;
    return true;
  }
  bool add(TextNode::Kind kind, const std::string& text, const std::string& tag) {
    auto& made = tree_.nodes.emplace_back();
    made.kind = kind;
    made.value = text;
    made.tag = tag;
    made.at = cursor_.word;
    last_ = &made;
    (open_.empty() ? tree_.documents : open_.back()->children).push_back(&made);
    return true;
  }
  bool begin(TextNode::Kind kind) {
    add(kind, "", "");
    open_.push_back(last_);
    if (open_.size() > kMaxDepth)
      fail_at(file_, cursor_.word, "is nested deeper than " + std::to_string(kMaxDepth) + " levels");
    return true;
  }
  bool end() {
    open_.pop_back();
    return true;
  }

  NodeTree& tree_;
  const Cursor& cursor_;
  const std::string& file_;
  std::vector<TextNode*> open_;
  TextNode* last_ = nullptr;
};

/// Moves over blanks and over lines that are `---`. Says whether something follows.
bool skip_between(Cursor& cursor) {
  while (!cursor.at_end()) {
    const char c = cursor.text[cursor.next];
    const bool is_separator = cursor.at.column == 0 && cursor.text.compare(cursor.next, 3, "---") == 0;
    if (!is_separator && c != ' ' && c != '\t' && c != '\r' && c != '\n') return true;
    for (int i = 0; i < (is_separator ? 3 : 1); ++i) cursor.step();
  }
  return false;
}

}  // namespace

NodeTree parse_json(const std::string& text, const std::string& file) {
  NodeTree tree;
  Cursor cursor{text};
  while (skip_between(cursor)) {
    Builder builder(tree, cursor, file);
    Json::sax_parse(CursorIterator(&cursor), CursorIterator(), &builder, Json::input_format_t::json, false);
  }
  return tree;
}

}  // namespace harness
