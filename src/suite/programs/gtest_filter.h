#pragma once

#include <string>
#include <vector>

namespace harness {

/// --gtest_filter for the test `name`, "Suite.Name", of a program that has the tests `all`
/// (https://google.github.io/googletest/advanced.html#running-a-subset-of-the-tests). A filter cannot quote:
/// a character that has a meaning there is a "?", which stands for any. Those that this selects besides are
/// left out again where that can be said without leaving out `name`.
std::string gtest_filter(const std::string& name, const std::vector<std::string>& all);

}  // namespace harness
