// Setup's part that deploys.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "cli/cluster_config.h"
#include "cli/setup.h"
#include "deploy/deployer.h"
#include "deploy/hook_run.h"
#include "deploy/install_order.h"
#include "deploy/render/hooks.h"
#include "deploy/restart.h"
#include "deploy/sync.h"
#include "deploy/tenancy.h"
#include "deploy/trouble/services.h"
#include "deploy/unanswered_webhooks.h"

namespace harness {

namespace {

/// A new one is ready some 15 s after it was made.
constexpr int kNodesSeconds = 180;
constexpr int kGatewaySeconds = 120;
constexpr int kRemovalSeconds = 300;

constexpr const char* kOtherWaysIn = "has other ways in for the gateway";

/// What can be applied before any node takes pods. Not what could keep Kubernetes' own pods from starting
/// there (webhooks, quotas), and not what gives up by itself (progressDeadlineSeconds): its time runs from
/// the moment when it is applied.
bool can_wait_for_nodes(const Object& object) {
  static const std::set<std::string> kinds{"Namespace",
                                           "ConfigMap",
                                           "Secret",
                                           "Service",
                                           "ServiceAccount",
                                           "Role",
                                           "RoleBinding",
                                           "ClusterRole",
                                           "ClusterRoleBinding",
                                           "PersistentVolumeClaim",
                                           "Deployment",
                                           "StatefulSet",
                                           "DaemonSet"};
  return kinds.contains(object.kind) && install_rank(object) < kWebhookRank &&
         object.body.dump().find("DeadlineSeconds") == std::string::npos;
}

bool same_objects(const Inventory::Records& a, const Inventory::Records& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& one, const auto& other) { return one.first == other.first; });
}

std::string rfc3339_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

using Order = std::map<std::string, std::set<std::string>>;  ///< component -> what it is deployed after

bool comes_after(const Order& order, const std::string& name, const std::string& other) {
  const auto& before = order.at(name);
  return before.contains(other) || std::any_of(before.begin(), before.end(), [&](const auto& one) {
           return comes_after(order, one, other);
         });
}

/// `after:` within the plan; and what a chart makes of the cluster's answers is known before the pods of
/// other components begin with it.
Order order_of_deployment(const Plan& plan, const Context& context) {
  Order order;
  for (const auto& name : plan.components) order[name];
  for (auto& [name, before] : order)
    for (const auto& other : context.project.component(name)->after)
      if (order.contains(other)) before.insert(other);
  for (auto& [name, before] : order)
    for (const auto& other : context.objects.asked_before(*context.project.component(name)))
      if (order.contains(other) && !comes_after(order, other, name)) before.insert(other);
  return order;
}

/// What is said once while a rollout is waited for.
std::string text_of(const std::string& component, const Diagnosis& diagnosis) {
  std::string text = (diagnosis.may_pass ? "waits: " : "stuck: ") + component + ": " + diagnosis.cause;
  for (const auto& line : split(trim(plain_text(diagnosis.evidence)), '\n')) text += "\n  | " + line;
  return diagnosis.hint.empty() ? text : text + "\n  hint: " + diagnosis.hint;
}

}  // namespace

void Setup::add_components(Graph& graph) {
  graph.add({"inventory"}, {{"cluster"}}, [this](std::stop_token stop) {
    inventory_.emplace(*cluster_.api, inventory_namespace(), stop);
    snapshot_.emplace(*cluster_.api);
  });
  graph.add({"nodes"}, {{"cluster"}}, [this](std::stop_token stop) {
    const Phases::Scope phase(context_.phases, "cluster");
    auto task = context_.terminal.start("wait", "nodes");
    if (!context_.is_given)
      Deployer(*cluster_.api)
          .wait_for_nodes(waiting("nodes", kNodesSeconds, task),
                          stop);  // another one's nodes may be as they like
    nodes_.open();
  });
  graph.add({"gateway"}, {{"inventory"}, loaded(gateway_image().name)}, [this](std::stop_token stop) {
    const std::lock_guard lock(gateway_mutex_);
    deploy_gateway(certificates(*inventory_, stop), stop);
  });
  const auto order = order_of_deployment(plan_, context_);
  for (const auto& name : plan_.components) {
    const Component& component = *context_.project.component(name);
    std::vector<StepId> after{{"inventory"}};
    for (const auto& image : context_.objects.images().at(name)) after.push_back(loaded(image));
    for (const auto& other : order.at(name)) after.push_back({"deploy", other});
    graph.add({"deploy", name}, after, [this, &component](std::stop_token stop) {
      for (const auto& other : context_.objects.asked_before(component))
        ask_cluster(*context_.project.component(other), *inventory_);
      ask_cluster(component, *inventory_);
      deploy(component, context_.objects.of(component, references()), stop);
      arrivals_.end(component.name);
    });
    if (has_reach(name)) add_reach(graph, name);
  }
}

