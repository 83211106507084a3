#pragma once

#include <gtest/gtest.h>

#include "framework/cleanup.h"
#include "framework/cluster.h"
#include "framework/deck.h"
#include "framework/environment.h"
#include "framework/eventually.h"
#include "framework/fakeghserver.h"
#include "framework/fakegitserver.h"

namespace test {

/// A repository of this test's own on the fake git server and the fake GitHub, with a branch to be merged:
/// `base` is the commit of master, `head` that of the branch "feature". Its name makes hook find the jobs of
/// manifests/ci.yaml.
struct CiRepository {
  std::string org = "ci-" + unique_name(), full_name = org + "/project", base, head;

  explicit CiRepository(const std::string& readme = "hello") {
    setup_repo(full_name, "echo " + readme +
                              " > README; git add .; git commit -qm base; git checkout -q -b feature; echo "
                              "more > MORE; git add .; git commit -qm more; git checkout -q master");
    base = remote_ref(repo_url(full_name), "refs/heads/master");
    head = remote_ref(repo_url(full_name), "refs/heads/feature");
    seed_github({{"repositories",
                  {{{"full_name", full_name},
                    {"default_branch", "master"},
                    {"branches", {{"master", base}, {"feature", head}}}}}}});
    defer_cleanup([jobs = "ci.harness/org=" + org] {
      if (testing::Test::HasFailure()) return;  // they say why
      for (const auto& job : cluster().list({"batch/v1", "Job", "test-pods"}, jobs))
        cluster().remove(ref_of(job));
    });
  }

  nlohmann::json call(const std::string& method, const std::string& path,
                      const nlohmann::json& body = {}) const {
    return must_github(method, "/repos/" + full_name + path, body);
  }

  /// Every event goes to hook from now on.
  void add_hook() const {
    call("POST", "/hooks",
         {{"name", "web"},
          {"active", true},
          {"events", {"*"}},
          {"config",
           {{"url", "http://" + test::component_host("hook") + "/hook"},
            {"content_type", "json"},
            {"secret", "a-secret-of-the-tests"}}}});
  }
  int open_pull() const {
    return call("POST", "/pulls", {{"title", "more"}, {"head", "feature"}, {"base", "master"}}).at("number");
  }

  /// The state of a context's newest status; "" where there is none.
  std::string state(const std::string& sha, const std::string& context) const {
    const auto combined = call("GET", "/commits/" + sha + "/status");
    for (const auto& status : combined.at("statuses"))
      if (status.at("context") == context) return status.at("state");
    return "";
  }
  void wait_for_state(const std::string& sha, const std::string& context, const std::string& wanted) const {
    eventually(std::chrono::seconds(90), [&](std::string& seen) {
      return (seen = context + " is \"" + state(sha, context) + "\"", state(sha, context) == wanted);
    });
  }
  /// The jobs of this repository as deck shows them, once there are `count` that are called `job`.
  nlohmann::json wait_for_jobs(const std::string& job, size_t count = 1) const {
    nlohmann::json jobs;
    eventually(std::chrono::seconds(30), [&](std::string& seen) {
      jobs = deck_jobs("org=" + org + "&job=" + job);
      seen = jobs.dump();
      return jobs.size() == count;
    });
    return jobs;
  }
};

}  // namespace test
