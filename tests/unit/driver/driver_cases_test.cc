// Commands that record cases of their own: junit:, tap:, test2json:, list:.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "driver/driver.h"

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace {

class DriverCasesTest : public DriverTest {
 protected:
  DriverCasesTest() { write_instance(); }

  /// An entry whose command is the script `runner` of the project.
  void write_runner(const std::string& script, const std::string& keys) {
    project_.write("runner", "#!/bin/sh\n" + script, 0755);
    write_project("tests: [{name: web, " + keys + "}]\n");
  }
  DriverEnd all(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"-no-setup", "-all", "-no-dump", "-artifacts=out"});
    return run(more);
  }
  nlohmann::json result(const std::string& name) const {
    const auto results = nlohmann::json::parse(file("out/results.json"));
    for (const auto& test : results["tests"])
      if (test["name"] == name) return test;
    return {};
  }
};

const std::string kJunit = "command: './runner {results}', junit: '{results}/*.xml'";

/// Writes a record of these cases.
std::string recording(const std::string& cases, const std::string& to = "$1/r.xml") {
  return "cat > " + to + " <<'END'\n<testsuite name='s'>" + cases + "</testsuite>\nEND\n";
}

constexpr const char* kGood = "<testcase classname='C' name='good' time='0.5'/>";
constexpr const char* kBad =
    "<testcase classname='C' name='bad' file='c.js' line='3'><properties><property name='team' "
    "value='blue'/></properties><failure message='1 is not 2'>at c.js:3</failure></testcase>";
constexpr const char* kLater = "<testcase classname='C' name='later'><skipped message='not yet'/></testcase>";

TEST_F(DriverCasesTest, CasesAreResults) {
  write_runner(recording(std::string(kGood) + kBad + kLater) + "echo printed; exit 1\n",
               kJunit + ", owner: alice, labels: [beta]");
  const auto end = all();
  EXPECT_EQ(end.code, 1) << end.err;
  EXPECT_THAT(end.out, HasSubstr("PASS web/C/good [BETA] (0.5s)\n"));
  EXPECT_THAT(end.out, HasSubstr("FAIL web/C/bad [BETA] (0.0s)\n"));
  EXPECT_THAT(end.out, HasSubstr("SKIP web/C/later [BETA] (0.0s): not yet\n"));
  EXPECT_THAT(end.out, HasSubstr("\nFAIL web/C/bad [BETA]: 1 is not 2\nat c.js:3\n  at:    c.js:3\n  owner: "
                                 "alice\n"));
  EXPECT_THAT(end.out, HasSubstr("rerun: harness -no-setup -run='^web$'\n"));
  EXPECT_THAT(end.out, EndsWith("\n1 passed, 1 failed, 1 skipped\n"));
  EXPECT_EQ(result("web/C/bad")["properties"]["team"], "blue");
  EXPECT_EQ(result("web/C/bad")["reason"], "1 is not 2");
  EXPECT_TRUE(result("web").is_null()) << "its cases say all";
  EXPECT_THAT(run({"-list"}).out, HasSubstr("web [BETA]  alice  (its cases are known once it has run)"));
  pugi::xml_document junit;
  ASSERT_TRUE(junit.load_file((project_ / "out/junit_01.xml").c_str()));
  EXPECT_TRUE(junit.select_node(
      "//testsuite[@name='web/C']/testcase[@name='bad [BETA]']/failure[@message='1 is not 2']"));
  EXPECT_TRUE(junit.select_node("//property[@name='bad.team'][@value='blue']"));
  EXPECT_THAT(file("out/tap.txt"), HasSubstr("not ok 2 - web/C/bad [BETA]\n"));
  EXPECT_THAT(file("out/report.html"), HasSubstr("web/C/bad [BETA]: 1 is not 2"));
}

// Whatever its record says, the command itself has its own.
TEST_F(DriverCasesTest, WhatNoCaseTellsIsTold) {
  struct Row {
    std::string script, reason, counts;
  };
  const std::string none = "it recorded nothing: no file matches {results}/*.xml";
  for (const auto& [script, reason, counts] :
       std::vector<Row>{{recording(kGood) + "exit 3", "exit code 3, though none of its 1 cases failed",
                         "1 passed, 1 failed"},
                        {"exit 0", "exit code 0, but no proof that it passed: " + none, "0 passed, 1 failed"},
                        {"exit 2", "exit code 2 (" + none + ")", "0 passed, 1 failed"},
                        {recording(""), "exit code 0, but no proof that it passed: its record has no case",
                         "0 passed, 1 failed"},
                        {": > $1/r.xml", "exit code 0, but no proof that it passed: r.xml: it is empty",
                         "0 passed, 1 failed"},
                        {recording(kGood) + recording(kGood, "$1/s.xml") + "echo '<a>' >> $1/s.xml",
                         "exit code 0, but no proof that it passed: s.xml: it is not well-formed XML",
                         "1 passed, 1 failed"},
                        {recording(kGood) + "kill -9 $PPID",
                         "killed by signal 9, though none of its 1 cases failed", "1 passed, 1 failed"}}) {
    write_runner(script, kJunit);
    const auto end = all();
    EXPECT_EQ(end.code, 1) << script << end.err;
    EXPECT_THAT(end.out, HasSubstr("\nFAIL web: " + reason)) << script;
    EXPECT_THAT(end.out, EndsWith("\n" + counts + "\n")) << script;
  }
}

