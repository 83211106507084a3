#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "suite/programs/framework.h"
#include "suite/programs/go_record.h"

namespace harness {

/// How a package's test program is called for `names`, "TestX" or "(TestX|TestY)", with the sub-tests that
/// `test` asks for. `record` is there once Go's testing has come to its end. `more` are flags of Go's
/// testing.
TestCall go_call(const TestCase& test, const std::string& names, const std::filesystem::path& record,
                 std::vector<std::string> more);

/// Sub-tests of `test` were asked for, and none of it is one: that is a skip.
void skip_without_subtest(Record::Entry& entry, const TestCase& test, const GoRecord& record);

std::unique_ptr<SharedProcess> share_go_process(const SharedRequest& request);

}  // namespace harness