bool Setup::has_reach(const std::string& name) const {
  const auto is_its = [&](const auto& one) { return one.component == name; };
  const auto& reach = context_.reach;
  return std::any_of(reach.routes.begin(), reach.routes.end(), is_its) ||
         std::any_of(reach.ingresses.begin(), reach.ingresses.end(), is_its) ||
         std::any_of(reach.tls.begin(), reach.tls.end(), is_its) ||
         std::any_of(reach.objects.begin(), reach.objects.end(), is_its);
}

void Setup::add_reach(Graph& graph, const std::string& name) {
  std::set<StepId> after{{"gateway"}, {"deploy", name}};
  for (const auto& route : context_.reach.routes) {
    if (route.component != name || !route.is_exposed) continue;
    // The Service may be of another component.
    for (const auto& other : plan_.components)
      for (const auto& object : context_.objects.written(*context_.project.component(other)))
        if (object.kind == "Service" && object.name == route.to.service &&
            object.name_space == route.to.name_space)
          after.insert({"deploy", other});
  }
  graph.add({"reach", name}, {after.begin(), after.end()},
            [this, name](std::stop_token stop) { reach(name, stop); });
}

void Setup::deploy_gateway(const Certificates& certificates, std::stop_token stop) {
  const Phases::Scope phase(context_.phases, "deploy");
  auto task = context_.terminal.start("deploy", "gateway");
  const auto objects = gateway(references().at(gateway_image().name), certificates, stop);
  if (roll_out(Inventory::kGateway, objects, hash_of(objects), {kGatewaySeconds}, task, stop) !=
      Found::as_it_was)
    task.done();
  certificates_ = certificates.by_name;
}

Certificates Setup::certificates(const Inventory& inventory, std::stop_token stop) const {
  const auto& tls = context_.reach.tls;
  if (tls.empty()) return {};
  const auto secret_of = [&](const std::string& name_space, const std::string& name) {
    return cluster_.api->get("/api/v1/namespaces/" + name_space + "/secrets/" + name, stop);
  };
  nlohmann::json own;
  for (const auto& [id, record] : inventory.entry(Inventory::kGateway).objects)
    if (id.type.kind == "Secret") own = secret_of(id.name_space, id.name);
  return certificates_of(
      tls, kept_certificate(own), [&](const std::string& name_space, const std::string& name) {
        for (const auto& component : context_.project.components)
          for (const auto& object : context_.objects.written(component))
            if (object.kind == "Secret" && object.name == name && object.name_space == name_space)
              return object.body;
        return secret_of(name_space, name);
      });
}

void Setup::renew_certificates(const std::string& component, std::stop_token stop) {
  const auto& tls = context_.reach.tls;
  if (std::none_of(tls.begin(), tls.end(), [&](const auto& one) { return one.component == component; }))
    return;
  const std::lock_guard lock(gateway_mutex_);
  const auto found = certificates(*inventory_, stop);
  if (found.by_name != certificates_) deploy_gateway(found, stop);
  const auto [begin, end] = found.remarks.equal_range(component);
  for (auto remark = begin; remark != end; ++remark) context_.terminal.info(remark->second);
}

void Setup::reach(const std::string& name, std::stop_token stop) {
  renew_certificates(name, stop);
  const Phases::Scope phase(context_.phases, "deploy");
  const int timeout = context_.project.component(name)->timeout_seconds;
  std::set<std::string> reached;
  for (const auto& route : context_.reach.routes) {
    if (route.component != name || !route.is_exposed) continue;
    if (!reached.insert(route.to.address()).second) continue;
    auto task = context_.terminal.start("reach", shown_url(cluster_.url, route));
    wait_until_reachable(
        cluster_.url, route, waiting(name, timeout, task), [&] { return why_unreachable(route, stop); },
        stop);
  }
  write_route_statuses(name, stop);
  if (context_.is_given) return;
  for (const auto& ingress : context_.reach.ingresses)
    if (ingress.component == name) write_status(*cluster_.api, ingress, cluster_.url, stop);
}