TEST_F(DriverCasesTest, ATimeoutIsTheCommands) {
  write_runner(recording(kGood) + "sleep 60", kJunit + ", timeout: 1s");
  const auto end = all();
  EXPECT_THAT(end.out, HasSubstr("\nFAIL web: timed out after 1s"));
  EXPECT_THAT(end.out, EndsWith("\n1 passed, 1 failed\n"));
}

// A failed case is one, whatever the exit code is.
TEST_F(DriverCasesTest, ExitZeroHidesNothing) {
  write_runner(recording(std::string(kGood) + kBad), kJunit);
  const auto end = all();
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, EndsWith("\n1 passed, 1 failed\n"));
}

TEST_F(DriverCasesTest, AFileOfAnEarlierRunNeverCounts) {
  project_.write("reports/old.xml", "<testsuite><testcase name='old' classname='C'/></testsuite>\n");
  const std::string keys = "command: ./runner, junit: 'reports/*.xml'";
  write_runner("true", keys);
  auto end = all();
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, HasSubstr("what matches reports/*.xml is older than this attempt: reports/old.xml"));
  write_runner("touch -d yesterday moved; mv moved reports/old.xml", keys);
  end = all();
  EXPECT_THAT(end.out, HasSubstr("older than this attempt: reports/old.xml"));
  write_runner(recording(kGood, "reports/new.xml"), keys);
  end = all();
  EXPECT_EQ(end.code, 0);
  EXPECT_THAT(end.out, EndsWith("\n1 passed, 0 failed\n"));
  end = all();  // the same name again, written anew
  EXPECT_EQ(end.code, 0) << end.out;
  write_runner("true", keys);
  EXPECT_EQ(all().code, 1) << "what the run before has written";
}

TEST_F(DriverCasesTest, ACaseThatPassesInARetryIsFlaky) {
  write_runner("if [ -e tried ]; then\n" +
                   recording(std::string(kGood) + "<testcase classname='C' name='bad'/>") +
                   "exit 0; fi\n: > tried\n" + recording(std::string(kGood) + kBad) + "exit 1\n",
               kJunit);
  const auto end = all({"-retry=1"});
  EXPECT_EQ(end.code, 0);
  EXPECT_THAT(end.out, HasSubstr("FAIL web (0.0s): 1 of 2 cases failed: C/bad; trying again\n"));
  EXPECT_THAT(end.out, HasSubstr("FLAKY web/C/bad "));
  EXPECT_THAT(end.out, EndsWith("\n1 passed, 0 failed, 1 flaky\n"));
  EXPECT_EQ(result("web/C/bad")["failures"], 1);
  EXPECT_EQ(result("web/C/bad")["attempts"], 2);
}

TEST_F(DriverCasesTest, ARunnersOwnRerunsAreFlaky) {
  write_runner(recording("<testcase classname='C' name='a'><flakyFailure message='first'/></testcase>"),
               kJunit);
  const auto end = all();
  EXPECT_EQ(end.code, 0);
  EXPECT_THAT(end.out, EndsWith("\n0 passed, 0 failed, 1 flaky\n"));
  EXPECT_EQ(result("web/C/a")["reason"], "first");
}

TEST_F(DriverCasesTest, FailedOnesAreRememberedByTheirEntry) {
  write_runner(recording(kBad) + "exit 1", kJunit);
  all();
  write_runner(recording(kGood), kJunit);
  auto end = run({"-no-setup", "-failed"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.out, EndsWith("\n1 passed, 0 failed\n"));
  EXPECT_THAT(run({"-no-setup", "-failed"}).err, HasSubstr("no test failed last time"))
      << "the case that had failed is none any more";
}

TEST_F(DriverCasesTest, StandardOutputMayBeTheRecord) {
  write_runner("echo '1..2'; echo noise >&2; echo 'ok 1 - a'; echo 'not ok 2 - b'; exit 1",
               "command: ./runner, tap: true");
  auto end = all();
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, AllOf(HasSubstr("PASS web/a "), HasSubstr("FAIL web/b ")));
  EXPECT_THAT(file("out/tests/web.log"), HasSubstr("noise\n1..2\nok 1 - a\n"));
  write_runner(
      "echo '{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"A\"}'\n"
      "echo '{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"A\"}'\n"
      "echo '{\"Action\":\"pass\",\"Package\":\"p\"}'\n",
      "command: ./runner, test2json: true");
  end = all();
  EXPECT_EQ(end.code, 0) << end.out;
  EXPECT_THAT(end.out, HasSubstr("PASS web/p/A "));
  write_runner("printf '1..2\\nok 1 - a\\n'", "command: ./runner, tap: true");
  end = all();
  EXPECT_THAT(end.out, HasSubstr("FAIL web: exit code 0, but no proof that it passed: its plan has 2 tests, "
                                 "but the record has 1"));
}

