#include "testrun/run.h"

#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "base/text.h"
#include "support/environment.h"
#include "support/processes.h"
#include "testrun/running.h"
#include "testrun/runs.h"
#include "testrun/status.h"

namespace harness::testrun {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RunTest : public testing::Test, protected Running {
 protected:
  static std::string step(const std::string& name, const std::string& more = "") {
    return "\n- {name: " + name + ", definition: {name: " + name + "}" + (more.empty() ? "" : ", ") + more +
           "}";
  }
  static std::vector<std::string> phases(const std::vector<NodeState>& states) {
    std::vector<std::string> all;
    for (const auto& state : states) all.push_back(word(state.outcome.phase));
    return all;
  }
  std::string log(const RunResult& result, const std::string& node) const {
    return text_of(result.dir / node / "log.txt");
  }
  std::string out(const std::string& file) const { return text_of(files_ / file); }
};

TEST_F(RunTest, WhatAStepFindsInItsEnvironment) {
  files_.write("kubeconfig", "of the cluster");
  define("env", "",
         "pwd; ls $TM_KUBECONFIG_PATH | tr '\\n' ' '; cat $TM_KUBECONFIG_PATH/host.config; echo; echo "
         "$TM_TESTRUN_ID:$TM_PHASE:$TM_REPO_PATH:$HARNESS_INSTANCE:$HARNESS_NAMESPACE; test -d "
         "$TM_EXPORT_PATH -a -d "
         "$TM_SHARED_PATH -a -d $TMPDIR");
  const auto result = run("kubeconfigs: {shoot: \"c2hvb3Q=\"}\ntestflow:" + step("env"));
  EXPECT_EQ(result.state.phase, Phase::succeeded) << printed_.out;
  const auto root = fs::canonical(files_.root()).string();
  EXPECT_EQ(
      log(result, "testflow/env"),
      root + "\ngardener.config host.config seed.config shoot.config testmachinery.config of the cluster\n" +
          result.state.id + ":Running:" + root + ":i:n\n");
}

TEST_F(RunTest, TheTemporaryFolderHasAShortPath) {
  define("tmp", "", "touch $TMPDIR/file; echo $TMPDIR");
  const auto result = run("testflow:" + step("tmp"));
  const fs::path tmp = trim(log(result, "testflow/tmp"));
  EXPECT_EQ(tmp.parent_path(), fs::temp_directory_path());
  EXPECT_LE(tmp.filename().string().size(), 8u) << "sockets have 107 bytes, with what programs add";
  EXPECT_FALSE(fs::exists(tmp));
}

TEST_F(RunTest, ConfigIsVariablesAndFiles) {
  cluster_["default/login/password"] = "secret";
  define("config", "", "echo $A $P; cat $greeting; stat -c %a $greeting; echo $greeting");
  const auto result =
      run("config: [{type: env, name: A, value: a b}, {type: env, name: P, valueFrom: {secretKeyRef: {name: "
          "login, key: password}}}, {type: file, name: greeting, path: ../../etc/greeting, value: "
          "\"aGVsbG8gd29ybGQK\"}]\ntestflow:" +
          step("config"));
  const auto file = result.dir / "testflow/config/files/etc/greeting";
  EXPECT_EQ(log(result, "testflow/config"), "a b secret\nhello world\n600\n" + file.string() + "\n");
  EXPECT_FALSE(fs::exists(file)) << "it may be a secret";
}

TEST_F(RunTest, AValueThatCannotBeHadIsAnError) {
  define("one");
  define("two");
  const auto result =
      run("testflow:\n- {name: one, definition: {name: one, config: [{type: env, name: A, valueFrom: "
          "{configMapKeyRef: {name: no, key: such}}}]}}" +
          step("two", "dependsOn: [one]"));
  EXPECT_THAT(phases(result.state.testflow), ElementsAre("Error", "Skipped"));
  EXPECT_EQ(result.state.phase, Phase::error);
}

TEST_F(RunTest, AFailureStopsTheFlowAndOnExitRuns) {
  define("slow", "", "until grep -q '\"Failed\"' runs/*/status.json; do sleep 0.01; done");
  define("next");
  define("clean", "", "echo $TM_PHASE > cleaned");
  define("bad", "", "exit 3");
  const auto result = run("testflow:" + step("slow") + step("bad") + step("next", "dependsOn: [slow]") +
                          "\nonExit:\n- {name: e, definition: {name: clean, condition: error}}"
                          "\n- {name: s, definition: {name: clean, condition: success}}\n- {name: a, "
                          "definition: {name: next}}");
  EXPECT_THAT(phases(result.state.testflow), ElementsAre("Succeeded", "Failed", "Skipped"));
  EXPECT_THAT(phases(result.state.on_exit), ElementsAre("Succeeded", "Skipped", "Succeeded"));
  EXPECT_EQ(result.state.phase, Phase::failed);
  EXPECT_EQ(result.state.message, "bad: exit code 3");
  EXPECT_EQ(out("cleaned"), "Failed\n");
  EXPECT_THAT(printed_.out, HasSubstr("Skipped next: bad failed\n"));
}

TEST_F(RunTest, ContinueOnErrorGoesOnAndFails) {
  define("bad", "", "exit 1");
  define("next");
  const auto result = run("testflow:\n- {name: bad, definition: {name: bad, continueOnError: true}}" +
                          step("next", "dependsOn: [bad]"));
  EXPECT_THAT(phases(result.state.testflow), ElementsAre("Failed", "Succeeded"));
  EXPECT_EQ(result.state.phase, Phase::failed);
  EXPECT_EQ(result.state.message, "bad: exit code 1");
}

TEST_F(RunTest, AFailedCleanUpKeepsOnlyWhatDependsOnIt) {
  define("one");
  define("bad", "", "exit 1");
  define("last", "behavior: serial");
  const auto result = run("testflow:" + step("one") + "\nonExit:" + step("bad") +
                          step("one", "dependsOn: [bad]") + step("last"));
  EXPECT_THAT(phases(result.state.on_exit), ElementsAre("Failed", "Skipped", "Succeeded"));
  EXPECT_EQ(result.state.phase, Phase::failed);
}

TEST_F(RunTest, TheDeadlineEndsTheWholeProcessGroup) {
  define("slow", "activeDeadlineSeconds: 1", "sleep 600 & echo $! > pid; wait");
  define("clean");
  const auto result = run("testflow:" + step("slow") + "\nonExit:" + step("clean"));
  EXPECT_EQ(result.state.phase, Phase::timeout);
  EXPECT_EQ(result.state.testflow[0].outcome.reason, "took longer than 1 s");
  for (const auto pid : pids_in(files_ / "pid", 1)) EXPECT_FALSE(is_running(pid));
  EXPECT_THAT(phases(result.state.on_exit), ElementsAre("Succeeded"));
}

TEST_F(RunTest, AnInterruptEndsWhatRunsAndOnExitStillRuns) {
  define("slow", "", "echo $$ > pid; exec sleep 600");
  define("next");
  define("clean", "", "sleep 0.1; touch cleaned");
  std::jthread interrupt([this] {
    pids_in(files_ / "pid", 1);
    stop_.request_stop();
  });
  const auto result =
      run("testflow:" + step("slow") + step("next", "dependsOn: [slow]") + "\nonExit:" + step("clean"));
  EXPECT_THAT(phases(result.state.testflow), ElementsAre("Error", "Skipped"));
  EXPECT_EQ(result.state.phase, Phase::error);
  EXPECT_EQ(result.state.message, "interrupted");
  EXPECT_TRUE(fs::exists(files_ / "cleaned"));
}

TEST_F(RunTest, AnInterruptIsTheReasonWhoeverHearsOfItFirst) {
  define("one");
  const auto& flow = load(
                         "testflow:\n- {name: one, definition: {name: one, continueOnError: true}}\n"
                         "- {name: two, definition: {name: one}, dependsOn: [one]}")
                         .plan.testflow;
  std::mutex mutex;
  std::condition_variable_any changed;
  bool heard = false, ended = false;
  const auto set = [&](bool& what) {
    const std::lock_guard lock(mutex);
    what = true;
    changed.notify_all();
  };
  const auto wait = [&](const bool& what) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return what; });
  };
  const auto hears = [&] { set(heard), wait(ended); };
  std::optional<std::stop_callback<decltype(hears)>> callback;  // the last that is made is called first
  std::jthread stopper;
  FlowRun run(flow, false, Phase::running,
              {.execute = [&](size_t, std::stop_token stop) -> Outcome {
                 callback.emplace(stop, hears);
                 stopper = std::jthread([this] { stop_.request_stop(); });
                 wait(heard);
                 throw Cancelled();
               },
               .ended = [&](size_t, const NodeState&) { set(ended); }});
  run.run(1, stop_.get_token());
  EXPECT_THAT(phases(run.states()), ElementsAre("Error", "Skipped"));
  EXPECT_EQ(run.states()[1].outcome.reason, "interrupted");
}

