#include "cluster/registry_container.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "base/error.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/http_server.h"
#include "support/processes.h"

namespace harness {
namespace {

using testing::HasSubstr;

/// The registry answers once the file "started" is there.
class RegistryContainerTest : public testing::Test {
 protected:
  void fake_docker(const std::string& script) const {
    files_.write("bin/docker",
                 "#!/bin/sh\ncd " + files_.root().string() +
                     "\necho \"$*\" >> calls\n[ \"$1\" != inspect ] || exit 1\n" + script + "\n",
                 0755);
  }

  TempProject files_;
  ScopedVariable path_{"PATH", (files_ / "bin").string() + ":/usr/bin:/bin"};
  HttpServer server_{[this](const auto&, auto& answer) {
    answer.reply(std::filesystem::exists(files_ / "started") ? 200 : 503);
  }};
};

TEST_F(RegistryContainerTest, OneThatAnswersIsUsed) {
  files_.write("started", "");
  fake_docker("exit 1");
  ensure_registry(server_.host(), {});
  EXPECT_EQ(text_of(files_ / "calls"), "");
}

TEST_F(RegistryContainerTest, OneThatAnotherRunMakesAtTheSameMomentIsUsed) {
  fake_docker(
      "[ \"$1\" = start ] && exec touch started\n"
      "echo 'docker: Error response from daemon: Conflict. The container name \"/harness-registry-5050\" is "
      "already in use by container \"0a1b\".' "
      ">&2; exit 125");
  ensure_registry(server_.host(), {});
  EXPECT_THAT(text_of(files_ / "calls"), HasSubstr("\nstart " + registry_name(server_.host()) + "\n"));
  EXPECT_THAT(text_of(files_ / "calls"), HasSubstr(" --publish 127.0.0.1:")) << "only on this machine";
}

TEST_F(RegistryContainerTest, OnlyOneThatTheHarnessStartedIsItsOwn) {
  const auto name = registry_name(server_.host());
  const auto docker = [&](const std::string& publisher, const std::string& labelled) {
    fake_docker("case \"$2 $3\" in '--filter publish='*) echo '" + publisher + "' ;; '--all '*) echo '" +
                labelled + "' ;; esac");
    return own_registry_container(server_.host());
  };
  EXPECT_EQ(docker(name + " bridge,kind", name), name);
  EXPECT_EQ(docker("", name), name) << "it is stopped";
  EXPECT_EQ(docker("theirs bridge", name), "") << "another one listens there";
  EXPECT_EQ(docker(name + " bridge", ""), "") << "somebody else's of that name";
  EXPECT_EQ(docker("", ""), "");
  EXPECT_EQ(own_registry_container("registry.example.com:5000"), "");
}

TEST_F(RegistryContainerTest, EachPortHasAContainerAndAVolumeOfItsOwn) {
  EXPECT_EQ(registry_name("localhost:5001"), "harness-registry");
  EXPECT_EQ(registry_name("localhost:5050"), "harness-registry-5050");
  fake_docker("touch started");
  ensure_registry(server_.host(), {});
  const auto name = "harness-registry-" + std::to_string(server_.port());
  EXPECT_THAT(text_of(files_ / "calls"), HasSubstr(" --name " + name + " "));
  EXPECT_THAT(text_of(files_ / "calls"), HasSubstr(" --volume " + name + ":/var/lib/registry "));
}

TEST_F(RegistryContainerTest, OneThatAsksForALoginIsThere) {
  fake_docker("exit 1");
  HttpServer guarded([](const auto&, auto& answer) { answer.reply(401); });
  ensure_registry(guarded.host(), {});
  EXPECT_EQ(text_of(files_ / "calls"), "");
}

TEST_F(RegistryContainerTest, NodesAreToldOfOneThatIsElsewhere) {
  fake_docker("cat >> written");
  tell_node_of("node", "reg.example.com:5000", "", "", {});
  EXPECT_EQ(text_of(files_ / "calls"), "");
  tell_node_of("node", "reg.example.com:5000", "TOML", "AUTHORITY", {});
  EXPECT_EQ(text_of(files_ / "written"), "AUTHORITYTOML");
  EXPECT_THAT(text_of(files_ / "calls"), HasSubstr(" /etc/containerd/certs.d/reg.example.com:5000/ca.crt\n"));
  EXPECT_THAT(text_of(files_ / "calls"),
              HasSubstr(" /etc/containerd/certs.d/reg.example.com:5000/hosts.toml\n"));
}

TEST_F(RegistryContainerTest, OneOfAnotherHostIsNotTheClustersOwn) {
  fake_docker("exit 0");
  const std::string host = "127.0.0.1:" + std::to_string(server_.port());
  EXPECT_EQ(join_network(host, {}), "");
  tell_node("node", host, "", {});
  EXPECT_EQ(text_of(files_ / "calls"), "");
}

TEST_F(RegistryContainerTest, APortThatIsTakenIsNamed) {
  fake_docker("echo 'Bind for 127.0.0.1:5001 failed: port is already allocated' >&2; exit 125");
  const auto error = error_of([&] { ensure_registry(server_.host(), {}); });
  EXPECT_THAT(error.what(), HasSubstr("cannot start the registry at " + server_.host()));
  EXPECT_THAT(error.details.hint, HasSubstr("another program has port 5001"));
  EXPECT_EQ(error.details.exit_code, kCluster);
}

TEST_F(RegistryContainerTest, WhatListensButNeverAnswersIsSaid) {
  HttpServer silent([](const auto&, auto& answer) { answer.wait_for_close(); });  // as `nc -lk` does
  fake_docker("echo \"Bind for 127.0.0.1:" + std::to_string(silent.port()) +
              " failed: port is already allocated\" >&2; exit 125");
  const auto begin = std::chrono::steady_clock::now();
  const auto error = error_of([&] { ensure_registry(silent.host(), {}); });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_THAT(error.what(), HasSubstr("cannot start the registry at " + silent.host()));
  EXPECT_THAT(error.details.output_tail, HasSubstr("what is there instead: http://" + silent.host() + ": "));
  EXPECT_THAT(error.details.output_tail, HasSubstr("5.0s"));
  EXPECT_EQ(error.details.exit_code, kCluster);
}

TEST_F(RegistryContainerTest, AStopEndsTheWait) {
  std::stop_source stop;
  HttpServer silent([&](const auto&, auto& answer) {
    stop.request_stop();
    answer.wait_for_close();
  });
  EXPECT_THROW(ensure_registry(silent.host(), stop.get_token()), Cancelled);
}

}  // namespace
}  // namespace harness
