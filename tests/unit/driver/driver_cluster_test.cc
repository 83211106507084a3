// The driver program up to the point where the cluster's API would have to answer: tools, set-up, builds,
// clean-up.
#include <gmock/gmock.h>
#include <signal.h>

#include "base/files.h"
#include "driver/driver.h"
#include "support/processes.h"

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

class DriverClusterTest : public DriverTest {
 protected:
  DriverClusterTest() { write_project("tests: [{name: TestOne, command: 'true'}]\n"); }
  std::string delete_call() const { return "kind delete cluster --name " + cluster() + " "; }
  void wait_for_call(const std::string& call) const {
    EXPECT_TRUE(eventually([&] { return calls().find(call) != std::string::npos; })) << calls();
  }
};

TEST_F(DriverClusterTest, TheEngineDoesNotAnswer) {
  env_["FAKE_DOCKER"] = "down";
  const auto end = run({"-run=TestOne"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("error: the Docker engine does not answer: docker exited with 1\n"));
  EXPECT_THAT(end.err, HasSubstr("Cannot connect to the Docker daemon\n"));
  EXPECT_THAT(end.err, HasSubstr("hint: start it: systemctl start docker"));
  EXPECT_THAT(calls(), Not(HasSubstr("kind create")));
}

TEST_F(DriverClusterTest, AToolIsMissing) {
  project_.write("bin/kind", "#!/bin/sh\n", 0755);
  env_["PATH"] = (project_ / "bin").string();
  const auto end = run({"-run=TestOne"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("error: kubectl is not on PATH\n  hint: "));
}

TEST_F(DriverClusterTest, ToolsOfTheCacheComeFirst) {
  scratch_.write("cache/bin/kind",
                 "#!/bin/sh\necho cached >> " + (scratch_ / "cached").string() + "\nexit 1\n", 0755);
  EXPECT_EQ(run({"-run=TestOne"}).code, 3);
  EXPECT_THAT(text_of(scratch_ / "cached"), HasSubstr("cached\n"));
}

TEST_F(DriverClusterTest, AClusterThatCannotBeCreatedIsDeleted) {
  env_["FAKE_KIND_CREATE"] = "fail";
  const auto end = run({"-run=TestOne", "-save-logs=logs"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("error: cannot create the cluster: kind exited with 1\n"));
  EXPECT_THAT(end.err, HasSubstr("kind create cluster --name " + cluster()));
  EXPECT_THAT(end.err, HasSubstr("ERROR: the node does not start\n"));
  EXPECT_THAT(end.err, AllOf(HasSubstr("\ntime: "), HasSubstr("cluster 0.")));
  const auto all = calls();
  EXPECT_LT(all.find("kind export logs"), all.find(delete_call()))
      << "logs are saved before the cluster goes\n"
      << all;
  EXPECT_EQ(text_of(scratch_ / "calls.nodes"), "");
  EXPECT_EQ(file(".harness/default/instance.json"), "");
}

TEST_F(DriverClusterTest, KindGetsTheProjectsConfiguration) {
  env_["FAKE_KIND_CREATE"] = "fail";
  project_.write("cluster-config/kind.yaml",
                 "kind: Cluster\nnodes: [{role: control-plane, labels: {whose: mine}}]\n");
  EXPECT_EQ(run({"-run=TestOne"}).code, 3);
  EXPECT_THAT(text_of(scratch_ / "calls.config"),
              AllOf(HasSubstr("\"whose\":\"mine\""), HasSubstr("\"containerPort\":80"),
                    HasSubstr("registryPullQPS: 0")));
}

TEST_F(DriverClusterTest, KindMakesContainersOfDockersInItsOwnNetwork) {
  env_["FAKE_KIND_CREATE"] = "fail";
  env_["KIND_EXPERIMENTAL_PROVIDER"] = "podman";
  env_["KIND_EXPERIMENTAL_DOCKER_NETWORK"] = "elsewhere";
  EXPECT_EQ(run({"-run=TestOne"}).code, 3);
  EXPECT_THAT(calls(), AllOf(HasSubstr("kind create"), HasSubstr("kind export"), HasSubstr("kind delete"),
                             Not(HasSubstr("podman")), Not(HasSubstr("elsewhere"))));
}

TEST_F(DriverClusterTest, WhatAnEarlierRunLeftHalfMadeIsRemovedFirst) {
  env_["FAKE_KIND_CREATE"] = "fail";
  scratch_.write("calls.nodes", "fake-control-plane exited\n");
  project_.write(".harness/default/making", "");
  const auto end = run({"-run=TestOne"});
  EXPECT_THAT(end.err, HasSubstr("removing a cluster that was left half made\n"));
  EXPECT_LT(calls().find(delete_call()), calls().find("kind create cluster"));
}

TEST_F(DriverClusterTest, WithoutAClusterABuildHasNothingToWorkOn) {
  write_project("images: {web: {pull: nginx}}\ntests: [{name: TestOne, command: 'true'}]\n");
  const auto end = run({"-build=web"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("there is no cluster " + cluster() +
                                 " to work on\n  hint: create it with -run=TEST"));
  EXPECT_THAT(calls(), Not(HasSubstr("kind create")));
  EXPECT_THAT(calls(), Not(HasSubstr("kind delete")));
}

TEST_F(DriverClusterTest, ABuilderFails) {
  env_["FAKE_KIND_CREATE"] = "hang";
  const std::string wait_for_kind =
      "while [ ! -s " + (scratch_ / "calls.pids").string() + " ]; do sleep 0.01; done; ";
  write_project("builders: {make: \"" + wait_for_kind +
                "seq 100; echo 'no rule: {targets}' >&2; exit 2\"}\n" +
                "tests: [{gtest: build/tests, builder: make, target: one}]\n");
  const auto end = run({"-all"});
  EXPECT_EQ(end.code, 4);
  EXPECT_THAT(end.err, HasSubstr("error: builder make failed\n"));
  EXPECT_THAT(end.err, HasSubstr("cd " + project_.root().string() + " && "));
  EXPECT_THAT(end.err, HasSubstr("100\n"));
  EXPECT_THAT(end.err, HasSubstr("no rule: one\n"));
  expect_gone("calls.pids", 1);
  EXPECT_THAT(calls(), HasSubstr(delete_call())) << "what was begun beside it is removed";
}

TEST_F(DriverClusterTest, ABuilderMakesWhatTheRegistryHasNot) {
  env_["FAKE_KIND_CREATE"] = "hang";
  project_.write("src/web.c", "");
  write_project(
      "builders: {make: \"echo 'asked for {targets}' >&2; exit 2\"}\n"
      "images:\n"
      "  web: {builder: make, target: web, files: {out/web: /web}, inputs: [src]}\n"
      "  api: {builder: make, target: api, files: {out/api: /api}, inputs: [src]}\n"
      "tests: [{gtest: build/tests, builder: make, target: one}]\n");
  EXPECT_THAT(run({"-dry-run", "-all"}).out,
              HasSubstr("build     make: one api (if its inputs changed) web (if its inputs changed)\n"));
  EXPECT_THAT(run({"-all"}).err, HasSubstr("asked for one\n"));
}

TEST_F(DriverClusterTest, AnImageFails) {
  env_["FAKE_KIND_CREATE"] = "hang";
  write_project(
      "images: {web: {command: \"echo compiling; echo no space left on device >&2; exit 9\"}}\ntests: "
      "[{name: TestOne, command: 'true'}]\n");
  const auto end = run({"-all"});
  EXPECT_EQ(end.code, 4);
  EXPECT_THAT(end.err, HasSubstr("error: image web: sh exited with 9\n"));
  EXPECT_THAT(end.err, HasSubstr("hint: free some disk"));
}

TEST_F(DriverClusterTest, CtrlCWhileTheClusterIsCreated) {
  env_["FAKE_KIND_CREATE"] = "hang";
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    start({"-run=TestOne"});
    pids_in(scratch_ / "calls.pids", 1);
    interrupt(signal);
    const auto end = wait();
    EXPECT_EQ(end.code, 130) << end.err;
    EXPECT_THAT(end.err, HasSubstr("interrupted\n"));
    expect_gone("calls.pids", 1);
    EXPECT_THAT(calls(), HasSubstr(delete_call()));
    EXPECT_EQ(text_of(scratch_ / "calls.nodes"), "");
    std::filesystem::remove(scratch_ / "calls.pids");
    std::filesystem::remove(scratch_ / "calls");
  }
}

TEST_F(DriverClusterTest, ASecondCtrlCEndsTheCleanUpAtOnce) {
  env_["FAKE_KIND_CREATE"] = "hang";
  env_["FAKE_KIND_DELETE"] = "hang";
  start({"-run=TestOne"});
  pids_in(scratch_ / "calls.pids", 1);
  interrupt(SIGINT);
  pids_in(scratch_ / "calls.pids", 2);  // kind delete hangs
  interrupt(SIGINT);
  EXPECT_EQ(wait().code, 130);
  expect_gone("calls.pids", 2);
  std::filesystem::remove_all(scratch_ / "tmp");  // the one case in which files may stay
  std::filesystem::create_directories(scratch_ / "tmp");
}

TEST_F(DriverClusterTest, APortThatAnotherRunTookMeanwhile) {
  env_["FAKE_KIND_CREATE"] = "port";
  const auto end = run({"-run=TestOne"});
  EXPECT_THAT(end.err, HasSubstr(" was taken in the meantime: trying another port\n"));
  const auto all = calls();
  const auto first = all.find("kind create cluster"), deleted = all.find(delete_call());
  EXPECT_LT(first, deleted) << "what the first try left is removed";
  EXPECT_NE(all.find("kind create cluster", deleted), std::string::npos);
  EXPECT_THAT(text_of(scratch_ / "calls.config"), Not(HasSubstr("hostPort: 80,")));
}

TEST_F(DriverClusterTest, TeardownAloneDeletes) {
  write_instance();
  scratch_.write("calls.nodes", "fake-control-plane running\n");
  const auto end = run({"-teardown"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(calls(), HasSubstr(delete_call()));
  EXPECT_EQ(file(".harness/default/instance.json") + file(".harness/default/kubeconfig"), "");
  const auto again = run({"-teardown"});
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("nothing to delete\n"));
}

TEST_F(DriverClusterTest, TeardownWithoutAnEngineForgetsNothing) {
  write_instance();
  env_["FAKE_DOCKER"] = "down";
  const auto end = run({"-teardown"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("hint: start it: systemctl start docker"));
  EXPECT_NE(file(".harness/default/instance.json"), "");
}

TEST_F(DriverClusterTest, AnUnexpectedFailureDoesNotKeepTheClusterFromGoing) {
  write_instance();
  scratch_.write("calls.nodes", "fake-control-plane running\n");
  project_.write("file", "no folder");
  const auto end = run({"-no-setup", "-run=TestOne", "-teardown", "-artifacts=file/artifacts"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("file/artifacts"));
  EXPECT_THAT(calls(), HasSubstr(delete_call()));
}

}  // namespace