void Setup::write_route_statuses(const std::string& name, std::stop_token stop) const {
  if (context_.is_given) return;  // its own controller may write there
  for (const auto& object : context_.reach.objects)
    if (object.component == name) write_status(*cluster_.api, object, rfc3339_now(), stop);
}

std::vector<Object> Setup::gateway(const std::string& image, const Certificates& certificates,
                                   std::stop_token stop) const {
  const auto manifest = gateway_manifest(context_.project, context_.is_given);
  if (!context_.is_given) return gateway_objects(manifest, image, context_.reach, certificates);
  const auto dns = cluster_.api->get("/api/v1/namespaces/kube-system/services/kube-dns", stop);
  if (!dns.is_object())
    throw Error("the cluster has no Service kube-system/kube-dns, which the gateway asks for names",
                {.exit_code = kDeploy});
  return gateway_objects(manifest, image, context_.reach, certificates, dns["spec"].value("clusterIP", ""),
                         context_.project.name_space);
}

void Setup::claim(const std::vector<Object>& objects, std::stop_token stop) const {
  if (context_.is_given)
    Tenancy(*cluster_.api, context_.instance.name_space()).claim(objects, *inventory_, stop);
}

/// What components.yaml no longer has goes once all else is deployed: an object may have moved to another
/// component.
void Setup::add_removals(Graph& graph) {
  if (!deploys_everything() || !plan_.restarted.empty()) return;
  std::vector<StepId> after{{"inventory"}};
  for (const auto& name : plan_.components) after.push_back({"deploy", name});
  graph.add({"remove components"}, after, [this](std::stop_token stop) {
    std::vector<std::string> names = inventory_->components();
    std::erase_if(names, [&](const auto& name) { return context_.project.component(name) != nullptr; });
    if (names.empty()) return;
    const Phases::Scope phase(context_.phases, "deploy");
    auto task = context_.terminal.start("remove", join(names, ", "));
    applied_ = true;
    const auto kept = inventory_->remove(names, waiting(join(names, ", "), kRemovalSeconds, task),
                                         stop);  // together: one may have what removes another's finalizers
    for (const auto& name : names) synced_.erase(name);
    task.done("no longer in " + context_.project.file.filename().string());
    for (const auto& id : kept)
      context_.terminal.info(id.title() + " stays: it was in the cluster before this project deployed it");
  });
}

Waiting Setup::waiting(const std::string& component, int timeout_seconds, Terminal::Task& task) const {
  return {.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(timeout_seconds),
          .anyway = context_.options.wait_anyway,
          .on_progress = [&task](const std::string& text) { task.note(text); },
          .on_notice =
              [this, component](const std::string& text) {
                context_.terminal.info("note:  " + component + ": " + text);
              },
          .on_trouble =
              [this, component](const Diagnosis& diagnosis) {
                context_.terminal.info(text_of(component, diagnosis));
              },
          .others_come =
              [this, component](bool is_blocked) {
                arrivals_.set_blocked(component, is_blocked);
                return arrivals_.may_come();
              }};
}

std::optional<Diagnosis> Setup::why_unreachable(const Route& route, std::stop_token stop) const {
  const std::string name_space = "/api/v1/namespaces/" + route.to.name_space;
  const auto service = cluster_.api->get(name_space + "/services/" + route.to.service, stop);
  const auto pods = cluster_.api->get(name_space + "/pods", stop);
  std::vector<Object> planned;
  for (const auto& component : context_.project.components)
    for (const auto& object : context_.objects.written(component)) planned.push_back(object);
  return unreachable_service(service, pods.value("items", std::vector<nlohmann::json>{}), planned);
}

