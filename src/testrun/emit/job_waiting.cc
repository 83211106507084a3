#include "testrun/emit/job_waiting.h"

#include <fmt/format.h>

#include "base/text.h"
#include "testrun/emit/order.h"
#include "testrun/emit/pod.h"

namespace harness::testrun {

namespace {

constexpr const char* kFailureLabel = "testrun.harness/failure";
constexpr const char* kKubectlImage = "alpine/k8s:1.34.0";
/// Where programs in pods look for who they are.
constexpr const char* kAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr const char* kAccountVolume = "account";

/// $states has a line a Job: its name, the label of its failure, and its conditions. An API server that does not answer is asked again.
constexpr const char* kFunctions = R"sh(skip() {{
  echo "skipped: $1"
  until kubectl patch job {job} --patch '{{"spec":{{"suspend":true}}}}'; do sleep 2; done
  trap 'exit 0' TERM
  sleep 3600 & wait
  exit 1
}}
look() {{
  states=$(kubectl get jobs --selector {label}={run} --output jsonpath='{{range .items[*]}}{{.metadata.name}} {{.metadata.labels.testrun\.harness/failure}} {{.status.conditions[?(@.status=="True")].type}}{{"\n"}}{{end}}') || states=
}}
ended() {{ printf '%s\n' "$states" | grep -Eq "^$1 .*(Complete|Failed|Suspended)"; }}
failed() {{ printf '%s\n' "$states" | grep -Eq "^$1 .*(Failed|FailureTarget)"; }}
all() {{ for job in $1; do ended "$job" || return 1; done; }}
)sh";

std::string names_of(const Context& context, const Flow& flow, const std::vector<size_t>& nodes) {
  std::vector<std::string> names;
  for (const auto one : nodes) names.push_back(job_name(context, flow.nodes[one]));
  return join(names, " ");
}

std::string script_of(const Context& context, const Flow& flow, size_t index) {
  const auto& node = flow.nodes[index];
  auto text = fmt::format(fmt::runtime(kFunctions), fmt::arg("job", job_name(context, node)), fmt::arg("label", kRunLabel), fmt::arg("run", context.name));
  if (!node.on_exit)
    return text + fmt::format("while :; do\n  look\n  if failed '[^ ]* stops'; then skip 'another step failed'; fi\n  if all '{}'; then exit 0; fi\n  sleep 2\ndone\n", names_of(context, flow, flow.dag.parents(index)));
  const auto before = ancestors(flow, index);
  std::vector<size_t> needed;
  for (const auto one : before)
    if (needs(flow, one, index)) needed.push_back(one);
  text += fmt::format("until look; all '{}'; do sleep 2; done\nphase=Succeeded\nif failed '[^ ]* (stops|continues)'; then phase=Failed; fi\necho $phase >{}/phase\n",
                      names_of(context, context.plan.testflow, context.plan.testflow.dag.order()), kPodFolder);
  if (node.step->condition != Condition::always) text += fmt::format("if [ $phase {} Succeeded ]; then skip \"the testflow: $phase\"; fi\n", node.step->condition == Condition::success ? "!=" : "=");
  if (before.empty()) return text;
  text += "while :; do\n  look\n";
  if (!needed.empty()) text += fmt::format("  for job in {}; do\n    if failed \"$job\"; then skip \"$job failed\"; fi\n  done\n", names_of(context, flow, needed));
  return text + fmt::format("  if all '{}'; then exit 0; fi\n  sleep 2\ndone\n", names_of(context, flow, before));
}

}  // namespace

std::string job_name(const Context& context, const Node& node) { return context.name + "-" + context.names.of(node); }

std::pair<std::string, std::string> failure_label(const Node& node) { return {kFailureLabel, node.on_exit ? "clean-up" : node.continue_on_error ? "continues" : "stops"}; }

bool waits(const Flow& flow, size_t node) { return flow.nodes[node].on_exit || !flow.dag.parents(node).empty(); }

Json wait_container(const Context& context, const Flow& flow, size_t node) {
  return {{"name", "wait"},
          {"image", context.annotation("kubectl-image", kKubectlImage)},
          {"command", {"sh", "-c", unexpanded(script_of(context, flow, node))}},
          {"volumeMounts", Json::array({{{"name", "tm"}, {"mountPath", kPodFolder}}, {{"name", kAccountVolume}, {"mountPath", kAccountFolder}, {"readOnly", true}}})}};
}

Json account_volume() {
  return {{"name", kAccountVolume},
          {"projected",
           {{"sources", Json::array({{{"serviceAccountToken", {{"path", "token"}}}},
                                     {{"configMap", {{"name", "kube-root-ca.crt"}, {"items", Json::array({{{"key", "ca.crt"}, {"path", "ca.crt"}}})}}}},
                                     {{"downwardAPI", {{"items", Json::array({{{"path", "namespace"}, {"fieldRef", {{"fieldPath", "metadata.namespace"}}}}})}}}}})}}}};
}

std::vector<Json> account(const Context& context) {
  const auto metadata = context.metadata(context.name);
  const Json rule{{"apiGroups", {"batch"}}, {"resources", {"jobs"}}, {"verbs", {"get", "list", "patch"}}};
  return {{{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", metadata}},
          {{"apiVersion", "rbac.authorization.k8s.io/v1"}, {"kind", "Role"}, {"metadata", metadata}, {"rules", Json::array({rule})}},
          {{"apiVersion", "rbac.authorization.k8s.io/v1"},
           {"kind", "RoleBinding"},
           {"metadata", metadata},
           {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", context.name}}},
           {"subjects", Json::array({{{"kind", "ServiceAccount"}, {"name", context.name}, {"namespace", context.run.name_space}}})}}};
}

}  // namespace harness::testrun