TEST_F(RunTest, FoldersGoFromStepToStepAndNeverSideways) {
  files_.write("kubeconfig", "old");
  define(
      "write", "",
      "echo first > $TM_SHARED_PATH/a; mkdir $TM_SHARED_PATH/d; echo new > $TM_KUBECONFIG_PATH/shoot.config");
  define("one", "",
         "cat $TM_SHARED_PATH/a; echo one > $TM_SHARED_PATH/b; touch one; until [ -e two ]; do sleep "
         "0.01; done; ls $TM_SHARED_PATH");
  define("two", "",
         "touch two; until [ -e one ]; do sleep 0.01; done; cat $TM_KUBECONFIG_PATH/shoot.config; ls "
         "$TM_SHARED_PATH");
  define("read", "", "ls $TM_SHARED_PATH; cat $TM_KUBECONFIG_PATH/shoot.config");
  const auto result = run("testflow:" + step("write") + step("one", "dependsOn: [write]") +
                          step("two", "dependsOn: [write]") + step("read", "dependsOn: [one, two]") +
                          "\nonExit:\n- {name: exit, definition: {name: read}}");
  EXPECT_EQ(result.state.phase, Phase::succeeded) << printed_.out;
  EXPECT_EQ(log(result, "testflow/one"), "first\na\nb\nd\n");
  EXPECT_EQ(log(result, "testflow/two"), "new\na\nd\n");
  EXPECT_EQ(log(result, "testflow/read"), "a\nd\nnew\n");
  EXPECT_EQ(log(result, "onExit/exit"), "a\nd\nnew\n");
  EXPECT_EQ(text_of(result.dir / "shared/a"), "first\n");
  for (const auto& entry : fs::recursive_directory_iterator(result.dir))
    EXPECT_NE(entry.path().filename(), "shoot.config") << "a kubeconfig stayed";
}

