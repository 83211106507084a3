#include "testrun/emit/names.h"

#include <cctype>
#include <set>

#include "base/hash.h"

namespace harness::testrun {

namespace {

/// With a testrun's name before it and what engines add behind it a label has room for this.
constexpr size_t kLongest = 32;
constexpr size_t kHashDigits = 6;

std::string with_hash(const std::string& label, const std::string& text, size_t most) {
  return label.substr(0, most - kHashDigits - 1) + "-" + sha256_hex(text).substr(0, kHashDigits);
}

}  // namespace

std::string as_dns_label(const std::string& text, size_t most) {
  std::string label;
  for (const char c : text) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter) && letter < 0x80)
      label += static_cast<char>(std::tolower(letter));
    else if (!label.empty() && label.back() != '-')
      label += '-';
  }
  while (!label.empty() && label.back() == '-') label.pop_back();
  if (label.empty()) return "x";
  return label.size() <= most ? label : with_hash(label, text, most);
}

Names::Names(const Plan& plan) {
  std::set<std::string> taken{kTestflowTask, kOnExitTask, kFailingTask};
  for (const auto* flow : {&plan.testflow, &plan.on_exit})
    for (const auto& node : flow->nodes) {
      auto name =
          as_dns_label(node.on_exit ? kOnExitTask + node.id.substr(node.id.find('/')) : node.id, kLongest);
      if (taken.contains(name)) name = with_hash(name, node.id, kLongest);
      taken.insert(name);
      names_[node.id] = name;
    }
}

}  // namespace harness::testrun
