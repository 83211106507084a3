#include "cli/setup.h"

#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "base/text.h"
#include "cli/cleanliness.h"
#include "cli/doctor/doctor.h"
#include "cli/outside_images.h"
#include "cli/scope.h"
#include "cluster/docker.h"
#include "cluster/given_cluster.h"
#include "cluster/registry_container.h"
#include "cluster/state_files.h"
#include "config/registry_host.h"
#include "deploy/tenancy.h"
#include "image/registry.h"

namespace harness {

namespace {

/// What has failed where a step of that kind does.
ExitCode code_of(const StepId& step) {
  static const std::set<std::string> building{"builder", "image", "list tests", "list deployed tests",
                                              "select tests"},
      deploying{"inventory", "gateway", "deploy", "reach", "remove components"};
  return building.contains(step.kind) ? kBuild : deploying.contains(step.kind) ? kDeploy : kCluster;
}

constexpr int kNamesSeconds = 120;  ///< for CoreDNS of a new cluster, some 10 s

/// The components that are deployed, and what each comes after.
std::map<std::string, std::vector<std::string>> order_of(const Plan& plan, const Project& project) {
  std::map<std::string, std::vector<std::string>> order;
  for (const auto& name : plan.components) order[name] = project.component(name)->after;
  return order;
}

}  // namespace

Setup::Setup(Plan plan, const Context& context)
    : plan_(std::move(plan)),
      context_(context),
      run_id_(new_run_id(context)),
      before_(read_texts(context.instance.images_file())),
      builder_(context.project, before_,
               [&context] { return own_registry_container(context.project.registry); }),
      arrivals_(order_of(plan_, context.project)),
      synced_(context.instance.synced_file()) {}

void Setup::connect() {
  decide_url();
  if (context_.is_given)
    cluster_ = join_given_cluster(context_.instance, "", gateway_port_, {});
  else
    cluster_ = {std::make_unique<KubeApi>(context_.instance.kubeconfig()), context_.instance.state()->url};
}

void Setup::run(Cleaning cleaning, std::stop_token stop) {
  Graph graph(code_of);
  const auto of_outside = outside_images(context_.project, plan_.components, context_.objects);
  if (plan_.tests || plan_.cluster != Plan::Cluster::none) decide_url();
  auto built = add_builders(graph, plan_);
  if (plan_.tests) add_tests(graph, std::move(built));
  if (plan_.cluster != Plan::Cluster::none) {
    require_tools(!context_.is_given);
    if (!context_.is_given)
      found_ = std::async(std::launch::async,
                          [this] { return find_cluster(context_.instance, context_.project.registry); });
    if (context_.is_given && (context_.project.gateway_port > 0 || !context_.reach.streams.empty()))
      throw Error("gateway: {port: ..} and ports: work only in clusters that the harness made",
                  {.hint = "a given cluster has no ports on this machine; kubectl port-forward opens one",
                   .exit_code = kUsage});
    if (!context_.is_given && plan_.cluster == Plan::Cluster::ensure && !context_.instance.state()) {
      examine_before_creation(context_);
      expect_free_ports(context_.instance, cluster_config());
    }
    for (const auto& line : new_outside_images(of_outside, context_.instance)) context_.terminal.info(line);
    add_cluster(graph);
    add_hermetic(graph);
    add_images(graph);
    if (context_.is_given) add_loads(graph);
    add_components(graph);
    add_removals(graph);
  }
  add_cleaning(graph, cleaning);
  graph.run(stop);
  if (plan_.cluster == Plan::Cluster::none) return;
  if (!context_.is_given) settle(context_.instance, cluster_.nodes);
  if (unchanged_images_ + unchanged_components_ > 0)
    context_.terminal.info(fmt::format("unchanged {} of {} images, {} of {} components",
                                       unchanged_images_.load(), plan_.images.size(),
                                       unchanged_components_.load(), plan_.components.size()));
  // Images that this plan did not make keep what was deployed last.
  update_texts(context_.instance.images_file(), references());
  update_texts(context_.instance.sources_file(), sources_);
  remember_outside_images(of_outside, context_.instance);
  for (const auto& line : synced_.remarks()) context_.terminal.info(line);
  if (const auto names = not_looked_at(); !names.empty())
    context_.terminal.info("not looked at, since they list no inputs: " + join(names, ", "));
  wait_until_steady(stop);
  remove_late_jobs(stop);
  if (plan_.restarted.empty()) expect_fresh(stop);
}

ClusterConfig Setup::cluster_config() const {
  const auto& project = context_.project;
  ClusterConfig config{kind_config(project), project.hermetic, gateway_port_};
  config.is_exact = project.gateway_port > 0;
  if (config.is_exact) config.gateway_port = project.gateway_port;
  for (const auto& component : project.components)
    config.ports.insert(config.ports.end(), component.ports.begin(), component.ports.end());
  return config;
}

std::vector<StepId> Setup::add_builders(Graph& graph, const Plan& plan) {
  std::vector<StepId> steps;
  for (const auto& entry : plan.builders) {
    const std::string& builder = entry.first;
    const std::vector<StepId> after(images_by_inputs(plan, context_.project, builder).empty() ? 0 : 1,
                                    {"registry"});
    steps.push_back({"builder", builder});
    graph.add(
        steps.back(), after,
        [this, builder, &plan](std::stop_token stop) { call_builder(builder, plan, stop); },
        Graph::WhenAnotherFails::finish);
  }
  return steps;
}

void Setup::call_builder(const std::string& builder, const Plan& plan, std::stop_token stop) {
  const auto images = images_by_inputs(plan, context_.project, builder);
  auto targets = targets_in_any_case(plan, context_.project, builder);
  {
    const std::lock_guard lock(mutex_);
    for (const auto& target : built_[builder]) targets.erase(target);
  }
  if (targets.empty() && images.empty()) return;
  const Phases::Scope phase(context_.phases, "build");
  auto task = context_.terminal.start("build", builder);
  builder_.build(
      builder, targets, images, plan.forced, [&](std::string_view text) { task.output(text); }, stop);
  task.done();
  const std::lock_guard lock(mutex_);
  built_[builder].merge(targets);
}

void Setup::add_cleaning(Graph& graph, Cleaning cleaning) {
  if (plan_.clear.empty() && cleaning == Cleaning::none) return;
  std::vector<StepId> after(plan_.cluster == Plan::Cluster::none ? 0 : 1, {"nodes"});
  if (plan_.tests) after.push_back(before_deployment());  // the reports say which tests are not run
  graph.add({"leftovers"}, after, [this, cleaning](std::stop_token stop) {
    if (!plan_.clear.empty()) clear_leftovers(plan_.clear, context_, *cluster_.api, stop);
    if (cleaning == Cleaning::refuse && !means_all(plan_.clear))
      refuse_leftovers(context_, *cluster_.api, stop);
  });
}

void Setup::add_cluster(Graph& graph) {
  graph.add({"registry"}, {}, [this](std::stop_token stop) {
    const auto& registry = context_.project.registry;
    if (is_local_registry(registry))
      ensure_registry(registry, stop);
    else
      RegistryClient(registry, stop).require();
  });
  graph.add({"cluster"}, {{"registry"}}, [this](std::stop_token stop) {
    const Phases::Scope phase(context_.phases, "cluster");
    if (context_.is_given) {
      cluster_ = join_given_cluster(context_.instance, context_.project.registry, gateway_port_, stop);
      Tenancy(*cluster_.api, context_.instance.name_space()).claim(context_.instance.name_space(), stop);
      return;
    }
    cluster_ = ensure_cluster(context_.instance, found_.get(), context_.project.registry, cluster_config(),
                              plan_.cluster == Plan::Cluster::ensure, context_.terminal, stop);
    tell_nodes(stop);
  });
  graph.add({"firewall"}, {{"cluster"}}, [this](std::stop_token) {
    if (cluster_.firewall.valid()) cluster_.firewall.get();
  });
}

/// Of a registry that is elsewhere, as this machine reaches it.
void Setup::tell_nodes(std::stop_token stop) const {
  const auto& registry = context_.project.registry;
  if (is_local_registry(registry)) return;
  const auto hosts = RegistryClient(registry, stop).node_hosts();
  for (const auto& node : cluster_.nodes)
    tell_node_of(node.name, registry_host(registry), hosts.toml, hosts.authorities, stop);
}

void Setup::watch_outside() {
  if (!context_.project.hermetic) return;
  std::map<std::string, std::string> workloads;
  for (const auto& component : context_.project.components)
    for (const auto& object : context_.objects.written(component))
      workloads[workload_key(object)] = component.name;
  std::vector<std::string> names;
  for (const auto& node : cluster_.nodes.empty() ? nodes(context_.instance.cluster()) : cluster_.nodes)
    names.push_back(node.name);
  hermetic_.emplace(*cluster_.api, std::move(names), context_.project, std::move(workloads),
                    context_.phases.begin(),
                    [this](const auto& text) { context_.terminal.info("warning: " + text); });
}

std::vector<OutsideAttempt> Setup::outside(std::stop_token stop) const {
  return hermetic_ ? hermetic_->attempts(stop) : std::vector<OutsideAttempt>{};
}

void Setup::add_hermetic(Graph& graph) {
  if (!context_.project.hermetic) return;
  graph.add({"hermetic"}, {{"cluster"}}, [this](std::stop_token stop) {
    const Phases::Scope phase(context_.phases, "cluster");
    watch_outside();
    hermetic_->configure(stop);
  });
  graph.add({"names"}, {{"hermetic"}, {"nodes"}}, [this](std::stop_token stop) {
    const Phases::Scope phase(context_.phases, "cluster");
    auto task = context_.terminal.start("wait", "names");
    // What waited for a node that was started again has waited for CoreDNS, too: its Service is another
    // matter.
    const bool is_new = std::any_of(cluster_.nodes.begin(), cluster_.nodes.end(),
                                    [](const Node& node) { return node.is_new_start; });
    hermetic_->wait_for_names(waiting("coredns", kNamesSeconds, task), is_new, stop);
  });
}

void Setup::make_image(const Image& image, std::stop_token stop) {
  const Phases::Scope phase(context_.phases, "build");
  auto task = context_.terminal.start("image", image.name);
  std::string reference;
  try {
    reference = builder_.make(
        image, plan_.forced.contains(image.name), [&](std::string_view text) { task.output(text); }, stop);
  } catch (const Error& e) {
    if (!says_engine_is_away(e.details.output_tail)) throw;
    const std::string what = e.what();
    throw Error("the Docker engine does not answer" + what.substr(std::min(what.rfind(": "), what.size())),
                {.command = e.details.command,
                 .output_tail = e.details.output_tail,
                 .hint = engine_hint(e.details.output_tail),
                 .exit_code = kCluster});
  }
  const auto sources = builder_.sources(image);
  const std::lock_guard lock(mutex_);
  references_[image.name] = reference;
  sources_[image.name] = sources;
  if (before_.contains(image.name) && before_.at(image.name) == reference)
    unchanged_images_ += image.name != gateway_image().name;
  else
    task.done(reference.substr(reference.find("sha256:"), 19));
}

void Setup::add_images(Graph& graph) {
  for (const auto& name : plan_.images) {
    const Image& image = *context_.project.image(name);
    std::vector<StepId> after{{"registry"}};
    for (const auto& base : plan_.bases.at(name)) after.push_back({"image", base});
    if (!image.builder.empty()) after.push_back({"builder", image.builder});
    graph.add(
        {"image", name}, after, [this, &image](std::stop_token stop) { make_image(image, stop); },
        Graph::WhenAnotherFails::finish);
  }
  graph.add({"image", gateway_image().name}, {{"registry"}},
            [this](std::stop_token stop) { make_image(gateway_image(), stop); });
}

/// Where the nodes do not find the registry by themselves. Their configuration is the user's.
void Setup::add_loads(Graph& graph) {
  auto names = plan_.images;
  names.push_back(gateway_image().name);
  for (const auto& name : names)
    graph.add({"load", name}, {{"cluster"}, {"image", name}}, [this, name](std::stop_token stop) {
      const Phases::Scope phase(context_.phases, "cluster");
      for (const auto& node : cluster_.load_into)
        load_image(node, context_.project.registry, cluster_.registry, references().at(name), stop);
    });
}

std::map<std::string, std::string> Setup::references() const {
  const std::lock_guard lock(mutex_);
  return references_;
}

}  // namespace harness
