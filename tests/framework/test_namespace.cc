#include "framework/test_namespace.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>

#include "framework/environment.h"
#include "framework/pod.h"
#include "framework/step.h"
#include "framework/wait.h"

namespace test {

using nlohmann::json;

namespace {

constexpr std::chrono::seconds kStuck{60};

bool keep() {
  const char* value = std::getenv("HARNESS_KEEP_NAMESPACES");
  return value && std::string(value) == "1";
}

/// Every API version of the cluster: "v1", "apps/v1", ...
std::vector<std::string> versions() {
  std::vector<std::string> all{"v1"};
  const auto groups = json::parse(cluster().request("GET", "/apis"));
  for (const auto& group : groups.at("groups"))
    all.push_back(group.at("preferredVersion").at("groupVersion"));
  return all;
}

/// The objects of `version` in a namespace, a line each.
std::string left(const std::string& version, const std::string& name_space) {
  const auto root = (version == "v1" ? "/api/" : "/apis/") + version;
  std::string text;
  const auto resources = json::parse(cluster().request("GET", root));
  for (const auto& resource : resources.at("resources")) {
    const auto verbs = resource.value("verbs", std::vector<std::string>{});
    if (!resource.value("namespaced", false) ||
        std::find(verbs.begin(), verbs.end(), "list") == verbs.end() || resource.at("kind") == "Event")
      continue;
    for (const auto& object :
         cluster().list({.api_version = version, .kind = resource.at("kind"), .name_space = name_space})) {
      const auto& metadata = object.at("metadata");
      text += fmt::format("  {} {}{}, finalizers: {}\n", resource.at("kind").get<std::string>(),
                          metadata.at("name").get<std::string>(),
                          metadata.contains("deletionTimestamp") ? " (being deleted)" : "",
                          metadata.value("finalizers", json::array()).dump());
    }
  }
  return text;
}

std::string what_holds(const Ref& name_space) {
  const auto object = cluster().get(name_space);
  std::string text = "conditions:\n";
  for (const auto& one : object.value("/status/conditions"_json_pointer, json::array()))
    if (one.value("status", "") == "True")
      text += "  " + one.value("type", "") + ": " + one.value("message", "") + "\n";
  text += "objects:\n";
  for (const auto& version : versions()) try {
      text += left(version, name_space.name);
    } catch (const std::exception& e) {  // a server of an API that is down holds namespaces, too
      text += "  " + version + ": " + e.what() + "\n";
    }
  return text;
}

void report_stuck(const Ref& name_space, const std::string& why) {
  const auto text = why + "\n" + what_holds(name_space);
  ADD_FAILURE() << text;
  if (const char* dir = std::getenv("HARNESS_ARTIFACTS"))
    std::ofstream(std::string(dir) + "/namespace-" + name_space.name + ".txt") << text;
}

json object_of(const std::string& name, const json& labels) {
  return {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}, {"labels", labels}}}};
}

}  // namespace

TestNamespace::TestNamespace(const std::string& suffix)
    : ref_(cluster().apply(object_of(unique_name(suffix), json::object()))) {
  ref_.name_space.clear();
  try {
    // The cluster makes it a moment later, and takes no pod before.
    wait_until({.kind = "ServiceAccount", .name_space = name(), .name = "default"}, "there", kWait,
               [](const json& account, std::string& seen) {
                 seen = account.is_null() ? "none" : "there";
                 return !account.is_null();
               });
  } catch (...) {
    cluster().remove(ref_);
    throw;
  }
}

TestNamespace::~TestNamespace() {
  try {
    if (keep()) {
      cluster().apply(object_of(name(), {{"test.harness/kept", "true"}}));
      std::cout << "namespace " << name() << " is kept" << std::endl;
      return;
    }
    const bool failed = testing::Test::HasFailure() || std::uncaught_exceptions() > 0;
    const auto pods = failed ? cluster().list({.kind = "Pod", .name_space = name()}) : std::vector<json>{};
    for (const auto& pod : pods) save_pod(ref_of(pod));
    step("namespace " + name() + " is deleted");
    cluster().remove(ref_);
    // The cluster itself begins with its pods only 5 s later.
    cluster().request("DELETE", cluster().path({.kind = "Pod", .name_space = name()}));
    try {
      wait_until_gone(ref_, kStuck);
    } catch (const std::exception& e) {
      report_stuck(ref_, e.what());
    }
  } catch (const std::exception& e) {
    ADD_FAILURE() << "namespace " << name() << ": " << e.what();
  }
}

}  // namespace test
