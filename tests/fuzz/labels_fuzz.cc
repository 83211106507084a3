// Label expressions: one is read, and not of it is its opposite, or an error shows where it cannot be read.
#include "base/error.h"
#include "broken.h"
#include "suite/labels.h"

namespace {

using namespace harness;

constexpr size_t kMost = 6;

/// All subsets of the first of `names`.
std::vector<Labels> subsets(const std::vector<std::string>& names) {
  std::vector<Labels> all;
  const size_t count = std::min(names.size(), kMost);
  for (size_t bits = 0; bits < (size_t{1} << count); ++bits) {
    Labels one;
    for (size_t i = 0; i < count; ++i)
      if (bits >> i & 1) one.push_back(names[i]);
    all.push_back(one);
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const LabelExpression expression(text);
    if (text.empty() || text.find(',') != std::string::npos) return 0;  // ! takes no comma
    const LabelExpression opposite("!(" + text + ")");
    for (const auto& labels : subsets(expression.names()))
      if (expression.selects(labels) == opposite.selects(labels))
        broken("!(" + text + ") is the same as without !");
  } catch (const Error& e) {
    if (std::string(e.what()).find('^') == std::string::npos)
      broken(std::string("this shows nothing: ") + e.what());
  }
  return 0;
}
