#include "suite/labels.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "base/error.h"

namespace harness {

namespace {

const std::vector<std::string> kVocabulary = {"default", "beta",       "release", "flaky",
                                              "serial",  "disruptive", "slow"};

using Condition = std::function<bool(const Labels&)>;

/// Nobody nests deeper, and the stack is not for whoever does.
constexpr int kDeepest = 100;

bool is_shown(char c) { return c >= ' ' && c <= '~'; }

/// Recursive descent over the text of an expression.
class Parser {
 public:
  Parser(const std::string& text, std::vector<std::string>& names) : text_(text), names_(names) {}

  Condition parse() {
    auto result = all_of(",", [this] { return any(); });
    if (at_ < text_.size())
      fail(is_shown(text_[at_]) ? "unexpected \"" + text_.substr(at_, 1) + "\"" : "unexpected character");
    return result;
  }

 private:
  /// Side by side: a long expression is no deep one.
  template <typename Next>
  std::vector<Condition> separated(const char* separator, Next next) {
    std::vector<Condition> parts{next()};
    while (take(separator)) parts.push_back(next());
    return parts;
  }
  template <typename Next>
  Condition all_of(const char* separator, Next next) {
    return [parts = separated(separator, next)](const Labels& labels) {
      return std::all_of(parts.begin(), parts.end(), [&](const auto& holds) { return holds(labels); });
    };
  }
  Condition any() {
    return [parts = separated("||", [this] { return all(); })](const Labels& labels) {
      return std::any_of(parts.begin(), parts.end(), [&](const auto& holds) { return holds(labels); });
    };
  }
  Condition all() {
    return all_of("&&", [this] { return one(); });
  }
  Condition one() {
    if (++depth_ > kDeepest) fail("more than 100 nested ! and (");
    auto condition = innermost();
    --depth_;
    return condition;
  }
  Condition innermost() {
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
    if (at_ < text_.size() && text_[at_] == '/') return matching();
    const auto begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
                                  std::string("._-/:").find(text_[at_]) != std::string::npos))
      ++at_;
    if (at_ == begin) fail("a label is expected");
    names_.push_back(text_.substr(begin, at_ - begin));
    return [name = names_.back()](const Labels& labels) { return has_label(labels, name); };
  }
  /// "/RE/", found anywhere in a label.
  Condition matching() {
    const auto begin = at_ + 1, end = text_.find('/', begin);
    if (end == std::string::npos) fail("this / has no closing /");
    const auto expression = std::make_shared<RE2>(text_.substr(begin, end - begin), RE2::Quiet);
    if (!expression->ok()) fail(expression->error());
    at_ = end + 1;
    return [expression](const Labels& labels) {
      return std::any_of(labels.begin(), labels.end(),
                         [&](const auto& label) { return RE2::PartialMatch(label, *expression); });
    };
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
    const auto readable = [](std::string text) {
      std::replace_if(
          text.begin(), text.end(), [](char c) { return !is_shown(c); }, '?');
      return text;
    };
    throw Error(fmt::format("-labels: {}\n  {}\n  {:>{}}", readable(problem), readable(text_), "^", at_ + 1),
                {.hint = "for example -labels=default,!slow or -labels='(beta || release) && !flaky'",
                 .exit_code = kUsage});
  }

  const std::string& text_;
  std::vector<std::string>& names_;
  size_t at_ = 0;
  int depth_ = 0;
};

size_t rank(const std::string& label) {
  return static_cast<size_t>(std::find(kVocabulary.begin(), kVocabulary.end(), label) - kVocabulary.begin());
}

}  // namespace

Labels in_order(Labels labels) {
  std::sort(labels.begin(), labels.end(),
            [](const auto& a, const auto& b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
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

bool has_label(const Labels& labels, const std::string& label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

LabelExpression::LabelExpression(const std::string& text) {
  if (!text.empty()) holds_ = Parser(text, names_).parse();
}

}  // namespace harness
