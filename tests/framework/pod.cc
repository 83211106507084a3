#include "framework/pod.h"

#include <gtest/gtest.h>

#include <exception>
#include <fstream>
#include <iostream>

#include "framework/environment.h"
#include "framework/pod_state.h"

namespace test {

using nlohmann::json;

namespace {

std::string log_of(const Ref& pod, const std::string& container) {
  const std::string title = "\nlog of " + container + ":\n";
  try {
    return title + logs(pod, container);
  } catch (const std::exception& e) {  // it never started
    return title + e.what() + "\n";
  }
}

}  // namespace

Pod::Pod(const std::string& name, json spec, const std::string& name_space) {
  spec["restartPolicy"] = "Never";
  spec["activeDeadlineSeconds"] = 300;
  spec["terminationGracePeriodSeconds"] = 1;
  ref_ = cluster().apply({{"apiVersion", "v1"},
                          {"kind", "Pod"},
                          {"metadata", {{"name", name}, {"namespace", name_space}}},
                          {"spec", spec}});
}

Pod::~Pod() {
  try {
    if (testing::Test::HasFailure() || std::uncaught_exceptions() > 0) save_pod(ref_);
    cluster().remove(ref_);
  } catch (const std::exception& e) {
    std::cerr << "cannot delete pod " << ref_.name << ": " << e.what() << std::endl;
  }
}

void save_pod(const Ref& ref) {
  try {
    const std::string file = required_env("HARNESS_ARTIFACTS") + "/pod-" + ref.name + ".txt";
    const auto pod = cluster().get(ref);
    std::ofstream out(file);
    out << to_string(ref) << ": " << pod_state(pod) << "\nevents:\n" << events_of(ref);
    const auto spec = pod.is_null() ? json::object() : pod.at("spec");
    for (const char* list : {"initContainers", "containers"})
      for (const auto& container : spec.value(list, json::array())) out << log_of(ref, container.at("name"));
    std::cerr << "what is known of pod " << ref.name << " is in " << file << std::endl;
  } catch (const std::exception& e) {
    std::cerr << "cannot keep what is known of pod " << ref.name << ": " << e.what() << std::endl;
  }
}

std::string logs(const Ref& pod, const std::string& container) {
  return cluster().request("GET", cluster().path(pod) + "/log?container=" + container);
}

Result exec(const Ref& pod, const std::string& container, const std::vector<std::string>& args,
            const std::string& input) {
  Command command{.args = {"kubectl", "--kubeconfig", required_env("KUBECONFIG"), "exec", pod.name,
                           "--namespace=" + pod.name_space, "--container=" + container},
                  .input = input};
  if (!input.empty()) command.args.push_back("--stdin");
  command.args.push_back("--");
  command.args.insert(command.args.end(), args.begin(), args.end());
  return run(command);
}

}  // namespace test