const std::string kListed =
    "command: './runner {results} {tests}', junit: '{results}/*.xml', list: 'printf \"a\\nb\\n\"'";

/// Records each name that it is called with as a case that passed.
constexpr const char* kObeys =
    "results=$1; shift; { echo '<testsuite>'; for name; do echo \"<testcase classname='C' name='$name'/>\"; "
    "done; echo '</testsuite>'; } > $results/r.xml; echo ran \"$@\" >> ran\n";

TEST_F(DriverCasesTest, ListedCasesAreChosen) {
  write_runner(kObeys, kListed);
  auto end = run({"-list"});
  EXPECT_EQ(end.out, "web/a\nweb/b\n") << end.err;
  end = run({"-no-setup", "-run=web/b"});
  EXPECT_EQ(end.code, 0) << end.out;
  EXPECT_EQ(file("ran"), "ran b\n");
  end = all();
  EXPECT_THAT(end.out, EndsWith("\n2 passed, 0 failed\n"));
  EXPECT_EQ(file("ran"), "ran b\nran a b\n") << "one process";
  write_runner(kObeys, kListed + ", process: each");
  all();
  EXPECT_THAT(file("ran"), Not(EndsWith("ran a b\n")));
}

TEST_F(DriverCasesTest, AListedTestPassesByItsOwnCaseAlone) {
  struct Row {
    std::string script, a;
  };
  const auto only = [](const std::string& name) { return "<testcase classname='C' name='" + name + "'/>"; };
  for (const auto& [script, a] : std::vector<Row>{
           {recording(only("b")),
            "exit code 0, but no proof that it passed: the record has no case of this name, others ran: C/b"},
           {recording(only("a") + only("b")) + "exit 4", "exit code 4 (after the test had passed)"},
           {recording(only("b") + "<testcase name='a' classname='C'><failure message='no'/></testcase>"),
            "no"},
           {recording(only("b") + "<testcase name='a' classname='X'/>" + only("a")),
            "exit code 0, but no proof that it passed: several cases have this name: X/a, C/a: what list: "
            "prints has to tell them apart by class"},
           {"",
            "exit code 0, but no proof that it passed: it recorded nothing: no file matches "
            "{results}/*.xml"}}) {
    write_runner(script, kListed);
    const auto end = all();
    EXPECT_EQ(end.code, 1) << script;
    EXPECT_EQ(result("web/a")["reason"], a) << script << end.err;
  }
  write_runner(
      recording(only("a") + "<testcase name='b' classname='C'><failure message='no'/></testcase>") + "exit 1",
      kListed);
  EXPECT_THAT(all().out, EndsWith("\n1 passed, 1 failed\n")) << "an exit that a failure explains";
}

TEST_F(DriverCasesTest, NamesAreWordsOrOneWord) {
  project_.write("list.json", R"([{"name": "a b", "labels": ["slow"], "file": "x.js", "line": 4}, "c'd"])");
  write_runner("for word; do echo \"<$word>\"; done > words; cat \"$HARNESS_TESTS\" >> words\n",
               "command: './runner {tests} {tests:|}', junit: '{results}/x', list: 'cat list.json'");
  all();
  EXPECT_EQ(file("words"), "<a b>\n<c'd>\n<a b|c'd>\na b\nc'd\n");
  EXPECT_THAT(run({"-list", "-labels=slow"}).out, HasSubstr("web/a b [SLOW]  x.js:4"));
}

TEST_F(DriverCasesTest, WhatDoesNotGoTogether) {
  for (const auto& [keys, problem] : std::vector<std::pair<std::string, std::string>>{
           {"command: x, junit: '*.xml', tap: true", "at most one of \"junit\", \"tap\" and \"test2json\""},
           {"pytest: t, junit: '*.xml'", "\"junit\" goes with \"command\""},
           {"command: x, junit: true", "a test's \"junit\" must be a file or glob"},
           {"command: x, junit: /tmp/x.xml", "a test's \"junit\" must be a file or glob"},
           {"command: x, tap: ../x", "a test's \"tap\" must be true (standard output), a file or glob"},
           {"command: x, list: y", "\"list\" needs \"junit\", \"tap\" or \"test2json\""},
           {"command: x, list: y, tap: true", "\"list\" needs {tests} or $HARNESS_TESTS in its command"},
           {"command: 'x {tests}', tap: true", "{tests} needs a \"list\""},
           {"command: x, tap: true, process: each", "\"process\" goes with"}}) {
    write_project("tests: [{name: web, " + keys + "}]\n");
    const auto end = run({"-list"});
    EXPECT_EQ(end.code, 2) << keys;
    EXPECT_THAT(end.err, HasSubstr(problem)) << keys;
  }
}

}  // namespace