TEST_F(RunTest, GlobalArtifactsAreThoseOfTheLastOneThatWasAlone) {
  define("write", "", "echo x > $TM_SHARED_PATH/a");
  define("again", "", "echo x > $TM_SHARED_PATH/b");
  define("read", "", "ls $TM_SHARED_PATH");
  const auto result =
      run("testflow:" + step("write") + step("again", "dependsOn: [write]") +
          "\n- {name: older, dependsOn: [again], artifactsFrom: write, definition: {name: read}}"
          "\n- {name: newest, dependsOn: [older], useGlobalArtifacts: true, definition: {name: read}}");
  EXPECT_EQ(log(result, "testflow/older"), "a\n");
  EXPECT_EQ(log(result, "testflow/newest"), "a\n") << "older was alone, and last";
}

TEST_F(RunTest, AnUntrustedStepGetsTheShootAlone) {
  const ScopedVariable token("TEST_TOKEN", "secret");
  files_.write("kubeconfig", "k");
  cluster_["default/login/password"] = "secret";
  define("u", "",
         "ls $TM_KUBECONFIG_PATH; cat $TM_KUBECONFIG_PATH/shoot.config; echo; echo "
         "${TM_SHARED_PATH-none}:${P-none}:${TEST_TOKEN-none}:$A; id -u; echo '{\"a\": 1}' > "
         "$TM_EXPORT_PATH/a.json; touch $TMPDIR/x $HOME/y; cat $greeting; kill -0 " +
             std::to_string(getpid()) + " 2>/dev/null && echo trusted; true");
  const auto result =
      run("config: [{type: env, name: A, value: a}, {type: file, name: greeting, path: /g, value: \"aGkK\"}, "
          "{type: "
          "env, name: P, valueFrom: {secretKeyRef: {name: login, key: password}}}]\n"
          "testflow:\n- {name: u, definition: {name: u, untrusted: true}}");
  EXPECT_EQ(result.state.phase, Phase::succeeded) << log(result, "testflow/u");
  const bool root = geteuid() == 0;
  EXPECT_EQ(log(result, "testflow/u"),
            "shoot.config\nk\nnone:none:none:a\n" +
                (root ? std::string("65534\nhi\n") : std::to_string(geteuid()) + "\nhi\ntrusted\n"));
  EXPECT_EQ(text_of(result.dir / "testflow/u/export/a.json"), "{\"a\": 1}\n");
}

