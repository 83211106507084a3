#pragma once

#include <functional>
#include <string>
#include <vector>

namespace harness {

/// What a test says of itself: words of a fixed vocabulary, and free ones.
using Labels = std::vector<std::string>;

/// In the order in which they are always shown: default, beta, release, flaky, serial, disruptive, slow, then
/// free ones by name; each once.
Labels in_order(Labels labels);

/// "[BETA] [SERIAL]"; empty for none.
std::string shown(const Labels& labels);

bool has_label(const Labels& labels, const std::string& label);

/// `-labels`: "default,!beta" (a comma is "and") or "(a || b) && !c". A comma binds weakest, then ||, then
/// &&, then !. "/RE/" is any label in which the expression (RE2) is found.
class LabelExpression {
 public:
  /// Throws Error (kUsage) that shows where the text cannot be read. An empty text selects everything.
  explicit LabelExpression(const std::string& text);
  bool selects(const Labels& labels) const { return !holds_ || holds_(labels); }
  /// The labels that it names, in its order; none of those that an expression finds.
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::function<bool(const Labels&)> holds_;
  std::vector<std::string> names_;
};

}  // namespace harness