Setup::Found Setup::roll_out(const std::string& name, const std::vector<Object>& objects,
                             const std::string& hash, const Limits& limits, Terminal::Task& task,
                             std::stop_token stop) {
  const Deployer deployer(*cluster_.api);
  const auto before = inventory_->entry(name);
  const bool is_new = before.hash != hash, restarts = plan_.restarted.contains(name);
  const auto release = without_hooks(objects);
  if (!is_new && !restarts && deployer.is_there(release, before.mark, *snapshot_, stop))
    return Found::as_it_was;
  applied_ = true;
  remove_unanswered_webhooks(*cluster_.api, objects, waiting(name, limits.timeout_seconds, task), stop);
  inventory_->begin(name, deployer.records(objects, stop), stop);
  if (!std::all_of(objects.begin(), objects.end(), can_wait_for_nodes)) nodes_.pass(stop);
  const HookRun hooks(*cluster_.api, objects, before.hash.empty());
  if (is_new || !restarts) hooks.before(waiting(name, limits.timeout_seconds, task), stop);
  if (restarts) end_pods(*cluster_.api, release, waiting(name, limits.timeout_seconds, task), stop);
  auto deployed =
      deployer.apply(release, limits.may_lose_data, waiting(name, limits.timeout_seconds, task), stop);
  write_route_statuses(name, stop);  // `ready:` may wait for a condition there
  nodes_.pass(stop);
  const bool waited = deployer.wait(deployed, waiting(name, limits.timeout_seconds, task), stop);
  if (is_new || !restarts) hooks.after(waiting(name, limits.timeout_seconds, task), stop);
  deployed.records.merge(deployer.records(objects, stop));  // hooks go with their component, too
  inventory_->end(name, {hash, deployed.records, deployed.mark}, waiting(name, limits.timeout_seconds, task),
                  stop);
  return restarts ? Found::restarted
         : is_new ? Found::new_objects
         : waited ? Found::changed
                  : Found::as_it_was;
}

bool Setup::sync(const Component& component, const std::vector<Object>& objects, const std::string& hash,
                 Terminal::Task& task, std::stop_token stop) {
  const auto& name = component.name;
  const auto deployed = inventory_->entry(name);
  // Its workloads may have these images again, after an undo: then its pods get them in any case, and are as
  // they were made.
  const bool undone = deployed.hash == hash && synced_.contains(name);
  const bool may = component.sync && !context_.options.all && !deployed.hash.empty() &&
                   deployed.hash != hash &&
                   same_objects(Deployer(*cluster_.api).records(objects, stop), deployed.objects);
  if (!undone && !may) return false;
  nodes_.pass(stop);
  applied_ = true;
  if (!synced_.is(name, hash)) synced_.set(name, "");
  const auto changed =
      sync_images(*cluster_.api, objects, waiting(name, component.timeout_seconds, task), stop);
  if (!changed) return false;
  undone ? synced_.erase(name) : synced_.set(name, hash);
  if (*changed == 0)
    ++unchanged_components_;
  else
    task.done(fmt::format("{} pods synced", *changed));
  return true;
}

void Setup::deploy(const Component& component, const std::vector<Object>& objects, std::stop_token stop) {
  const Phases::Scope phase(context_.phases, "deploy");
  const auto& name = component.name;
  auto task = context_.terminal.start("deploy", name);
  const auto hash = hash_of(objects);
  claim(objects, stop);
  if (!plan_.restarted.contains(name) && sync(component, objects, hash, task, stop)) return;
  const auto found =
      roll_out(name, objects, hash, {component.timeout_seconds, component.recreate_data}, task, stop);
  synced_.erase(name);
  if (found == Found::as_it_was) {
    ++unchanged_components_;
    return;
  }
  task.done(found == Found::new_objects ? "" : found == Found::restarted ? "restarted" : "put right");
  if (context_.options.verbose && component.sources.helm) show_notes(component);
}

void Setup::ask_cluster(const Component& component, const Inventory& inventory) const {
  auto& objects = context_.objects;
  if (!objects.has_to_ask(component)) return;
  const Phases::Scope phase(context_.phases, "deploy");
  const auto remarks = objects.ask_cluster(
      component, {.of_cluster = true, .is_upgrade = !inventory.entry(component.name).hash.empty()});
  for (const auto& line : remarks) context_.terminal.info(line);
  const auto now = reach_of(context_.project, objects_of(context_));
  if (nginx_config(now) == nginx_config(context_.reach)) return;
  for (const auto& other : context_.project.components)  // what asked at the same time may be it
    if (describe_reach(now, {other.name}) != describe_reach(context_.reach, {other.name}))
      throw unplanned(other, kOtherWaysIn);
  throw unplanned(component, kOtherWaysIn);
}

void Setup::show_notes(const Component& component) const {
  std::string text;
  try {
    text = context_.objects.notes(component);
  } catch (const Error& e) {
    text = std::string("they cannot be rendered: ") + e.what() + "\n" + trim(e.details.output_tail);
  }
  if (text.empty()) return;
  for (const auto& line : split(plain_text(text), '\n'))
    context_.terminal.verbose("notes " + component.name + " | " + line);
}

}  // namespace harness
