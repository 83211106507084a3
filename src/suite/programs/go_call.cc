#include "suite/programs/go_call.h"

#include <re2/re2.h>

#include "base/child.h"
#include "base/text.h"

namespace harness {

namespace {

/// Whether `name`, "TestX/a/b", is a sub-test that -test.run=^TestX$/SUBTESTS asks for: each part is searched
/// in its own.
bool is_wanted(const std::string& name, const std::string& subtests) {
  const auto parts = split(name, '/'), wanted = split(subtests, '/');
  if (parts.size() < wanted.size() + 1) return false;
  for (size_t i = 0; i < wanted.size(); ++i)
    if (!RE2::PartialMatch(parts[i + 1], wanted[i])) return false;
  return true;
}

}  // namespace

/// -test.mutexprofile is what shows that testing came to its end: it writes that file as its last act, and
/// no process that it forks can. The fraction 0 measures nothing.
TestCall go_call(const TestCase& test, const std::string& names, const std::filesystem::path& record,
                 std::vector<std::string> more) {
  TestCall call{
      .args = {test.call, "-test.run=^" + names + "$" + (test.subtests.empty() ? "" : "/" + test.subtests),
               "-test.v=test2json", "-test.paniconexit0", "-test.timeout=0",
               "-test.mutexprofile=" + path_of_itself(record), "-test.mutexprofilefraction=0"},
      .timeout_signal = SIGQUIT};
  if (!test.without_subtests.empty()) more.push_back("-test.skip=^" + names + "$/" + test.without_subtests);
  call.args.insert(call.args.end(), more.begin(), more.end());
  call.args.insert(call.args.end(), test.program->args.begin(), test.program->args.end());
  return call;
}

void skip_without_subtest(Record::Entry& entry, const TestCase& test, const GoRecord& record) {
  if (entry.end != Record::End::passed || test.subtests.empty()) return;
  const auto prefix = test.id + "/";
  for (auto sub = record.ends.lower_bound(prefix); sub != record.ends.end() && sub->first.starts_with(prefix);
       ++sub)
    if (is_wanted(sub->first, test.subtests)) return;
  entry = {
      .id = test.id, .end = Record::End::skipped, .reason = "no sub-test of it matches " + test.subtests};
}

}  // namespace harness
