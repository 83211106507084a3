#include "testrun/emit/job_waiting.h"

#include "base/text.h"
#include "jobs_sh.h"
#include "testrun/emit/order.h"
#include "testrun/emit/pod.h"
#include "wait_in_on_exit_sh.h"
#include "wait_in_testflow_sh.h"

namespace harness::testrun {

namespace {

constexpr const char* kFailureLabel = "testrun.harness/failure";
constexpr const char* kKubectlImage = "alpine/k8s:1.34.0";
/// Where programs in pods look for who they are.
constexpr const char* kAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr const char* kAccountVolume = "account";

std::string names_of(const Context& context, const Flow& flow, const std::vector<size_t>& nodes) {
  std::vector<std::string> names;
  for (const auto one : nodes) names.push_back(job_name(context, flow.nodes[one]));
  return join(names, " ");
}

/// What its program (scripts/) is told.
Json variables_of(const Context& context, const Flow& flow, size_t index) {
  const auto& node = flow.nodes[index];
  auto env = Json::array();
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) env.push_back({{"name", name}, {"value", value}});
  };
  add("JOB", job_name(context, node));
  add("SELECTOR", kRunLabel + "=" + context.name);
  if (!node.on_exit) {
    add("BEFORE", names_of(context, flow, flow.dag.parents(index)));
    return env;
  }
  const auto before = ancestors(flow, index);
  std::vector<size_t> needed;
  for (const auto one : before)
    if (needs(flow, one, index)) needed.push_back(one);
  const auto condition = node.step->condition;
  add("TESTFLOW", names_of(context, context.plan.testflow, context.plan.testflow.dag.order()));
  add("CONDITION", condition == Condition::always    ? "always"
                   : condition == Condition::success ? "success"
                                                     : "error");
  add("BEFORE", names_of(context, flow, before));
  add("NEEDED", names_of(context, flow, needed));
  return env;
}

}  // namespace

std::string job_name(const Context& context, const Node& node) {
  return context.name + "-" + context.names.of(node);
}

std::pair<std::string, std::string> failure_label(const Node& node) {
  return {kFailureLabel, node.on_exit ? "clean-up" : node.continue_on_error ? "continues" : "stops"};
}

bool waits(const Flow& flow, size_t node) {
  return flow.nodes[node].on_exit || !flow.dag.parents(node).empty();
}

Json wait_container(const Context& context, const Flow& flow, size_t node) {
  return {{"name", "wait"},
          {"image", context.annotation("kubectl-image", kKubectlImage)},
          {"command",
           {"sh", "-c",
            unexpanded(std::string(kJobsSh) +
                       std::string(flow.nodes[node].on_exit ? kWaitInOnExitSh : kWaitInTestflowSh))}},
          {"env", variables_of(context, flow, node)},
          {"volumeMounts",
           Json::array({{{"name", "tm"}, {"mountPath", kPodFolder}},
                        {{"name", kAccountVolume}, {"mountPath", kAccountFolder}, {"readOnly", true}}})}};
}

Json account_volume() {
  return {{"name", kAccountVolume},
          {"projected",
           {{"sources",
             Json::array(
                 {{{"serviceAccountToken", {{"path", "token"}}}},
                  {{"configMap",
                    {{"name", "kube-root-ca.crt"},
                     {"items", Json::array({{{"key", "ca.crt"}, {"path", "ca.crt"}}})}}}},
                  {{"downwardAPI",
                    {{"items", Json::array({{{"path", "namespace"},
                                             {"fieldRef", {{"fieldPath", "metadata.namespace"}}}}})}}}}})}}}};
}

std::vector<Json> account(const Context& context) {
  const auto metadata = context.metadata(context.name);
  const Json rule{{"apiGroups", {"batch"}}, {"resources", {"jobs"}}, {"verbs", {"get", "list", "patch"}}};
  return {
      {{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", metadata}},
      {{"apiVersion", "rbac.authorization.k8s.io/v1"},
       {"kind", "Role"},
       {"metadata", metadata},
       {"rules", Json::array({rule})}},
      {{"apiVersion", "rbac.authorization.k8s.io/v1"},
       {"kind", "RoleBinding"},
       {"metadata", metadata},
       {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", context.name}}},
       {"subjects",
        Json::array(
            {{{"kind", "ServiceAccount"}, {"name", context.name}, {"namespace", context.run.name_space}}})}}};
}

}  // namespace harness::testrun
