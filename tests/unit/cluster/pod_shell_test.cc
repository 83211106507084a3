#include "cluster/pod_shell.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/processes.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A kubectl whose containers are this machine.
class PodShellTest : public testing::Test {
 protected:
  PodShellTest() {
    files_.write("bin/kubectl",
                 "#!/bin/sh\necho \"$@\" >> " + (files_ / "calls").string() +
                     "\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"\n",
                 0755);
    fs::create_directories(files_ / "to");
  }

  const TempProject files_;
  const ScopedVariable path_{"PATH", (files_ / "bin").string() + ":" + std::getenv("PATH")};
  const PodShell shell_{{.kubeconfig = "/k", .name_space = "n", .pod = "p", .container = "c"}};
};

TEST_F(PodShellTest, RunsInTheContainer) {
  EXPECT_EQ(shell_.run({"printf", "%s|", "a b", "$HOME"}, {}), "a b|$HOME|");
  EXPECT_EQ(text_of(files_ / "calls"),
            "--kubeconfig /k --namespace n exec --stdin p --container c -- printf %s| a b $HOME\n");
  EXPECT_THAT(error_of([&] { shell_.run({"false"}, {}); }).what(), HasSubstr("cannot run in pod p"));
}

TEST_F(PodShellTest, PutsAllOrWhatAListNames) {
  files_.write("from/it's $HOME", "1", 0755);
  files_.write("from/d/b", "2");
  shell_.put(files_ / "from", {}, (files_ / "all").string(), {});
  EXPECT_EQ(text_of(files_ / "all/it's $HOME"), "1");
  EXPECT_EQ(text_of(files_ / "all/d/b"), "2");
  const auto list = files_.write("list", std::string("d/b\0gone\0", 9));
  shell_.put(files_ / "from", list, (files_ / "some").string(), {});
  EXPECT_EQ(text_of(files_ / "some/d/b"), "2");
  EXPECT_FALSE(fs::exists(files_ / "some/it's $HOME"));
}

/// What a container's tar could send, whatever it is.
TEST_F(PodShellTest, AnArchiveWritesNowhereElse) {
  files_.write("outside/victim", "victim");
  files_.write("bin/kubectl",
               R"(#!/usr/bin/python3
import io, os, sys, tarfile
tar, top = tarfile.open(fileobj=sys.stdout.buffer, mode="w|"), ")" +
                   files_.root().string() + R"("
def entry(name, kind=tarfile.REGTYPE, to="", mode=0o644):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, to, mode
    info.size = 4 if kind == tarfile.REGTYPE else 0
    tar.addfile(info, io.BytesIO(b"evil"))
entry("../outside/above")
entry(top + "/outside/absolute")
entry("a/../../outside/within")
entry("link", tarfile.SYMTYPE, top + "/outside"), entry("link/through")
entry("up", tarfile.SYMTYPE, ".."), entry("up/outside/through")
entry("victim", tarfile.SYMTYPE, top + "/outside/victim"), entry("victim")
entry("hard", tarfile.LNKTYPE, top + "/outside/victim"), entry("hard")
entry("hard2", tarfile.LNKTYPE, "../outside/victim"), entry("hard2")
entry("root", mode=0o4755)
tar.close()
)",
               0755);
  try {
    shell_.fetch("/any", files_ / "to", {});
  } catch (const Error&) {  // tar says what it did not write
  }
  EXPECT_EQ(text_of(files_ / "outside/victim"), "victim");
  const auto count = [](const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
  };
  EXPECT_EQ(count(files_ / "outside"), 1);
  EXPECT_EQ(count(files_.root()), 3) << "bin, outside, to";
  EXPECT_EQ(text_of(files_ / "to/root"), "evil") << "the rest was written";
  EXPECT_EQ(fs::status(files_ / "to/root").permissions(), fs::perms(0755));
}

TEST_F(PodShellTest, FetchesAFolder) {
  files_.write("from/d/b", "2");
  shell_.fetch((files_ / "from").string(), files_ / "to", {});
  EXPECT_EQ(text_of(files_ / "to/d/b"), "2");
  EXPECT_THAT(error_of([&] { shell_.fetch((files_ / "none").string(), files_ / "to", {}); }).what(),
              HasSubstr("cannot copy from pod p"));
}

}  // namespace
}  // namespace harness
