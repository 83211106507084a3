#include "suite/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace harness {

namespace {

const std::vector<std::string> kVocabulary = {"default", "beta", "release", "flaky", "serial", "disruptive", "slow"};

using Condition = std::function<bool(const Labels&)>;

/// Recursive descent over the text of an expression.
class Parser {
 public:
  Parser(const std::string& text, std::vector<std::string>& names) : text_(text), names_(names) {}

  Condition parse() {
    auto result = all_of(",", [this] { return any(); });
    if (at_ < text_.size()) fail("unexpected \"" + text_.substr(at_, 1) + "\"");
    return result;
  }

 private:
  template <typename Next>
  Condition all_of(const char* separator, Next next) {
    Condition left = next();
    while (take(separator)) left = [left, right = next()](const Labels& labels) { return left(labels) && right(labels); };
    return left;
  }
  Condition any() {
    Condition left = all();
    while (take("||")) left = [left, right = all()](const Labels& labels) { return left(labels) || right(labels); };
    return left;
  }
  Condition all() {
    return all_of("&&", [this] { return one(); });
  }
  Condition one() {
    if (take("!")) return [negated = one()](const Labels& labels) { return !negated(labels); };
    if (take("(")) {
      const auto opened = at_;
      auto inner = any();
      if (!take(")")) {
        at_ = opened;
        fail("this ( is not closed");
      }
      return inner;
    }
    const auto begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || std::string("._-/").find(text_[at_]) != std::string::npos)) ++at_;
    if (at_ == begin) fail("a label is expected");
    names_.push_back(text_.substr(begin, at_ - begin));
    return [name = names_.back()](const Labels& labels) { return has_label(labels, name); };
  }
  bool take(const std::string& token) {
    skip_spaces();
    if (text_.compare(at_, token.size(), token) != 0) return false;
    at_ += token.size();
    skip_spaces();
    return true;
  }
  void skip_spaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(fmt::format("-labels: {}\n  {}\n  {:>{}}", problem, text_, "^", at_ + 1),
                {.hint = "for example -labels=default,!slow or -labels='(beta || release) && !flaky'"});
  }

  const std::string& text_;
  std::vector<std::string>& names_;
  size_t at_ = 0;
};

size_t rank(const std::string& label) { return static_cast<size_t>(std::find(kVocabulary.begin(), kVocabulary.end(), label) - kVocabulary.begin()); }

}  // namespace

Labels in_order(Labels labels) {
  std::sort(labels.begin(), labels.end(), [](const auto& a, const auto& b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

std::string shown(const Labels& labels) {
  std::string text;
  for (const auto& label : labels) {
    if (!text.empty()) text += ' ';
    text += '[';
    for (const char c : label) text += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    text += ']';
  }
  return text;
}

bool has_label(const Labels& labels, const std::string& label) { return std::find(labels.begin(), labels.end(), label) != labels.end(); }

LabelExpression::LabelExpression(const std::string& text) {
  if (!text.empty()) holds_ = Parser(text, names_).parse();
}

}  // namespace harness
