#include "cluster/control_plane/control_plane.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "base/error.h"
#include "cluster/control_plane/programs.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/processes.h"

namespace harness {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class ControlPlaneTest : public testing::Test {
 protected:
  void program(const std::string& name, const std::string& script) const {
    files_.write("programs/" + name, "#!/bin/sh\n" + script + "\n", 0755);
  }
  Error failure() const {
    return error_of(
        [&] { const ControlPlane control_plane(files_ / "programs", files_ / "data", files_ / "logs", {}); });
  }

  TempProject files_;
};

TEST_F(ControlPlaneTest, OneThatEndsIsNamedWithTheEndOfItsLog) {
  program("etcd", "exec sleep 60");
  program("kube-apiserver", "echo unknown flag: --cert-dir >&2; exit 1");
  const auto error = failure();
  EXPECT_THAT(error.what(), HasSubstr("kube-apiserver has ended; its log: " +
                                      (files_ / "logs/kube-apiserver.log").string()));
  EXPECT_EQ(error.details.output_tail, "unknown flag: --cert-dir");
  EXPECT_EQ(error.details.exit_code, kCluster);
}

TEST_F(ControlPlaneTest, ThatItsDatabaseEndedIsSaidBeforeThatItsApiDid) {
  program("etcd", "echo no space left >&2; exit 1");
  program("kube-apiserver", "sleep 0.2; exit 1");
  const auto error = failure();
  EXPECT_THAT(error.what(), HasSubstr("etcd has ended"));
  EXPECT_EQ(error.details.output_tail, "no space left");
}

TEST_F(ControlPlaneTest, ItsDataIsForNobodyElse) {
  program("etcd", "exit 1");
  program("kube-apiserver", "exit 1");
  failure();
  EXPECT_EQ(fs::status(files_ / "data").permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(files_ / "data/tokens.csv").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

/// A docker that has one image, and `run`s it as the script says.
class ControlPlaneProgramsTest : public testing::Test {
 protected:
  void fake_docker(const std::string& run) const {
    files_.write("bin/docker",
                 "#!/bin/sh\ncd " + files_.root().string() +
                     "\necho \"$1\" >>calls\ncase $1 in image) echo sha256:0a1b ;; run) " + run +
                     " ;; esac\n",
                 0755);
  }

  TempProject files_;
  ScopedVariable path_{"PATH", (files_ / "bin").string() + ":/usr/bin:/bin"};
  ScopedVariable cache_{"HARNESS_CACHE", (files_ / "cache").string()};
};

TEST_F(ControlPlaneProgramsTest, AreTakenOutOfAnImageOnce) {
  for (const char* name : {"etcd", "kube-apiserver", "kubectl"})
    files_.write(std::string("image/") + name, name, 0755);
  fake_docker("echo a warning >&2; exec tar -cf - -C image etcd kube-apiserver kubectl");
  const auto folder = control_plane_programs("kindest/node:v1", {});
  EXPECT_EQ(folder, files_ / "cache/control-plane/0a1b");
  EXPECT_EQ(text_of(folder / "kube-apiserver"), "kube-apiserver");
  EXPECT_EQ(control_plane_programs("kindest/node:v1", {}), folder);
  EXPECT_EQ(text_of(files_ / "calls"), "image\nrun\nimage\n");
}

TEST_F(ControlPlaneProgramsTest, AnImageWithoutThemLeavesNothing) {
  fake_docker("echo 'no layer below /var/lib/containerd has usr/local/bin/etcd' >&2; exit 1");
  const auto error = error_of([&] { control_plane_programs("kindest/node:v1", {}); });
  EXPECT_THAT(error.what(), HasSubstr("cannot take the control plane out of kindest/node:v1"));
  EXPECT_THAT(error.details.output_tail, HasSubstr("no layer"));
  EXPECT_TRUE(fs::is_empty(files_ / "cache/control-plane"));
}

}  // namespace
}  // namespace harness
