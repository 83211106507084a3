#include <gmock/gmock.h>

#include <algorithm>

#include "cli/doctor/checks.h"

namespace harness {
namespace {

using testing::HasSubstr;
using Level = Check::Level;

constexpr uint64_t kGiB = 1ull << 30;

/// A machine on which all is well.
Facts good() {
  Facts facts;
  facts.disk_free = 50 * kGiB;
  facts.memory_available = 8 * kGiB;
  facts.cores = 4;
  facts.inotify_instances = 512;
  facts.inotify_watches = 524288;
  facts.root = true;
  facts.capabilities = ~0ull;
  facts.machine = "x86_64";
  facts.now = std::chrono::system_clock::from_time_t(1800000000);
  facts.docker = {
      .ok = true,
      .out =
          R"({"ServerVersion": "20.10.24", "Driver": "overlay2", "CgroupVersion": "2", "Architecture": "x86_64"})"};
  facts.nodes = {.ok = true};
  facts.node_image = {.ok = true, .out = "amd64"};
  facts.kind = {.ok = true, .out = "kind v0.30.0"};
  facts.kubectl = {.ok = true, .out = R"({"clientVersion": {"gitVersion": "v1.34.0"}})"};
  return facts;
}

const Expected kExpected{
    .cluster = "harness-default-abc123", .node_image = "kindest/node:v1.34.0", .registry = "localhost:5001"};

Check check_of(const Facts& facts, const std::string& name, const Expected& expected = kExpected) {
  const auto checks = all_checks(facts, expected);
  const auto found =
      std::find_if(checks.begin(), checks.end(), [&](const Check& one) { return one.name == name; });
  if (found != checks.end()) return *found;
  ADD_FAILURE() << "no check " << name;
  return {};
}

void expect(const Check& check, Level level, const std::string& reason, const std::string& command) {
  EXPECT_STREQ(word_of(check.level), word_of(level)) << check.name << ": " << check.reason;
  EXPECT_THAT(check.reason, HasSubstr(reason));
  EXPECT_THAT(check.command, HasSubstr(command));
}

TEST(DoctorTest, OnAGoodMachineAllIsFine) {
  for (const auto& check : all_checks(good(), kExpected)) {
    EXPECT_EQ(check.level, Level::fine) << check.name << ": " << check.reason;
    EXPECT_NE(check.reason, "") << check.name;
    EXPECT_EQ(check.command, "") << check.name;
  }
}

TEST(DoctorTest, DockerThatIsNotThereOrDoesNotAnswer) {
  auto facts = good();
  facts.docker = {.there = false};
  expect(check_of(facts, "docker"), Level::error, "not on PATH", "apt-get install docker.io");
  facts.docker = {.in_time = false};
  expect(check_of(facts, "docker"), Level::error, "does not answer within a second",
         "systemctl start docker");
  facts.docker = {.ok = true, .out = R"({"ServerErrors": ["Cannot connect to the Docker daemon"]})"};
  expect(check_of(facts, "docker"), Level::error, "Cannot connect", "systemctl start docker");
  facts.docker = {.ok = true, .out = R"({"ServerErrors": ["permission denied while trying to connect"]})"};
  expect(check_of(facts, "docker"), Level::error, "permission denied", "usermod -aG docker");
}

TEST(DoctorTest, CgroupsAndArchitectureAgainstTheNodeImage) {
  auto facts = good();
  facts.docker.out = R"({"ServerVersion": "20.10.24", "CgroupVersion": "1", "Architecture": "aarch64"})";
  expect(check_of(facts, "cgroup"), Level::fine, "version 1", "");
  auto newer = kExpected;
  newer.node_image = "kindest/node:v1.35.1";
  expect(check_of(facts, "cgroup", newer), Level::error, "version 1", "unified_cgroup_hierarchy");
  expect(check_of(facts, "node image"), Level::error, "is for amd64, the engine runs on aarch64",
         "--platform linux/arm64");
  facts.node_image = {};
  expect(check_of(facts, "node image"), Level::warning, "will be pulled", "docker pull kindest/node:v1.34.0");
}

TEST(DoctorTest, ToolsAndTheirVersions) {
  auto facts = good();
  facts.kind = {.there = false};
  expect(check_of(facts, "kind"), Level::error, "not on PATH", "go install");
  facts.kubectl.out = R"({"clientVersion": {"gitVersion": "v1.28.3"}})";
  expect(check_of(facts, "kubectl"), Level::warning, "v1.28.3", "HARNESS_CACHE");
  facts.kubectl.out = R"({"clientVersion": {"gitVersion": "v1.33.0"}})";
  EXPECT_EQ(check_of(facts, "kubectl").level, Level::fine);
}

TEST(DoctorTest, DiskAndMemory) {
  auto facts = good();
  facts.disk_free = 5 * kGiB;
  expect(check_of(facts, "disk"), Level::warning, "5Gi free", "docker system prune");
  facts.disk_free = 50 * kGiB;
  facts.docker_disk_free = kGiB;
  expect(check_of(facts, "disk"), Level::error, "1Gi free", "docker system prune");
  facts.memory_asked = 7 * kGiB + 1;
  expect(check_of(facts, "memory"), Level::warning, "8Gi available; components ask for 7Gi",
         "requests.memory");
  facts.cpu_asked = 3.5;
  expect(check_of(facts, "processors"), Level::warning, "components ask for 3.5", "requests.cpu");
}

TEST(DoctorTest, Inotify) {
  auto facts = good();
  facts.inotify_instances = 128;
  expect(check_of(facts, "inotify"), Level::fine, "several need 512", "");
  facts.inotify_instances = 64;
  expect(check_of(facts, "inotify"), Level::warning, "64 instances",
         "sysctl -w fs.inotify.max_user_instances=512");
}

TEST(DoctorTest, Ports) {
  auto facts = good();
  facts.gateway_port_free = facts.registry_port_free = false;
  facts.registry_answers = true;
  EXPECT_EQ(check_of(facts, "gateway").level, Level::fine);
  facts.exact_gateway_port = 8080;
  expect(check_of(facts, "gateway"), Level::warning, "port 8080 is taken, and gateway: asks for it",
         "sport = :8080");
  facts.exact_gateway_port = 0;
  EXPECT_EQ(check_of(facts, "registry").level, Level::fine);
  facts.registry_answers = false;
  expect(check_of(facts, "registry"), Level::error, "is not a registry", "sport = :5001");
  facts.registry_answers = true;
  facts.registries.out = "harness-registry-5050\nharness-registry";
  EXPECT_EQ(check_of(facts, "registry").reason,
            "answers at localhost:5001; there is also harness-registry-5050, of projects with another port");
}

TEST(DoctorTest, ARegistryThatIsElsewhere) {
  auto facts = good();
  facts.registry_answers = false;
  facts.registry_trouble = "the registry at ghcr.io asks for a login, and docker has none for it";
  facts.registry_hint = "docker login ghcr.io";
  expect(check_of(facts, "registry"), Level::error, facts.registry_trouble, facts.registry_hint);
}

TEST(DoctorTest, ProxyKernelCapabilitiesClock) {
  auto facts = good();
  facts.proxies = {{"HTTPS_PROXY", "http://p:1"}};
  EXPECT_EQ(check_of(facts, "proxy").level, Level::fine);
  EXPECT_EQ(check_of(facts, "proxy").reason,
            "HTTPS_PROXY set; NO_PROXY gets what is on this machine and in the cluster");
  facts.proxies["http_proxy"] = "http://me:secret@127.0.0.1:8888";
  expect(check_of(facts, "proxy"), Level::warning, "http_proxy=http://***@127.0.0.1:8888",
         "listen on all addresses");
  facts.overlay = false;
  expect(check_of(facts, "kernel"), Level::warning, "overlay", "modprobe -a overlay");
  facts.capabilities = ~(1ull << 21);
  expect(check_of(facts, "capabilities"), Level::error, "SYS_ADMIN", "--privileged");
  facts.capabilities = ~(1ull << 24);
  EXPECT_EQ(check_of(facts, "capabilities").level, Level::fine);
  facts.now = std::chrono::system_clock::from_time_t(3600);
  expect(check_of(facts, "clock"), Level::error, "long past", "date");
}

TEST(DoctorTest, LeftoversOfTheInstance) {
  auto facts = good();
  facts.nodes.out =
      "harness-default-abc123 harness-default-abc123-control-plane exited\nkind kind-control-plane exited";
  const auto stopped = check_of(facts, "leftovers");
  expect(stopped, Level::warning, "control-plane is exited",
         "docker start harness-default-abc123-control-plane");
  EXPECT_THAT(stopped.reason, testing::Not(HasSubstr(" kind-")));
  auto half_made = kExpected;
  half_made.is_half_made = true;
  expect(check_of(facts, "leftovers", half_made), Level::warning, "half made",
         "kind delete cluster --name harness-default-abc123");
  half_made.is_held = true;
  EXPECT_EQ(check_of(facts, "leftovers", half_made).reason, "none") << "a run is just making it";
}

TEST(DoctorTest, LeftoversOfOtherInstances) {
  auto facts = good();
  facts.nodes.out =
      "harness-a-111111 harness-a-111111-control-plane running\nharness-a-111111 harness-a-111111-worker "
      "exited\n"
      "harness-b-222222 harness-b-222222-control-plane exited";
  facts.homes = {{"harness-a-111111", {"/gone/.harness/a", false}},
                 {"harness-b-222222", {"/there/.harness/b"}}};
  const auto found = check_of(facts, "leftovers");
  expect(found, Level::warning,
         "cluster harness-a-111111: the folder of its instance is gone, /gone/.harness/a",
         "kind delete cluster --name harness-a-111111 && rm ");
  EXPECT_EQ(found.command.find("kind delete"), found.command.rfind("kind delete"))
      << "once for all its nodes";
  EXPECT_THAT(found.reason, testing::Not(HasSubstr("222222")));
  facts.homes.clear();
  const auto unknown = check_of(facts, "leftovers");
  EXPECT_EQ(unknown.reason, "none; it is not known here whose harness-a-111111, harness-b-222222 are");
  EXPECT_EQ(unknown.level, Level::fine);
}

TEST(DoctorTest, AMachineWithoutAProject) {
  auto facts = good();
  facts.has_project = false;
  EXPECT_THAT(check_of(facts, "memory").reason, testing::Not(HasSubstr("components")));
  EXPECT_EQ(check_of(facts, "processors").reason, "4");
}

}  // namespace
}  // namespace harness
