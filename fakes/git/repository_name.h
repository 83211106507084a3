#pragma once

#include <string>
#include <vector>

namespace fakes::git {

/// Why `name` is no repository's name; "" where it is one: one to four parts joined by `/`, each at most 200
/// of A-Z a-z 0-9 . _ - that neither begins with a dot nor ends in `.git` or `.lock`.
std::string name_problem(const std::string& name);

/// "org1/repo4" as {"org1", "repo4"}; empty parts stay.
std::vector<std::string> parts_of(const std::string& path);

}  // namespace fakes::git
