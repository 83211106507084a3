// Images that cannot be pulled, or not run on this machine.
#include <re2/re2.h>

#include "deploy/trouble/rules.h"

namespace harness {

namespace {

/// A registry that answers nothing useful now may do so later, and the kubelet tries again after 10 s and 20
/// s.
constexpr std::chrono::seconds kRegistryRecovers{35};

bool is_pull_failure(const std::string& reason) {
  return reason == "ErrImagePull" || reason == "ImagePullBackOff" || reason == "ErrImageNeverPull" ||
         reason == "InvalidImageName";
}

/// Why, in the system's words: the status says it in its first moment, later only that it is waited.
std::string pull_error(const Scene& scene, const Container& container) {
  const auto message = text_at(container.status, "/state/waiting/message");
  if (text_at(container.status, "/state/waiting/reason") != "ImagePullBackOff" ||
      message.find("failed to pull") != std::string::npos)
    return message;
  const auto event = text_at(
      warning_about(scene, container.pod, {"Failed"}, text_at(container.status, "/image")), "/message");
  return event.empty() ? message : event;
}

}  // namespace

std::optional<Diagnosis> wrong_architecture(const Scene& scene) {
  static const RE2 no_platform("no match for platform|no matching manifest"),
      not_a_program("exec format error");
  for (const auto& container : containers(scene)) {
    const std::string image = text_at(container.status, "/image");
    std::string evidence;
    if (is_pull_failure(text_at(container.status, "/state/waiting/reason"))) {
      evidence = pull_error(scene, container);
      if (!RE2::PartialMatch(evidence, no_platform)) continue;
    } else if (!last_end(container).is_null() && !is_running(container)) {
      evidence =
          text_at(last_end(container), "/message") + "\n" + scene.log(container.pod_name(), container.name());
      if (!RE2::PartialMatch(evidence, not_a_program)) continue;
    } else {
      continue;
    }
    return Diagnosis{
        .cause = container.title() + ": the image " + image + " is for another architecture than the node's",
        .evidence = evidence,
        .hint =
            "build it for the node's architecture (docker build --platform, GOARCH); a script needs #! in "
            "its first line"};
  }
  return std::nullopt;
}

std::optional<Diagnosis> image_not_pulled(const Scene& scene) {
  static const RE2 no_platform("no match for platform|no matching manifest"),
      not_there("not found|NotFound|manifest unknown|name unknown|does not exist"),
      refused(
          "unauthorized|authorization failed|failed to authorize|no basic auth credentials|denied|403 "
          "Forbidden"),
      no_host("no such host"), untrusted("x509: |failed to verify certificate"),
      unreachable(
          "connection refused|timeout|deadline exceeded|EOF|reset by peer|no route to host|network is "
          "unreachable|50[0234] |429 ");
  for (const auto& container : containers(scene)) {
    const std::string reason = text_at(container.status, "/state/waiting/reason");
    if (!is_pull_failure(reason)) continue;
    const std::string image = text_at(container.status, "/image"), evidence = pull_error(scene, container);
    if (RE2::PartialMatch(evidence, no_platform) || evidence.find("pull QPS exceeded") != std::string::npos)
      continue;  // the latter is the kubelet's own pace
    Diagnosis found{.cause = container.title() + ": the image " + image, .evidence = evidence, .hint = ""};
    const std::string elsewhere =
        "the cluster's registry has only the images of components.yaml: add it there, with pull: if it is "
        "not built here";
    if (reason == "InvalidImageName") {
      found.cause += " has no valid name";
      found.hint = "fix image: in its manifest";
    } else if (reason == "ErrImageNeverPull") {
      found.cause += " is not on the node, and imagePullPolicy is Never";
      found.hint = "leave imagePullPolicy out";
    } else if (RE2::PartialMatch(evidence, no_host)) {
      found.cause += " cannot be pulled: its registry's name is unknown here";
      found.hint = elsewhere;
    } else if (RE2::PartialMatch(evidence, untrusted)) {
      found.cause += " cannot be pulled: the node does not believe the registry's certificate";
      found.hint =
          "for the registry of components.yaml the next run tells nodes of the authority in "
          "/etc/docker/certs.d/HOST/ca.crt; " +
          elsewhere;
    } else if (RE2::PartialMatch(evidence, unreachable)) {
      found.cause += " cannot be pulled: its registry does not answer";
      found.hint = elsewhere;
      found.must_last = kRegistryRecovers;
    } else if (RE2::PartialMatch(evidence, refused)) {
      found.cause += " cannot be pulled: the registry refuses access";
      found.hint =
          "check its name; nodes have no login of yours: give the pod imagePullSecrets, or the nodes a login "
          "(docs/components.md#registry); " +
          elsewhere;
    } else if (RE2::PartialMatch(evidence, not_there)) {
      found.cause += " is not in the registry";
      found.hint = "check its name and tag; " + elsewhere;
    } else {
      found.cause += " cannot be pulled";
      found.hint = elsewhere;
    }
    return found;
  }
  return std::nullopt;
}

}  // namespace harness
