#include "lib/job.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/hash.h"

namespace ci {

using Json = nlohmann::json;

namespace {

std::string text_of(const Json& object, const char* part, const std::string& name) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->contains(part)) return "";
  return (*metadata)[part].value(name, "");
}

/// A Job's name becomes a label of its pods: at most 63 characters.
std::string job_name(const std::string& name, const std::string& key) {
  std::string short_name = name.substr(0, 40);
  std::transform(short_name.begin(), short_name.end(), short_name.begin(),
                 [](unsigned char c) { return std::isalnum(c) ? std::tolower(c) : '-'; });
  return "ci-" + short_name + "-" + sha256_hex(key).substr(0, 12);
}

/// A label's value: at most 63 characters of a small set.
std::string label_value(std::string text) {
  for (char& c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') c = '_';
  return text.substr(0, 63);
}

std::vector<std::string> clone_args(const Refs& refs) {
  std::vector<std::string> args{"-repo=" + refs.clone_url, "-base-ref=" + refs.base_ref,
                                "-dir=/workspace/" + refs.repo};
  if (!refs.base_sha.empty()) args.push_back("-base-sha=" + refs.base_sha);
  for (const auto& pull : refs.pulls) args.push_back(fmt::format("-pull={}:{}", pull.number, pull.sha));
  return args;
}

const Json* condition(const Json& job, const std::string& type) {
  if (!job.contains("status") || !job.at("status").contains("conditions")) return nullptr;
  for (const auto& one : job.at("status").at("conditions"))
    if (one.value("type", "") == type && one.value("status", "") == "True") return &one;
  return nullptr;
}

bool cloning_failed(const Json& pod) {
  if (!pod.contains("status")) return false;
  for (const auto& container : pod.at("status").value("initContainerStatuses", Json::array()))
    if (container.at("state").contains("terminated") &&
        container["state"]["terminated"].value("exitCode", 0) != 0)
      return true;
  return false;
}

bool command_ran(const Json& pod) {
  if (!pod.contains("status")) return false;
  for (const auto& container : pod.at("status").value("containerStatuses", Json::array()))
    if (container.at("state").contains("terminated")) return true;
  return false;
}

}  // namespace

std::string label_of(const Json& object, const std::string& name) { return text_of(object, "labels", name); }
std::string annotation_of(const Json& object, const std::string& name) {
  return text_of(object, "annotations", name);
}
std::string name_of(const Json& object) {
  return object.contains("metadata") ? object.at("metadata").value("name", "") : "";
}

Json make_job(const Work& work, const Refs& refs, const std::string& key,
              const std::string& clonerefs_image) {
  Json labels = {{label::kManaged, "true"},
                 {label::kName, label_value(work.name)},
                 {label::kOrg, label_value(refs.org)},
                 {label::kRepo, label_value(refs.repo)},
                 {label::kSha, label_value(refs.pulls.empty() ? refs.base_sha : refs.pulls.back().sha)}};
  if (!refs.pulls.empty()) labels[label::kPull] = std::to_string(refs.pulls.back().number);
  if (!work.tenant.empty()) labels[label::kTenant] = label_value(work.tenant);
  const Json volume = Json::array({{{"name", "workspace"}, {"mountPath", "/workspace"}}});
  const Json pod = {{"restartPolicy", "Never"},
                    {"terminationGracePeriodSeconds", 1},
                    {"automountServiceAccountToken", false},
                    {"volumes", Json::array({{{"name", "workspace"}, {"emptyDir", Json::object()}}})},
                    {"initContainers", Json::array({{{"name", "clonerefs"},
                                                     {"image", clonerefs_image},
                                                     {"args", clone_args(refs)},
                                                     {"volumeMounts", volume}}})},
                    {"containers", Json::array({{{"name", "test"},
                                                 {"image", work.image},
                                                 {"command", work.command},
                                                 {"workingDir", "/workspace/" + refs.repo},
                                                 {"volumeMounts", volume}}})}};
  return {{"apiVersion", "batch/v1"},
          {"kind", "Job"},
          {"metadata",
           {{"name", job_name(work.name, key)},
            {"labels", labels},
            {"annotations", {{annotation::kContext, work.context}}}}},
          {"spec",
           {{"backoffLimit", 0},
            {"activeDeadlineSeconds", work.timeout_seconds},
            {"template", {{"metadata", {{"labels", labels}}}, {"spec", pod}}}}}};
}

Json copy_of(const Json& job, const std::string& key) {
  // Of the template's labels only ours stay: the cluster's own name the first job.
  Json labels = Json::object(), annotations = Json::object();
  for (const auto& [name, value] : job.at("metadata").at("labels").items())
    if (name.starts_with("ci.harness/")) labels[name] = value;
  const Json given = job.at("metadata").value("annotations", Json::object());
  for (const auto& [name, value] : given.items())
    if (name.starts_with("ci.harness/") && name != annotation::kReported) annotations[name] = value;
  return {{"apiVersion", "batch/v1"},
          {"kind", "Job"},
          {"metadata",
           {{"name", job_name(label_of(job, label::kName), key)},
            {"labels", labels},
            {"annotations", annotations}}},
          {"spec",
           {{"backoffLimit", 0},
            {"activeDeadlineSeconds", job.at("spec").value("activeDeadlineSeconds", 600)},
            {"template",
             {{"metadata", {{"labels", labels}}}, {"spec", job.at("spec").at("template").at("spec")}}}}}};
}

bool has_ended(const Json& job) { return condition(job, "Complete") || condition(job, "Failed"); }

State state_of(const Json& job, const std::vector<Json>& pods) {
  if (condition(job, "Complete")) return State::success;
  const auto* failed = condition(job, "Failed");
  if (!failed) return State::pending;
  const bool too_long = failed->value("reason", "") == "DeadlineExceeded";
  const bool no_clone = std::any_of(pods.begin(), pods.end(), cloning_failed);
  const bool ran = std::any_of(pods.begin(), pods.end(), command_ran);
  return too_long || no_clone || !ran ? State::error : State::failure;
}

std::string to_string(State state) {
  switch (state) {
    case State::pending:
      return "pending";
    case State::success:
      return "success";
    case State::failure:
      return "failure";
    case State::error:
      return "error";
  }
  return "";
}

}  // namespace ci
