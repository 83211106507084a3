// -doctor as a program.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "driver/driver.h"

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
  const auto end = run({"-doctor", "-json"});
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
  const auto end = run({"-doctor"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(
      end.out,
      HasSubstr("error    docker        Cannot connect to the Docker daemon\n                       mend: "));
}

TEST_F(DriverDoctorTest, AToolThatHangsTakesASecondAtMost) {
  project_.write("bin/docker", "#!/bin/sh\nexec sleep 600\n", 0755);
  env_["PATH"] = (project_ / "bin").string() + ":" + env_["PATH"];
  const auto began = std::chrono::steady_clock::now();
  const auto end = run({"-doctor"});
  EXPECT_LT(std::chrono::steady_clock::now() - began,
            std::chrono::milliseconds(1500));  // a busy machine takes its share
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.out, HasSubstr("docker does not answer within a second"));
}

}  // namespace