TEST_F(RunTest, WhatAnUntrustedStepExportsIsNoThreat) {
  if (geteuid() != 0) GTEST_SKIP() << "only root could be fooled";
  define("u", "",
         "cd $TM_EXPORT_PATH; cp /bin/true become; chmod 6755 become; mkfifo pipe; ln -s /etc/passwd link; "
         "echo x > "
         "z");
  const auto result = run("testflow:\n- {name: u, definition: {name: u, untrusted: true}}");
  const auto exported = result.dir / "testflow/u/export";
  EXPECT_EQ(fs::status(exported / "become").permissions() & (fs::perms::set_uid | fs::perms::set_gid),
            fs::perms::none);
  EXPECT_EQ(text_of(exported / "z"), "x\n");
  EXPECT_FALSE(fs::exists(exported / "pipe") || fs::is_symlink(exported / "link"));
}

TEST_F(RunTest, APauseWaitsForResume) {
  define("one");
  std::jthread resumes([this] {
    std::string status;
    ASSERT_TRUE(eventually([&] {
      for (const auto& entry : fs::directory_iterator(files_.root()))
        if (entry.path().filename() == "runs")
          for (const auto& one : fs::directory_iterator(entry)) status = text_of(one.path() / "status.json");
      return status.find("\"paused\": true") != std::string::npos;
    }));
    Runs(files_ / "runs").resume("one");
  });
  const auto result = run("testflow:" + step("one", "pause: {enabled: true}"));
  EXPECT_EQ(result.state.phase, Phase::succeeded);
  EXPECT_THAT(printed_.err, HasSubstr("paused before one: harness testrun resume one"));
  EXPECT_THAT(printed_.err, HasSubstr("resumed one: by testrun resume"));
}

TEST_F(RunTest, WhatIsToldOfAChangeHearsOfAPauseBeforeTheFirstStep) {
  define("one");
  const auto& flow =
      load("testflow:\n- {name: one, definition: {name: one}, pause: {enabled: true}}").plan.testflow;
  std::atomic<bool> told = false;
  FlowRun run(flow, false, Phase::running,
              {.execute = [](size_t, std::stop_token) -> Outcome {
                 return {Phase::succeeded, ""};
               },
               .changed = [&] { told = told || run.states()[0].paused; },
               .paused = [](size_t) {}});
  std::jthread resumes([&] {
    if (!eventually([&] { return told.load(); })) stop_.request_stop();
    run.resume("one");
  });
  EXPECT_EQ(run.run(1, stop_.get_token()), Phase::succeeded) << "nobody was told of the pause";
}

TEST_F(RunTest, APauseEndsWithItsTimeOrAnInterrupt) {
  define("one");
  EXPECT_EQ(run("testflow:" + step("one", "pause: {enabled: true, resumeTimeoutSeconds: 1}")).state.phase,
            Phase::succeeded);
  EXPECT_THAT(printed_.err, HasSubstr("resumed one: its time is over"));
  stop_.request_stop();
  EXPECT_THAT(phases(run("testflow:" + step("one", "pause: {enabled: true}")).state.testflow),
              ElementsAre("Skipped"));
}

TEST_F(RunTest, StatusIsThatOfTheTestMachinery) {
  define("one", "recipientsOnFailure: b@example.com", "exit 1");
  define("two");
  const auto result =
      run("ttlSecondsAfterFinished: 60\ntestflow:" + step("one") + step("two", "dependsOn: [one]"));
  const auto status = nlohmann::json::parse(text_of(result.dir / "status.json"));
  EXPECT_EQ(status["phase"], "Failed");
  EXPECT_EQ(status["message"], "one: exit code 1");
  EXPECT_EQ(status["ttlSecondsAfterFinished"], 60);
  EXPECT_TRUE(status.contains("completionTime"));
  EXPECT_EQ(status["steps"][0]["phase"], "Failed");
  EXPECT_EQ(status["steps"][0]["testdefinition"]["recipientsOnFailure"][0], "b@example.com");
  EXPECT_EQ(status["steps"][1]["phase"], "Skipped");
  EXPECT_EQ(status["steps"][1]["position"]["dependsOn"][0], "one");
}

TEST_F(RunTest, ACommandThatIsNotThereIsAnError) {
  files_.write(
      ".test-defs/none.yaml",
      "kind: TestDefinition\nmetadata: {name: none}\nspec: {owner: a@b.c, command: [no-such-program]}\n");
  const auto result = run("testflow:" + step("none"));
  EXPECT_EQ(result.state.phase, Phase::error);
  EXPECT_EQ(result.state.testflow[0].outcome.reason, "no-such-program is not on PATH");
}

