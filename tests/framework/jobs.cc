#include "framework/jobs.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "framework/environment.h"

namespace test {

using nlohmann::json;

CiJob::CiJob(const std::string& name, const Spec& spec) {
  const auto slash = spec.repo.find('/');
  json labels = {{"ci.harness/managed", "true"},
                 {"ci.harness/job", name},
                 {"ci.harness/org", spec.repo.substr(0, slash)},
                 {"ci.harness/repo", spec.repo.substr(slash + 1)},
                 {"ci.harness/sha", spec.sha}};
  for (const auto& [key, value] : spec.labels) labels[key] = value;
  json annotations = {{"ci.harness/context", spec.context}};
  for (const auto& [key, value] : spec.annotations) annotations[key] = value;
  const json pod = {
      {"restartPolicy", "Never"},
      {"terminationGracePeriodSeconds", 1},
      {"initContainers",
       {{{"name", "clonerefs"}, {"image", image("debian-git")}, {"command", spec.clone_command}}}},
      {"containers", {{{"name", "test"}, {"image", image("debian-git")}, {"command", spec.command}}}}};
  ref_ = cluster().apply(
      {{"apiVersion", "batch/v1"},
       {"kind", "Job"},
       {"metadata",
        {{"name", name}, {"namespace", spec.name_space}, {"labels", labels}, {"annotations", annotations}}},
       {"spec",
        {{"backoffLimit", 0},
         {"activeDeadlineSeconds", 300},
         {"template", {{"metadata", {{"labels", labels}}}, {"spec", pod}}}}}});
}

CiJob::~CiJob() {
  try {
    cluster().remove(ref_);
  } catch (const std::exception& e) {
    std::cerr << "cannot delete job " << name() << ": " << e.what() << std::endl;
  }
}

}  // namespace test
