#include "cli/setup.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/cleanliness.h"
#include "cli/cluster_config.h"
#include "cli/doctor/doctor.h"
#include "cluster/docker.h"
#include "cluster/registry_container.h"
#include "deploy/config_hash.h"
#include "deploy/deployer.h"
#include "deploy/freshness.h"
#include "deploy/gateway.h"
#include "deploy/sync.h"
#include "deploy/trouble/services.h"
#include "image/tag.h"

namespace harness {

namespace {

const Image kGatewayImage{.name = "harness-gateway", .kind = Image::Kind::pull, .pull = "nginx:1.22"};

/// A new one is ready some 15 s after it was made.
constexpr int kNodesSeconds = 180;

/// A JSON object of texts; empty where there is none.
std::map<std::string, std::string> read_texts(const std::filesystem::path& file) {
  std::map<std::string, std::string> texts;
  if (!std::filesystem::exists(file)) return texts;
  const auto json = nlohmann::json::parse(read_file(file), nullptr, false);
  if (json.is_object())
    for (const auto& [key, text] : json.items())
      if (text.is_string()) texts[key] = text;
  return texts;
}

/// What is there of other keys stays.
void update_texts(const std::filesystem::path& file, const std::map<std::string, std::string>& texts) {
  auto all = read_texts(file);
  for (const auto& [key, text] : texts) all[key] = text;
  write_file_atomically(file, nlohmann::json(all).dump(2) + "\n");
}

std::string hash_of(const std::vector<Object>& objects) {
  std::string all;
  for (const auto& object : objects) all += object.yaml + "\n---\n";
  return sha256_hex(all);
}

/// As they are written, by key.
std::map<std::string, Object> all_configs(const Project& project) {
  std::map<std::string, Object> configs;
  for (const auto& component : project.components)
    for (auto& object : read_manifest(read_file(project.root / component.manifest), "", {}, component.manifest))
      if (object.kind == "ConfigMap" || object.kind == "Secret") configs.emplace(config_key(object), std::move(object));
  return configs;
}

/// What the pods of `objects` name and only another component's manifest has.
std::vector<Object> configs_of_others(const std::vector<Object>& objects, const std::map<std::string, Object>& configs) {
  std::set<std::string> names;
  for (const auto& object : objects) names.merge(configs_named(object));
  for (const auto& object : objects) names.erase(config_key(object));
  std::vector<Object> found;
  for (const auto& name : names)
    if (const auto config = configs.find(name); config != configs.end()) found.push_back(config->second);
  return found;
}

/// What is said once while a rollout is waited for.
std::string text_of(const std::string& component, const Diagnosis& diagnosis) {
  std::string text = (diagnosis.may_pass ? "waits: " : "stuck: ") + component + ": " + diagnosis.cause;
  for (const auto& line : split(trim(diagnosis.evidence), '\n')) text += "\n  | " + line;
  return text + "\n  hint: " + diagnosis.hint;
}

void add_name(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

ComponentImages component_images(const Project& project) {
  ComponentImages uses;
  for (const auto& component : project.components) {
    uses[component.name] = component.images;
    for (const auto& use : image_uses(read_file(project.root / component.manifest), project.registry, component.manifest)) {
      if (!project.image(use.image))
        throw Error(component.manifest.string() + ":" + std::to_string(use.line) + ": no image \"" + use.image + "\" in " +
                    project.file.filename().string(), {.hint = "add it to images:, or correct the name"});
      add_name(uses[component.name], use.image);
    }
  }
  const auto configs = all_configs(project);
  for (const auto& component : project.components)
    for (const auto& config : configs_of_others(read_manifest(read_file(project.root / component.manifest), "", {}, component.manifest), configs))
      for (const auto& use : image_uses(config.yaml, project.registry, component.manifest))
        add_name(uses[component.name], use.image);
  return uses;
}

Setup::Setup(const Plan& plan, const ComponentImages& uses, const Context& context)
    : plan_(plan), uses_(uses), context_(context), builder_(context.project), synced_(context.instance.synced_file()), configs_(all_configs(context.project)), before_(read_texts(context.instance.images_file())) {}

void Setup::connect() { cluster_.api = std::make_unique<KubeApi>(context_.instance.kubeconfig()); }

void Setup::run(Cleaning cleaning, std::stop_token stop) {
  Graph graph;
  add_builders(graph);
  if (plan_.cluster != Plan::Cluster::none) {
    require_tools(stop);
    if (plan_.cluster == Plan::Cluster::ensure && !context_.instance.state()) examine_before_creation(context_);
    add_cluster(graph);
    add_images(graph);
    add_components(graph);
    add_removals(graph);
  }
  add_cleaning(graph, cleaning);
  graph.run(stop);
  if (plan_.cluster == Plan::Cluster::none) return;
  if (unchanged_images_ + unchanged_components_ > 0)
    context_.terminal.info(fmt::format("unchanged {} of {} images, {} of {} components", unchanged_images_.load(), plan_.images.size(), unchanged_components_.load(), plan_.components.size()));
  // Images that this plan did not make keep what was deployed last.
  update_texts(context_.instance.images_file(), references());
  update_texts(context_.instance.sources_file(), sources_);
  for (const auto& line : synced_.remarks()) context_.terminal.info(line);
  if (const auto names = not_looked_at(); !names.empty()) context_.terminal.info("not looked at, since they list no inputs: " + join(names, ", "));
  if (const auto lines = stale(stop); !lines.empty())
    throw Error("tests would meet something else than what was deployed", {.output_tail = join(lines, "\n"), .hint = deploys_everything() ? "run it again; -verbose shows each step" : "the same without -build deploys all that has changed", .exit_code = kDeploy});
}

std::vector<std::string> Setup::not_looked_at() const {
  std::vector<std::string> names;
  for (const auto& image : context_.project.images) {
    const bool may_change = image.inputs.empty() && (image.kind == Image::Kind::builder || image.kind == Image::Kind::command);
    if (may_change && std::find(plan_.images.begin(), plan_.images.end(), image.name) == plan_.images.end()) names.push_back(image.name);
  }
  return names;
}

std::vector<std::string> Setup::stale(std::stop_token stop) const {
  const auto references = read_texts(context_.instance.images_file());
  std::vector<std::string> lines;
  std::vector<Object> objects, of_synced;
  const Inventory inventory(*cluster_.api, stop);
  for (const auto& component : context_.project.components) {
    try {
      const auto wanted = objects_of(component, references);
      const auto hash = hash_of(wanted);
      const bool is_synced = synced_.is(component.name, hash);
      if (!is_synced && inventory.entry(component.name).hash != hash) lines.push_back("component " + component.name + ": what is deployed is not what " + component.manifest.string() + " and its images are now");
      auto& checked = is_synced ? of_synced : objects;
      checked.insert(checked.end(), wanted.begin(), wanted.end());
    } catch (const Error&) {  // one of its images was never made
      lines.push_back("component " + component.name + " was never deployed");
    }
  }
  for (const auto& name : inventory.components())
    if (!context_.project.component(name)) lines.push_back("component " + name + " is deployed, and no longer in " + context_.project.file.filename().string());
  for (const auto& [image, hash] : read_texts(context_.instance.sources_file()))
    if (const auto* one = context_.project.image(image); one && sources_of(*one, stop) != hash) lines.push_back("image " + image + ": what it is made from has changed since it was deployed");
  for (auto& line : harness::stale(*cluster_.api, objects, of_synced, stop)) lines.push_back(std::move(line));
  return lines;
}

std::string Setup::sources_of(const Image& image, std::stop_token stop) const {
  try {
    return sources_hash(context_.project, image, stop);
  } catch (const Error&) {  // making it says why
    return "";
  }
}

std::vector<Object> Setup::objects_of(const Component& component, const std::map<std::string, std::string>& references) const {
  auto objects = read_manifest(read_file(context_.project.root / component.manifest), context_.project.registry, references, component.manifest);
  // Applied with it, whichever comes first: a pod that began with the old one would keep it.
  for (const auto& config : configs_of_others(objects, configs_))
    for (auto& object : read_manifest(config.yaml, context_.project.registry, references, component.manifest)) objects.push_back(std::move(object));
  add_config_hashes(objects, config_hashes(objects));
  return objects;
}

void Setup::add_builders(Graph& graph) {
  std::vector<std::string> before_tests;
  for (const auto& entry : plan_.builders) {
    const std::string& builder = entry.first;
    const auto images = images_by_inputs(plan_, context_.project, builder);
    const std::vector<std::string> after(images.empty() ? 0 : 1, "registry");
    graph.add("builder " + builder, after, [this, builder, images](std::stop_token stop) {
      const Phases::Scope phase(context_.phases, "build");
      auto task = context_.terminal.start("build", builder);
      builder_.build(builder, targets_in_any_case(plan_, context_.project, builder), images, plan_.forced, [&](std::string_view text) { task.output(text); }, stop);
      task.done();
    });
    before_tests.push_back("builder " + builder);
  }
  if (plan_.tests) graph.add("select tests", before_tests, [this](std::stop_token stop) { select_tests(stop); });
}

void Setup::add_cleaning(Graph& graph, Cleaning cleaning) {
  if (plan_.clear.empty() && cleaning == Cleaning::none) return;
  const std::vector<std::string> after(plan_.cluster == Plan::Cluster::none ? 0 : 1, "nodes");
  graph.add("leftovers", after, [this, cleaning](std::stop_token stop) {
    if (!plan_.clear.empty()) clear_leftovers(plan_.clear, *cluster_.api, context_.terminal, stop);
    if (cleaning == Cleaning::refuse && !means_all(plan_.clear)) refuse_leftovers(context_, *cluster_.api, stop);
  });
}

void Setup::add_cluster(Graph& graph) {
  graph.add("registry", {}, [this](std::stop_token stop) { ensure_registry(context_.project.registry, stop); });
  graph.add("cluster", {"registry"}, [this](std::stop_token stop) {
    const Phases::Scope phase(context_.phases, "cluster");
    cluster_ = ensure_cluster(context_.instance, context_.project.registry, kind_config(context_.project),
                              plan_.cluster == Plan::Cluster::ensure, context_.terminal, stop);
  });
}

void Setup::make_image(const Image& image, std::stop_token stop) {
  const Phases::Scope phase(context_.phases, "build");
  auto task = context_.terminal.start("image", image.name);
  const auto sources = sources_of(image, stop);  // before: what changes meanwhile counts as changed
  const auto reference = builder_.make(image, plan_.forced.contains(image.name), [&](std::string_view text) { task.output(text); }, stop);
  const std::lock_guard lock(mutex_);
  references_[image.name] = reference;
  if (!sources.empty()) sources_[image.name] = sources;
  if (before_.contains(image.name) && before_.at(image.name) == reference)
    unchanged_images_ += image.name != kGatewayImage.name;
  else
    task.done(reference.substr(reference.find("sha256:"), 19));
}

void Setup::add_images(Graph& graph) {
  for (const auto& name : plan_.images) {
    const Image& image = *context_.project.image(name);
    std::vector<std::string> after{"registry"};
    if (!image.base.empty()) after.push_back("image " + image.base);
    if (!image.builder.empty()) after.push_back("builder " + image.builder);
    graph.add("image " + name, after, [this, &image](std::stop_token stop) { make_image(image, stop); });
  }
  graph.add("image " + kGatewayImage.name, {"registry"}, [this](std::stop_token stop) { make_image(kGatewayImage, stop); });
}

void Setup::add_components(Graph& graph) {
  graph.add("nodes", {"cluster"}, [this](std::stop_token stop) {
    const Phases::Scope phase(context_.phases, "cluster");
    auto task = context_.terminal.start("wait", "nodes");
    Deployer(*cluster_.api).wait_for_nodes(waiting("nodes", kNodesSeconds, task), stop);
    inventory_.emplace(*cluster_.api, stop);
  });
  const auto routes = routes_of(context_.project);
  graph.add("deploy gateway", {"cluster", "image " + kGatewayImage.name}, [this, routes](std::stop_token stop) {
    const auto manifest = gateway_manifest(context_.project);
    const Phases::Scope phase(context_.phases, "deploy");
    auto task = context_.terminal.start("deploy", "gateway");
    if (roll_out("gateway", gateway_objects(manifest, references().at(kGatewayImage.name), routes), 120, task, stop).waited) task.done();
  });
  for (const auto& name : plan_.components) {
    const Component& component = *context_.project.component(name);
    std::vector<std::string> after{"nodes"};
    for (const auto& image : uses_.at(name)) after.push_back("image " + image);
    for (const auto& other : component.after)
      if (std::find(plan_.components.begin(), plan_.components.end(), other) != plan_.components.end()) after.push_back("deploy " + other);
    graph.add("deploy " + name, after, [this, &component](std::stop_token stop) {
      deploy(component, objects_of(component, references()), stop);
    });
    for (const auto& route : routes)
      if (route.component == name)
        graph.add("reach " + name, {"deploy gateway", "deploy " + name}, [this, route, timeout = component.timeout_seconds](std::stop_token stop) {
          const Phases::Scope phase(context_.phases, "deploy");
          auto task = context_.terminal.start("reach", cluster_.url + route.path);
          wait_until_reachable(cluster_.url, route, waiting(route.component, timeout, task), [&] { return why_unreachable(route, stop); }, stop);
        });
  }
}

/// What components.yaml no longer has goes once all else is deployed: an object may have moved to another component.
void Setup::add_removals(Graph& graph) {
  if (!deploys_everything()) return;
  std::vector<std::string> after{"nodes"};
  for (const auto& name : plan_.components) after.push_back("deploy " + name);
  graph.add("remove components", after, [this](std::stop_token stop) {
    for (const auto& name : inventory_->components()) {
      if (context_.project.component(name)) continue;
      const Phases::Scope phase(context_.phases, "deploy");
      auto task = context_.terminal.start("remove", name);
      inventory_->remove(name, stop);
      task.done("no longer in " + context_.project.file.filename().string());
    }
  });
}

Waiting Setup::waiting(const std::string& component, int timeout_seconds, Terminal::Task& task) const {
  return {.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(timeout_seconds),
          .anyway = context_.options.wait_anyway,
          .on_progress = [&task](const std::string& text) { task.note(text); },
          .on_trouble = [this, component](const Diagnosis& diagnosis) { context_.terminal.info(text_of(component, diagnosis)); }};
}

std::optional<Diagnosis> Setup::why_unreachable(const Route& route, std::stop_token stop) const {
  const std::string name_space = "/api/v1/namespaces/" + route.name_space;
  const auto service = cluster_.api->get(name_space + "/services/" + route.service, stop);
  const auto pods = cluster_.api->get(name_space + "/pods", stop);
  std::vector<Object> planned;
  for (const auto& component : context_.project.components)
    for (auto& object : read_manifest(read_file(context_.project.root / component.manifest), "", {}, component.manifest)) planned.push_back(std::move(object));
  return unreachable_service(service, pods.value("items", std::vector<nlohmann::json>{}), planned);
}

Setup::RolledOut Setup::roll_out(const std::string& name, const std::vector<Object>& objects, int timeout_seconds, Terminal::Task& task, std::stop_token stop) const {
  std::atomic<bool> waited = false;
  auto how = waiting(name, timeout_seconds, task);
  how.on_progress = [&](const std::string& text) {
    waited = true;
    task.note(text);
  };
  auto paths = Deployer(*cluster_.api).deploy(objects, how, stop);
  return {std::move(paths), waited};
}

bool Setup::sync(const Component& component, const std::vector<Object>& objects, const std::string& hash, Terminal::Task& task, std::stop_token stop) {
  const auto& name = component.name;
  const auto deployed = inventory_->entry(name);
  // Its workloads may have these images again, after an undo: then its pods get them in any case, and are as they were made.
  const bool undone = deployed.hash == hash && synced_.contains(name);
  const bool may = component.sync && !context_.options.all && !deployed.hash.empty() && deployed.hash != hash && Deployer(*cluster_.api).known_paths(objects, stop) == deployed.objects;
  if (!undone && !may) return false;
  if (!synced_.is(name, hash)) synced_.set(name, "");
  const auto changed = sync_images(*cluster_.api, objects, waiting(name, component.timeout_seconds, task), stop);
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
  if (sync(component, objects, hash, task, stop)) return;
  const bool is_new = inventory_->entry(name).hash != hash;
  if (is_new) inventory_->begin(name, Deployer(*cluster_.api).known_paths(objects, stop), stop);
  // Applied in any case: somebody may have changed the cluster's objects.
  const auto [paths, waited] = roll_out(name, objects, component.timeout_seconds, task, stop);
  if (is_new) inventory_->end(name, {hash, paths}, stop);
  synced_.erase(name);
  if (is_new || waited)
    task.done(is_new ? "" : "put right");
  else
    ++unchanged_components_;
}

void Setup::select_tests(std::stop_token stop) {
  const auto& o = context_.options;
  const Selector selector({.run = o.run, .skip = o.skip, .labels = o.labels, .failed = o.failed,
                           .names = o.failed ? History(context_.instance.history_file()).failed() : std::set<std::string>{}});
  std::vector<TestCase> all;
  for (const auto& program : context_.project.tests)
    for (auto& test : list_tests(program, context_.project.root, context_.instance.dir() / "tests", stop)) all.push_back(std::move(test));
  if (all.empty()) throw Error(context_.project.file.filename().string() + " lists no tests", {.hint = "add an entry to tests:"});
  std::set<std::string> names;
  for (const auto& test : all)
    if (!names.insert(test.full_name()).second) throw Error("two tests are called " + test.full_name(), {.hint = "-run, logs and reports need different names"});
  tests_ = selector.select(std::move(all));
}

std::map<std::string, std::string> Setup::references() const {
  const std::lock_guard lock(mutex_);
  return references_;
}

}  // namespace harness
