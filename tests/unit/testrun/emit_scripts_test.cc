// The programs that wait for other steps, run by sh with a folder in the place of /tm, and a kubectl that
// knows some Jobs.
#include <gmock/gmock.h>
#include <re2/re2.h>

#include <filesystem>

#include "base/files.h"
#include "base/process.h"
#include "support/files.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class EmitScriptsTest : public testing::Test {
 protected:
  EmitScriptsTest() {
    files_.write(
        "bin/kubectl",
        "#!/bin/sh\ncase $1 in\n  get) cat \"$JOBS\" ;;\n  patch) echo \"$*\" >\"$JOBS.patched\" ;;\nesac\n",
        0755);
    files_.write("bin/sleep", "#!/bin/sh\n", 0755);  // a pod's time
    fs::create_directories(files_ / "tm");
  }
  ProcessResult run_script(const std::vector<std::string>& names, std::map<std::string, std::string> env) {
    std::string script;
    for (const auto& name : names)
      script += read_file(fs::path(TEST_SOURCE_DIR) / "../../src/testrun/emit/scripts" / (name + ".sh"));
    RE2::GlobalReplace(&script, "/tm/", (files_ / "tm").string() + "/");
    env.insert({{"PATH", (files_ / "bin").string() + ":/usr/bin:/bin"},
                {"JOBS", (files_ / "jobs").string()},
                {"JOB", "own"},
                {"SELECTOR", "run=t"}});
    return run({.args = {"sh", "-c", script}, .env = env, .timeout = std::chrono::seconds(20)});
  }
  /// Lines as kubectl prints them.
  ProcessResult waits_for_jobs(const std::string& where, const std::string& jobs,
                               std::map<std::string, std::string> env) {
    fs::remove(files_ / "jobs.patched");
    files_.write("jobs", jobs);
    return run_script({"jobs", where}, std::move(env));
  }
  bool is_suspended() const {
    return fs::exists(files_ / "jobs.patched") &&
           read_file(files_ / "jobs.patched") == "patch job own --patch {\"spec\":{\"suspend\":true}}\n";
  }

  TempProject files_;
};

TEST_F(EmitScriptsTest, AJobOfTheTestflow) {
  EXPECT_EQ(waits_for_jobs("wait-in-testflow", "a stops Complete\nb stops Complete\nc continues Failed\n",
                           {{"BEFORE", "a b"}})
                .exit_code,
            0);
  EXPECT_FALSE(is_suspended());
  const auto skipped =
      waits_for_jobs("wait-in-testflow", "a stops Complete\nb stops FailureTarget\n", {{"BEFORE", "a"}});
  EXPECT_EQ(skipped.out, "skipped: another step failed\n");
  EXPECT_TRUE(is_suspended());
}

TEST_F(EmitScriptsTest, AJobOfOnExit) {
  const std::string failed = "a stops Failed\nx clean-up Complete\n",
                    good = "a stops Complete\nx clean-up Failed\n";
  const auto with = [](const std::string& condition, const std::string& needed) {
    return std::map<std::string, std::string>{
        {"TESTFLOW", "a"}, {"CONDITION", condition}, {"BEFORE", "x"}, {"NEEDED", needed}};
  };
  EXPECT_EQ(waits_for_jobs("wait-in-on-exit", failed, with("error", "x")).exit_code, 0);
  EXPECT_EQ(read_file(files_ / "tm/phase"), "Failed\n");
  EXPECT_EQ(waits_for_jobs("wait-in-on-exit", good, with("always", "")).exit_code, 0);
  EXPECT_EQ(read_file(files_ / "tm/phase"), "Succeeded\n");
  EXPECT_FALSE(is_suspended());
  EXPECT_EQ(waits_for_jobs("wait-in-on-exit", good, with("error", "")).out,
            "skipped: the testflow: Succeeded\n");
  EXPECT_TRUE(is_suspended());
  EXPECT_EQ(waits_for_jobs("wait-in-on-exit", failed, with("success", "")).out,
            "skipped: the testflow: Failed\n");
  EXPECT_EQ(waits_for_jobs("wait-in-on-exit", good, with("always", "x")).out, "skipped: x failed\n");
}

TEST_F(EmitScriptsTest, AStepOfFinally) {
  files_.write("tm/run/onExit/good/ended", "0\n");
  files_.write("tm/run/onExit/bad/ended", "3\n");
  const auto after = [&](const std::string& lines) {
    return run_script({"wait-in-finally"},
                      {{"OWN", "onExit/own"}, {"TM_PHASE", "Failed"}, {"BEFORE", lines}});
  };
  EXPECT_EQ(after("").exit_code, 0);
  EXPECT_EQ(after("onExit/good error 9 yes\nonExit/bad always 9 no\nonExit/never success 9 yes\n").exit_code,
            0)
      << "that one is not run";
  EXPECT_FALSE(fs::exists(files_ / "tm/run/onExit/own/ended"));
  const auto skipped = after("onExit/good error 9 yes\nonExit/bad always 9 yes\n");
  EXPECT_EQ(skipped.exit_code, 1);
  EXPECT_EQ(skipped.out, "skipped: onExit/bad failed\n");
  EXPECT_EQ(read_file(files_ / "tm/run/onExit/own/ended"), "1\n") << "for those that wait for it";
  EXPECT_EQ(after("onExit/silent always 1 yes\n").out, "skipped: onExit/silent failed\n")
      << "not within its time";
}

TEST_F(EmitScriptsTest, HowAStepOfFinallyEndedIsTold) {
  files_.write("code", "7\n");
  files_.write("tm/run/onExit/own/prepared", "");
  EXPECT_EQ(
      run_script({"tell-finally"}, {{"OWN", "onExit/own"}, {"EXIT_CODE_FILE", (files_ / "code").string()}})
          .exit_code,
      7);
  EXPECT_EQ(read_file(files_ / "tm/run/onExit/own/ended"), "7\n");
}

}  // namespace
}  // namespace harness
