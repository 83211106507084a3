// Whatever is done to a project between two runs: after one that ends well the cluster has what a build of
// the tree from scratch gives, and nothing else.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "driver/driver.h"
#include "driver/fake_cluster.h"
#include "driver/sample_tree.h"
#include "driver/stored_image.h"
#include "driver/tree_edits.h"

namespace {

using Json = nlohmann::json;

constexpr unsigned kShards = 20;
constexpr size_t kEdits = 4;

/// One project, cluster and registry, from the first run on.
struct World {
  World(const TempProject& folder, const std::string& socket, unsigned seed)
      : tree(folder, registry.host()), cluster(socket), edits(tree, cluster, seed) {
    empty_registry();
  }

  /// But for the gateway's image, as the fake docker knows it.
  void empty_registry() {
    registry.clear();
    registry.store_manifest("harness/gateway", "0123456789abcdef0123456789abcdef", R"({"layers": []})");
  }
  /// The difference between what is written and what runs; empty where there is none. Of an image that
  /// `not_made` names nothing is expected.
  std::string difference(const Json& written, const Json& runs, const std::string& not_made) const;
  std::string difference(const std::string& not_made) const;

  MemoryRegistry registry;
  SampleTree tree;
  FakeCluster cluster;
  TreeEdits edits;
};

std::string World::difference(const Json& written, const Json& runs, const std::string& not_made) const {
  if (written.is_string() && written.get<std::string>().starts_with(tree.registry() + "/")) {
    const auto reference = runs.is_string() ? runs.get<std::string>() : "";
    const auto name = written.get<std::string>().substr(tree.registry().size() + 1);
    if (!reference.starts_with(written.get<std::string>() + "@sha256:"))
      return "image " + name + ": " + runs.dump();
    if (name == not_made) return "";
    const auto wanted = tree.image(name),
               found = stored_image(registry, name, reference.substr(reference.find('@') + 1));
    return wanted == found ? ""
                           : "image " + name + ":\n  runs   " + found.dump() + "\n  wanted " + wanted.dump();
  }
  if (!written.is_structured())
    return written == runs ? "" : "wanted " + written.dump() + ", found " + runs.dump();
  if (written.type() != runs.type() || written.size() != runs.size())
    return "wanted " + written.dump() + ", found " + runs.dump();
  for (const auto& [key, value] : written.items())
    if (const auto one =
            difference(value, runs.is_array() ? runs[std::stoul(key)] : runs.value(key, Json()), not_made);
        !one.empty())
      return key + ": " + one;
  return "";
}

std::string World::difference(const std::string& not_made) const {
  std::map<std::string, Json> configs;
  std::set<std::string> wanted, found;
  for (const auto& object : tree.objects()) {
    wanted.insert(object["kind"].get<std::string>() + " " + object["metadata"]["name"].get<std::string>());
    if (object["kind"] == "ConfigMap") configs[object["metadata"]["name"]] = object["data"];
  }
  for (const char* plural : {"configmaps", "services", "deployments"})
    for (const auto& [path, object] : cluster.objects(plural)) {
      if (object["metadata"]["namespace"] != "default") continue;
      const std::string name = object["metadata"]["name"];
      found.insert(object["kind"].get<std::string>() + " " + name);
      if (const auto config = configs.find(name); object["kind"] == "ConfigMap" && config != configs.end())
        if (const auto one = difference(config->second, object["data"], not_made); !one.empty())
          return "ConfigMap " + name + ": " + one;
    }
  if (wanted != found) return "wanted " + Json(wanted).dump() + ", found " + Json(found).dump();

  const auto pods = cluster.objects("pods");
  for (const auto& object : tree.objects()) {
    if (object["kind"] != "Deployment") continue;
    const std::string name = object["metadata"]["name"];
    size_t count = 0;
    for (const auto& [path, pod] : pods) {
      if (pod["metadata"]["labels"]["app"] != name) continue;
      ++count;
      if (const auto one = difference(object["spec"]["template"]["spec"], pod["spec"], not_made);
          !one.empty())
        return name + ": " + one;
      const Json mounted = FakeCluster::mounted(pod);
      for (const auto& [config, data] : mounted.items())
        if (const auto one = difference(configs[config], data, not_made); !one.empty())
          return name + " has mounted " + config + ": " + one;
    }
    if (count != 1) return std::to_string(count) + " pods of " + name;
  }
  return "";
}

class NeverStaleTest : public DriverTest, public testing::WithParamInterface<unsigned> {
 protected:
  void run_sequence(unsigned seed) {
    const TempProject folder;
    env_["FAKE_API"] = (folder / "api").string();
    env_["ASAN_OPTIONS"] = "detect_leaks=0";  // which takes longer than all the rest
    reset_project();
    complete_ = false;
    World world(project_, env_["FAKE_API"], seed);
    env_["FAKE_API_HOST"] = world.cluster.host();
    std::string story = "seed " + std::to_string(seed);
    deploy(world, false, story);
    for (size_t i = 0; i < kEdits && !HasFailure(); ++i) {
      story += "\n  " + world.edits.make();
      if (world.edits.pick(20) == 0) {
        world.empty_registry();
        complete_ = false;
        story += ", an empty registry";
      }
      if (i + 1 == kEdits || world.edits.pick(2) == 0)
        deploy(world, complete_ && world.edits.pick(6) == 0, story);
    }
  }

 private:
  void reset_project() {
    for (const auto& entry : std::filesystem::directory_iterator(project_.root()))
      std::filesystem::remove_all(entry);
    std::filesystem::remove(scratch_ / "calls.nodes");
  }
  /// After a part was built, a run may also say that what else is deployed is no longer right. Of an image
  /// without `inputs:` it cannot know that.
  void deploy(World& world, bool a_part, std::string& story) {
    const std::vector<std::string> images{"base", "app", "web", "tool"};
    const std::string part = a_part ? images[world.edits.pick(images.size())] : "";
    const std::string flag = a_part                                   ? "-build=" + part
                             : world.edits.pick(4) == 0 || !complete_ ? "-run=TestOne"
                                                                      : "-no-setup-kind-cluster";
    story += "\n  harness " + flag;
    const auto end = run({flag});
    if (a_part && end.code == 5 &&
        end.err.find("tests would run against something other") != std::string::npos)
      return deploy(world, false, story);
    ASSERT_EQ(end.code, 0) << story << "\n" << end.err;
    const bool is_unknown =
        end.err.find("not looked at, since they list no inputs: web") != std::string::npos;
    ASSERT_EQ(world.difference(is_unknown ? "web" : ""), "") << story << "\n" << end.err;
    complete_ = complete_ || !a_part;
  }

  bool complete_ = false;  ///< the registry has what the project's last run made
};

/// Enough for each kind of edit to be there several times.
unsigned sequences() {
  const char* text = std::getenv("NEVER_STALE_SEQUENCES");
  return text ? static_cast<unsigned>(std::stoul(text)) : 60;
}

TEST_P(NeverStaleTest, WhatRunsIsTheTree) {
  const char* seed = std::getenv("NEVER_STALE_SEED");
  if (seed && GetParam() > 0) GTEST_SKIP() << "NEVER_STALE_SEED is one sequence";
  if (seed) return run_sequence(static_cast<unsigned>(std::stoul(seed)));
  for (unsigned i = GetParam(); i < sequences() && !HasFailure(); i += kShards) run_sequence(i);
}

INSTANTIATE_TEST_SUITE_P(Shards, NeverStaleTest, testing::Range(0u, kShards));

}  // namespace
