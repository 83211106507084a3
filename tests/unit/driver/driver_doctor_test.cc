// harness doctor.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "driver/driver.h"
#include "support/processes.h"

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

class DriverDoctorTest : public DriverTest {
 protected:
  DriverDoctorTest() { write_project("tests: [{name: TestOne, command: 'true'}]\n"); }
  nlohmann::json check(const std::string& json, const std::string& name) const {
    for (const auto& one : nlohmann::json::parse(json))
      if (one["name"] == name) return one;
    return nullptr;
  }
};

TEST_F(DriverDoctorTest, LooksAtAllAndChangesNothing) {
  const auto end = run({"doctor", "-json"});
  EXPECT_EQ(check(end.out, "registry")["level"], "fine") << end.out;  // the one of the test answers
  for (const char* name : {"docker", "kind", "kubectl", "gateway", "disk", "memory", "inotify", "proxy",
                           "kernel", "clock", "leftovers"})
    EXPECT_TRUE(check(end.out, name).is_object()) << name;
  EXPECT_THAT(calls(),
              AllOf(HasSubstr("docker info"), Not(HasSubstr("create")), Not(HasSubstr("docker run"))));
  EXPECT_FALSE(std::filesystem::exists(project_ / ".harness"));
}

TEST_F(DriverDoctorTest, AnEngineThatIsDownIsAnErrorWithWhatMendsIt) {
  env_["FAKE_DOCKER"] = "down";
  const auto end = run({"doctor"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(
      end.out,
      HasSubstr("error    docker        Cannot connect to the Docker daemon\n                       fix: "));
}

TEST_F(DriverDoctorTest, WithoutAProjectTheMachineIsLookedAt) {
  std::filesystem::remove(project_ / "components.yaml");
  const auto end = run({"doctor", "-json"});
  EXPECT_THAT(check(end.out, "project")["reason"],
              HasSubstr("no components.yaml in " + project_.root().string()));
  EXPECT_TRUE(check(end.out, "docker").is_object()) << end.out << end.err;
  EXPECT_THAT(check(end.out, "memory")["reason"], Not(HasSubstr("components ask")));
  EXPECT_FALSE(std::filesystem::exists(project_ / ".harness"));
  const auto other = run({"doctor", "-config=absent.yaml"});
  EXPECT_EQ(other.code, 2) << "one that is named must be there";
}

TEST_F(DriverDoctorTest, AClusterWhoseFolderIsGoneIsLeftOver) {
  env_["FAKE_KIND_CREATE"] = "hang";
  const auto record = scratch_ / "cache/instances" / cluster();
  start({"-run=TestOne"}, "maker");
  pids_in(scratch_ / "calls.pids", 1);
  scratch_.write("calls.nodes", cluster() + " " + cluster() + "-control-plane running\n");
  EXPECT_EQ(text_of(record), (project_ / ".harness/default").string() + "\n");
  const auto leftovers = [&] { return check(run({"doctor", "-json", "-name=other"}).out, "leftovers"); };
  EXPECT_EQ(check(run({"doctor", "-json"}).out, "leftovers")["reason"], "none") << "a run is at work with it";
  EXPECT_EQ(leftovers()["reason"], "none") << "its folder is there";

  interrupt(SIGKILL, "maker");
  wait("maker");
  EXPECT_THAT(check(run({"doctor", "-json"}).out, "leftovers")["reason"], HasSubstr("half made"));
  std::filesystem::remove_all(project_ / ".harness");
  EXPECT_EQ(leftovers()["level"], "warning");
  EXPECT_THAT(leftovers()["command"],
              HasSubstr("kind delete cluster --name " + cluster() + " && rm " + record.string()));

  env_.erase("FAKE_KIND_CREATE");
  EXPECT_EQ(run({"-teardown"}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(record));
  std::filesystem::remove_all(scratch_ / "tmp");  // of the one that was killed
  std::filesystem::create_directories(scratch_ / "tmp");
}

TEST_F(DriverDoctorTest, AToolThatHangsTakesASecondAtMost) {
  project_.write("bin/docker", "#!/bin/sh\nexec sleep 600\n", 0755);
  env_["PATH"] = (project_ / "bin").string() + ":" + env_["PATH"];
  const auto began = std::chrono::steady_clock::now();
  const auto end = run({"doctor"});
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2))
      << "two waits of a second, one after the other";
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.out, HasSubstr("docker does not answer within a second"));
}

}  // namespace
