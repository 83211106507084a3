#include "gerrit/query_parser.h"

#include <fmt/format.h>

#include "http/message.h"

namespace fakes::gerrit {

namespace {

constexpr int kDepth = 100;  // of parentheses: a query comes from a client, and the stack has an end
constexpr std::string_view kSpace = " \t\r\n";

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  QueryNode whole() {
    auto node = either();
    skip_space();
    if (at_ < text_.size()) fail(fmt::format("unexpected '{}'", text_[at_]));
    return node;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw http::HttpError(400, fmt::format("line 1:{} {}", at_, what));
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size()); }

  std::string_view word() const { return text_.substr(at_, text_.find_first_of(" \t\r\n()\"{}", at_) - at_); }

  bool take_keyword(std::string_view keyword) {
    skip_space();
    if (word() != keyword) return false;
    at_ += keyword.size();
    return true;
  }

  bool at_end_of_group() {
    skip_space();
    return at_ == text_.size() || text_[at_] == ')' || word() == "OR";
  }

  QueryNode either() {
    std::vector<QueryNode> parts{both()};
    while (take_keyword("OR")) parts.push_back(both());
    return joined(QueryNode::kOr, std::move(parts));
  }

  QueryNode both() {
    std::vector<QueryNode> parts{one()};
    while (!at_end_of_group()) {
      take_keyword("AND");
      parts.push_back(one());
    }
    return joined(QueryNode::kAnd, std::move(parts));
  }

  QueryNode one() {
    skip_space();
    bool turned = take_keyword("NOT");
    skip_space();
    if (!turned && at_ < text_.size() && text_[at_] == '-') ++at_, turned = true;
    auto node = group_or_term();
    return turned ? QueryNode{.kind = QueryNode::kNot, .children = {std::move(node)}} : node;
  }

  QueryNode group_or_term() {
    skip_space();
    if (at_ == text_.size()) fail("unexpected end of the query");
    if (text_[at_] != '(') return term();
    if (++depth_ > kDepth) fail("too many parentheses");
    ++at_;
    auto node = either();
    skip_space();
    if (at_ == text_.size()) fail("missing ')'");
    if (text_[at_] != ')') fail(fmt::format("unexpected '{}'", text_[at_]));
    ++at_;
    --depth_;
    return node;
  }

  QueryNode term() {
    QueryNode node;
    if (const auto length = field_length()) {
      node.field = text_.substr(at_, length);
      at_ += length + 1;
      skip_space();
    }
    if (node.field.empty() && at_ < text_.size() && text_[at_] == '-') fail("unexpected '-'");
    node.value = value();
    return node;
  }

  /// Of "owner" in "owner:self".
  size_t field_length() const {
    const auto end = text_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-", at_);
    return end != std::string_view::npos && end > at_ && text_[end] == ':' ? end - at_ : 0;
  }

  std::string value() {
    if (at_ == text_.size()) fail("unexpected end of the query");
    const char open = text_[at_];
    if (open == '"' || open == '{') {
      const auto end = text_.find(open == '"' ? '"' : '}', at_ + 1);
      if (end == std::string_view::npos) fail(fmt::format("nothing closes '{}'", open));
      std::string inside(text_.substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
      return inside;
    }
    const auto plain = word();
    if (plain.empty() || plain == "OR" || plain == "AND" || plain == "NOT")
      fail(fmt::format("unexpected '{}'", plain.empty() ? text_.substr(at_, 1) : plain));
    at_ += plain.size();
    return std::string(plain);
  }

  static QueryNode joined(QueryNode::Kind kind, std::vector<QueryNode> parts) {
    if (parts.size() == 1) return std::move(parts[0]);
    return {.kind = kind, .children = std::move(parts)};
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

QueryNode parse_query(std::string_view text) { return Parser(text).whole(); }

}  // namespace fakes::gerrit
