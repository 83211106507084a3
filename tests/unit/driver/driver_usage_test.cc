// The driver program where no cluster is touched: usage, configuration, init, -dry-run, -list.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "driver/driver.h"

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

namespace {

class DriverUsageTest : public DriverTest {
 protected:
  ~DriverUsageTest() override { EXPECT_THAT(calls(), IsEmpty()) << "a tool was called"; }
};

TEST_F(DriverUsageTest, NoComponentsFile) {
  const auto end = run({"-all"});
  EXPECT_EQ(end.code, 2);
  EXPECT_EQ(end.err, "error: no components.yaml in " + project_.root().string() +
                         " or a folder above it\n  hint: harness init writes a starting set here; -config=F "
                         "names another file\n");
  EXPECT_EQ(end.out, "");
}

TEST_F(DriverUsageTest, EveryProblemOfComponentsYaml) {
  project_.write("components.yaml", "images:\n  web: {pul: x}\ncomponents:\n  web: {image: webb}\n");
  const auto end = run({"-all"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, StartsWith("error: "));
  EXPECT_THAT(
      end.err,
      HasSubstr("components.yaml:2:9: image \"web\": unknown key \"pul\" (did you mean \"pull\"?)\n"));
  EXPECT_THAT(end.err, HasSubstr("components.yaml:4:8: component \"web\" deploys nothing: it needs "
                                 "\"manifest\", or one of kustomize, helm, render, configMaps, secrets\n"));
  EXPECT_THAT(end.err, HasSubstr("no image \"webb\" (did you mean \"web\"?)"));
}

TEST_F(DriverUsageTest, AManifestThatNamesAnUnknownImage) {
  write_project("components:\n  web: {manifest: web.yaml}\n");
  project_.write("web.yaml",
                 "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{image: " +
                     registry() + "/web}]}\n");
  const auto end = run({"-all"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, HasSubstr("web.yaml:4:29: no image \"web\" in components.yaml\n"));
}

TEST_F(DriverUsageTest, UnknownFlagsAndContradictions) {
  const auto unknown = run({"-rnu=X"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_EQ(unknown.err, "error: unknown flag -rnu (did you mean -run?)\n  hint: -help lists the flags\n");
  EXPECT_EQ(run({"-no-setup", "-build=x", "-run=X"}).code, 2);
  EXPECT_EQ(run({}).code, 2);
}

TEST_F(DriverUsageTest, HelpAndVersion) {
  const auto help = run({"-help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("Usage: harness FLAGS"));
  EXPECT_EQ(help.err, "");
  const auto version = run({"-version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out, "harness " HARNESS_VERSION "\n");
}

TEST_F(DriverUsageTest, InitWritesWhatDryRunUnderstands) {
  const auto init = run({"init"});
  EXPECT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.out, HasSubstr("wrote components.yaml\n"));
  const auto plan = run({"-all", "-dry-run"});
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_EQ(plan.out,
            "cluster   create " + cluster() +
                ", or use it if it is there; registry at localhost:5001\n"
                "image     hello\ndeploy    hello, at /hello\ntests     all\nteardown  delete " +
                cluster() +
                "\nroute     path /hello to Service default/hello, port 80 (component \"hello\")\n");
  const auto list = run({"-list"});
  EXPECT_EQ(list.out, "TestHello\n");
}

TEST_F(DriverUsageTest, InitOverwritesNothing) {
  project_.write("components.yaml", "mine");
  const auto init = run({"init"});
  EXPECT_EQ(init.code, 2);
  EXPECT_THAT(init.err, HasSubstr("there is already components.yaml; nothing was written"));
  EXPECT_EQ(file("components.yaml"), "mine");
  EXPECT_EQ(file("tests/hello.sh"), "");
}

TEST_F(DriverUsageTest, ListPrintsWhatWouldRun) {
  write_project(
      "tests:\n  - {name: TestOne, command: 'false'}\n  - {name: TestTwo, command: 'false'}\n  - {name: "
      "Other, command: 'false'}\n");
  const auto some = run({"-list", "-run=Test", "-skip=Two"});
  EXPECT_EQ(some.code, 0) << some.err;
  EXPECT_EQ(some.out, "TestOne\n");
  EXPECT_EQ(run({"-list"}).out, "TestOne\nTestTwo\nOther\n");
  EXPECT_EQ(run({"-list", "-run=Nothing"}).code, 2);
}

TEST_F(DriverUsageTest, AnotherFileAndAParentFolder) {
  write_project("tests: [{name: TestOne, command: 'true'}]\n");
  project_.write("other/c.yaml", "tests: [{name: TestOther, command: 'true'}]\n");
  EXPECT_EQ(run({"-list", "-config=other/c.yaml"}).out, "TestOther\n");
  const auto missing = run({"-list", "-config=none.yaml"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("none.yaml: No such file or directory"));
}

TEST_F(DriverUsageTest, ATestProgramThatIsNotThere) {
  write_project("tests: [{gtest: build/tests}]\n");
  const auto end = run({"-list"});
  EXPECT_NE(end.code, 0);
  EXPECT_THAT(end.err, HasSubstr("build/tests"));
  EXPECT_THAT(end.err, HasSubstr("No such file or directory"));
}

TEST_F(DriverUsageTest, WhatAFullDiskDoesNotTakeIsSaid) {
  write_project("tests: [{name: TestA, command: 'true'}]\n");
  std::filesystem::create_symlink("/dev/full", scratch_ / "out");
  start({"-list"});
  std::filesystem::remove(scratch_ / "out");
  const auto end = wait();
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("cannot write to standard output: No space left on device"));
}

TEST_F(DriverUsageTest, ALimitOfWhatMayBeWrittenIsAnErrorAndNoSignal) {
  write_project("tests: [{name: TestA, command: 'true'}]\n");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit nothing{0, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &nothing);
  start({"-list"});
  setrlimit(RLIMIT_FSIZE, &before);
  const auto end = wait();
  EXPECT_EQ(end.code, 3) << "signal " << end.signal;
}

}  // namespace
