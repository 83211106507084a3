#include "framework/kubectl.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <stdexcept>

#include "framework/environment.h"

namespace test {

namespace {

/// Phase first, then why a container is not running yet. (kubectl ends a watch whose jsonpath has a range.)
constexpr const char* kState =
    "go-template={{.status.phase}}{{range .status.initContainerStatuses}}{{with .state.waiting}} {{.reason}}{{end}}{{end}}"
    "{{range .status.containerStatuses}}{{with .state.waiting}} {{.reason}}{{end}}{{end}}{{\"\\n\"}}";

bool cannot_start(std::string_view state) {
  for (const auto* reason : {"ErrImagePull", "ImagePullBackOff", "InvalidImageName",
                             "CreateContainerConfigError", "CreateContainerError"})
    if (state.find(reason) != std::string_view::npos) return true;
  return false;
}

Result try_kubectl(std::vector<std::string> args, const std::string& input = "") {
  args.insert(args.begin(), {"kubectl", "--kubeconfig", required_env("KUBECONFIG")});
  return run({.args = std::move(args), .input = input});
}

}  // namespace

std::string kubectl(std::vector<std::string> args, const std::string& input) {
  std::string line = "kubectl";
  for (const auto& arg : args) line += " " + arg;
  const Result result = try_kubectl(std::move(args), input);
  if (!result.ok()) throw std::runtime_error(line + ": " + result.text());
  return result.out;
}

Pod::Pod(const std::string& name, nlohmann::json spec) : name_(name) {
  spec["restartPolicy"] = "Never";
  spec["activeDeadlineSeconds"] = 300;
  spec["terminationGracePeriodSeconds"] = 1;
  const nlohmann::json pod = {
      {"apiVersion", "v1"},
      {"kind", "Pod"},
      {"spec", spec},
      {"metadata", {{"name", name}, {"namespace", "default"}, {"labels", {{"app", "harness-test"}}}}}};
  kubectl({"apply", "-f", "-"}, pod.dump());
}

/// What is gone with the pod: its events, states and logs.
void Pod::save() const {
  const std::string file = required_env("HARNESS_ARTIFACTS") + "/pod-" + name_ + ".txt";
  std::ofstream(file)
      << try_kubectl({"describe", "pod", name_, "--namespace=default"}).out << "\n"
      << try_kubectl({"logs", name_, "--namespace=default", "--all-containers", "--prefix"}).text();
  std::cerr << "what is known of pod " << name_ << " is in " << file << std::endl;
}

Pod::~Pod() {
  try {
    if (testing::Test::HasFailure()) save();
    const Result result =
        try_kubectl({"delete", "pod", name_, "--namespace=default", "--ignore-not-found", "--wait=false"});
    if (!result.ok()) std::cerr << "cannot delete pod " << name_ << ": " << result.text() << std::endl;
  } catch (const std::exception& e) {
    std::cerr << "cannot delete pod " << name_ << ": " << e.what() << std::endl;
  }
}

std::string Pod::wait_until_ended(std::chrono::seconds deadline) {
  std::string state;
  const auto ended = [&state](std::string_view line) {
    state = line;
    return state.starts_with("Succeeded") || state.starts_with("Failed") || cannot_start(state);
  };
  const Result watch = run({.args = {"kubectl", "--kubeconfig", required_env("KUBECONFIG"), "get", "pod",
                                     name_, "--namespace=default", "--watch", "--output", kState},
                            .timeout = deadline,
                            .until = ended});
  if (watch.enough && !cannot_start(state)) return state.substr(0, state.find(' '));
  throw std::runtime_error("pod " + name_ + (watch.enough ? " cannot start: " : " did not end; last seen: ") +
                           state + watch.err + "\n" +
                           try_kubectl({"describe", "pod", name_, "--namespace=default"}).out);
}

std::string Pod::logs(const std::string& container) const {
  return kubectl({"logs", name_, "--namespace=default", "--container", container});
}

}  // namespace test
