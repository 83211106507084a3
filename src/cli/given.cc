#include "cli/given.h"

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/scope.h"
#include "cluster/given_cluster.h"
#include "deploy/tenancy.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kConnect{20}, kPatience{60};

bool may(const KubeApi& api, const Json& attributes, std::stop_token stop) {
  const auto review = api.ask("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                              {{"apiVersion", "authorization.k8s.io/v1"},
                               {"kind", "SelfSubjectAccessReview"},
                               {"spec", {{"resourceAttributes", attributes}}}},
                              stop);
  return review.value(Json::json_pointer("/status/allowed"), false);
}

}  // namespace

bool is_in_given_cluster(const Options& options, const Instance& instance) {
  const auto state = instance.state();
  return !options.kubeconfig.empty() || (state && !state->given.empty());
}

void adopt_cluster(const Options& options, const Instance& instance, Terminal& terminal,
                   std::stop_token stop) {
  const auto state = instance.state();
  if (options.kubeconfig.empty())
    return terminal.info("in the cluster at " + state->given + ", which -kubeconfig named, in namespace " +
                         instance.name_space());
  const auto given = read_kubeconfig(options.kubeconfig, options.context, instance.name_space(), stop);
  if (state && state->given != given.server)
    throw Error("instance " + options.name +
                    (state->given.empty() ? " has a cluster of its own, " + instance.cluster()
                                          : " is in the cluster at " + state->given),
                {.hint = "-teardown leaves it; -name=OTHER is another instance", .exit_code = kUsage});
  write_file_atomically(instance.kubeconfig(), given.text);
  instance.save({.url = "", .given = given.server});
}

std::string withdraw_from_cluster(const Context& context) {
  if (!context.instance.state()) return "nothing to delete";
  const KubeApi api(context.instance.kubeconfig(), kConnect, {});
  remove_leftovers(api, leftovers_in_scope(context, api, {}), kPatience, {});
  const auto names = Tenancy(api, context.instance.name_space()).withdraw({});
  context.instance.forget();
  return "deleted; the cluster stays" +
         (names.empty() ? "" : ", without " + join({names.begin(), names.end()}, ", "));
}

std::vector<Check> given_checks(const Context& context, std::chrono::milliseconds patience,
                                std::stop_token stop) {
  using Level = Check::Level;
  const auto& o = context.options;
  const TempDir dir;
  auto kubeconfig = context.instance.kubeconfig();
  std::vector<Check> checks;
  try {
    if (!o.kubeconfig.empty()) {
      kubeconfig = dir.path() / "kubeconfig";
      write_file_atomically(
          kubeconfig, read_kubeconfig(o.kubeconfig, o.context, context.instance.name_space(), stop).text);
    }
    const KubeApi api(kubeconfig, std::chrono::ceil<std::chrono::seconds>(patience), stop);
    const Json version = api.get("/version", stop);
    checks.push_back({"cluster", Level::fine,
                      version.is_object() ? "answers, " + version.value("gitVersion", "") : "answers"});
    if (may(api, {{"verb", "create"}, {"resource", "namespaces"}}, stop))
      checks.push_back({"permissions", Level::fine, "namespaces may be made"});
    else
      checks.push_back(
          {"permissions", Level::error, "the kubeconfig's user may not make namespaces",
           "kubectl auth can-i create namespaces --kubeconfig " +
               shell_quoted({o.kubeconfig.empty() ? kubeconfig.string() : o.kubeconfig.string()})});
    reach_registry(context.project.registry, kind_nodes(api, stop), stop);
    checks.push_back({"images", Level::fine, "the cluster can have them"});
  } catch (const Error& e) {
    checks.push_back({checks.empty() ? "cluster" : "images", Level::error, e.what(), e.details.hint});
  }
  return checks;
}

}  // namespace harness