TEST_F(RunTest, WithoutItsKubeconfigsNoStepBeginsAndAllAreSkipped) {
  define("one");
  const auto result =
      run("kubeconfigs: {shoot: {secretKeyRef: {name: no, key: such}}}\ntestflow:" + step("one") +
          "\nonExit:" + step("one"));
  EXPECT_THAT(phases(result.state.testflow), ElementsAre("Skipped"));
  EXPECT_THAT(phases(result.state.on_exit), ElementsAre("Succeeded"));
  EXPECT_EQ(result.state.phase, Phase::error);
}

TEST_F(RunTest, RunsGoWhenTheirTtlIsOver) {
  define("one");
  const auto short_one = run("ttlSecondsAfterFinished: 60\ntestflow:" + step("one"));
  const auto lasting = run("testflow:" + step("one"));
  const Runs runs(files_ / "runs");
  EXPECT_THAT(runs.collect(std::chrono::system_clock::now()), IsEmpty());
  EXPECT_THAT(runs.collect(std::chrono::system_clock::now() + std::chrono::hours(1)),
              ElementsAre(HasSubstr(short_one.state.id + " removed")));
  EXPECT_FALSE(fs::exists(short_one.dir));
  EXPECT_TRUE(fs::exists(lasting.dir));
}

TEST_F(RunTest, ARunThatWasKilledIsFinishedAndOneThatRunsIsLeftAlone) {
  const Runs runs(files_ / "runs");
  const auto running = runs.claim("a");
  files_.write("runs/" + running.id + "/status.json",
               R"({"phase": "Running", "ttlSecondsAfterFinished": 0})");
  EXPECT_THAT(runs.collect(std::chrono::system_clock::now()), IsEmpty());
  files_.write("runs/killed/status.json", R"({"phase": "Running", "ttlSecondsAfterFinished": 3600})");
  EXPECT_THAT(runs.collect(std::chrono::system_clock::now()), ElementsAre(HasSubstr("killed was killed")));
  EXPECT_THAT(out("runs/killed/status.json"), HasSubstr("\"phase\": \"Error\""));
}

/// A file system of its own, as large as that.
class SmallDisk {
 public:
  SmallDisk(fs::path at, const char* size) : at_(std::move(at)) {
    fs::create_directories(at_);
    is_there = mount("tmpfs", at_.c_str(), "tmpfs", 0, size) == 0;
  }
  ~SmallDisk() {
    if (is_there) umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool is_there = false;

 private:
  const fs::path at_;
};

TEST_F(RunTest, AFullDiskStillRunsOnExit) {
  const SmallDisk disk(files_ / "runs", "size=1m");
  if (!disk.is_there) GTEST_SKIP() << "only root mounts file systems";
  define("fill", "", "cat /dev/zero > $TM_SHARED_PATH/large; sleep 0.2");
  define("clean", "", "echo cleaned > " + (files_ / "out").string());
  define("clean2", "", "echo cleaned > " + (files_ / "out2").string());
  const auto result =
      run("testflow:" + step("fill") + "\nonExit:" + step("clean") + step("clean2", "dependsOn: [clean]"));
  EXPECT_EQ(out("out"), "cleaned\n");
  EXPECT_EQ(out("out2"), "cleaned\n");
  EXPECT_THAT(phases(result.state.on_exit), ElementsAre("Succeeded", "Succeeded")) << printed_.err;
  EXPECT_THAT(printed_.err, HasSubstr("No space left on device"));
}

TEST_F(RunTest, AStatusThatCannotBeKeptIsSaidOnce) {
  files_.write("file", "");
  std::vector<std::string> said;
  std::mutex mutex;
  const auto warn = [&](const std::string& text) {
    const std::lock_guard lock(mutex);
    said.push_back(text);
  };
  {
    StatusFile status(
        files_ / "file" / "status.json",
        [] {
          return nlohmann::ordered_json{{"a", 1}};
        },
        warn);
    for (int i = 0; i < 20; ++i) {
      status.changed();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  EXPECT_THAT(said, ElementsAre(HasSubstr("the status of the run is not kept: ")));
  said.clear();
  {
    StatusFile status(
        files_ / "file" / "status.json",
        []() -> nlohmann::ordered_json { throw std::runtime_error("no content"); }, warn);
  }
  EXPECT_THAT(said, ElementsAre(HasSubstr("no content")));
}

}  // namespace
}  // namespace harness::testrun
