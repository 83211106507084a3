#include "support/fake_gtest.h"

#include <fmt/format.h>

std::string fake_gtest(const std::vector<FakeTest>& tests) {
  std::string list, cases;
  for (size_t i = 0; i < tests.size(); ++i) {
    const auto& test = tests[i];
    list += fmt::format(R"({}{{"name": "{}", "testsuite": [{{"name": "{}", "file": "{}", "line": {}}}]}})",
                        i == 0 ? "" : ",", test.suite, test.name, test.file, test.line);
    cases += fmt::format("'{0}.{1}') suite='{0}' name='{1}'\nbody() {{\n{2}\n}} ;;\n", test.suite, test.name,
                         test.script);
  }
  return R"(#!/bin/sh
for argument; do
  case "$argument" in
    --gtest_list_tests) list=yes ;;
    --gtest_filter=*) filter="${argument#*=}" ;;
    --gtest_output=json:*) record="${argument#*=json:}" ;;
  esac
done
if [ "$list" ]; then
  printf '%s\n' '{"testsuites": [)" +
         list + R"(]}' > "$record"
  exit 0
fi
case "$filter" in
)" + cases +
         R"(esac
[ "$suite" ] || exit 5
body; code=$?
case $code in
  0) result=COMPLETED failures= ;;
  77) result=SKIPPED failures= code=0 ;;
  *) result=COMPLETED failures=', "failures": [{"failure": ""}]' code=1 ;;
esac
printf '{"testsuites": [{"name": "%s", "testsuite": [{"name": "%s", "status": "RUN", "result": "%s"%s}]}]}' "$suite" "$name" "$result" "$failures" > "$record"
exit $code
)";
}
