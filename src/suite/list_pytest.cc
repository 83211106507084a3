#include <re2/re2.h>

#include "base/error.h"
#include "base/text.h"
#include "suite/list.h"

namespace harness {

std::vector<TestCase> list_pytest(const TestProgram& program, const std::filesystem::path& root, std::stop_token stop) {
  std::vector<TestCase> tests;
  for (const auto& line : split(listing({program.python, "-m", "pytest", "--rootdir=" + root.string(), "--collect-only", "--verbosity=-1", "-p", "no:cacheprovider", "--color=no", program.path}, root,
                                        program.path, program.env, stop),
                                '\n')) {
    // It prints "FILE::[CLASS::]FUNCTION[PARAMETERS]", a line a test; parameters may hold "::" themselves.
    const auto parameters = std::min(line.find('['), line.size());
    const auto separator = line.rfind("::", parameters);
    if (separator == std::string::npos || line.find("::") == std::string::npos) continue;
    TestCase test{.program = &program, .suite = line.substr(0, separator), .name = line.substr(separator + 2), .id = line};
    test.file = line.substr(0, line.find("::"));
    test.line = line_of(root / test.file, "^\\s*(async )?def " + RE2::QuoteMeta(line.substr(separator + 2, parameters - separator - 2)) + "\\(");
    tests.push_back(std::move(test));
  }
  return tests;
}

}  // namespace harness
