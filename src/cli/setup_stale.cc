// Setup's part that says why tests could meet something else than the working tree.
#include <set>

#include "base/deadline.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/setup.h"
#include "cluster/state_files.h"
#include "deploy/freshness.h"
#include "deploy/replacement.h"
#include "image/tag.h"

namespace harness {

namespace {

constexpr std::chrono::seconds kLateJob{60};
/// How long what may be over in a moment may take: a pod has 30 s to end where its manifest does not say
/// otherwise.
constexpr std::chrono::seconds kPassing{60};
constexpr std::chrono::milliseconds kBetweenLooks{200};

/// Those whose names each run makes have the names of the run that deployed them.
void use_deployed_names(std::vector<Object>& objects, Inventory::Records deployed) {
  for (auto& object : objects) {
    if (!object.is_generated) continue;
    const auto type = type_of(object.api_version, object.kind);
    const auto prefix = object.name.substr(0, object.name.size() - kSuffixSize);
    for (auto record = deployed.begin(); record != deployed.end(); ++record) {
      const auto& id = record->first;
      if (id.type != type || !id.name.starts_with(prefix) || id.name.size() != object.name.size()) continue;
      object.name = id.name;
      object.body["metadata"]["name"] = id.name;
      deployed.erase(record);
      break;
    }
  }
}

}  // namespace

std::vector<std::string> Setup::not_looked_at() const {
  std::vector<std::string> names;
  for (const auto& image : context_.project.images) {
    const bool may_change =
        image.inputs.empty() && (image.kind == Image::Kind::builder || image.kind == Image::Kind::command);
    if (may_change && std::find(plan_.images.begin(), plan_.images.end(), image.name) == plan_.images.end())
      names.push_back(image.name);
  }
  return names;
}

void Setup::remove_late_jobs(std::stop_token stop) {
  if (!snapshot_) return;
  bool removed = false;
  for (const auto& component : context_.project.components)
    for (const auto& object : context_.objects.written(component)) {
      if (type_of(object.api_version, object.kind) != GroupKind{"batch", "CronJob"}) continue;
      const auto batch = "/apis/batch/v1/namespaces/" + object.name_space;
      const auto* cron_job = snapshot_->find(batch + "/cronjobs", object.name, stop);
      if (!cron_job) continue;
      for (const auto& name : jobs_of_older_template(*cron_job, snapshot_->all(batch + "/jobs", stop))) {
        cluster_.api->remove(batch + "/jobs/" + name, stop, KubeApi::Propagation::foreground);
        wait_until_gone(*cluster_.api, batch + "/jobs/" + name, kLateJob, stop);
        removed = true;
      }
    }
  if (removed) snapshot_.emplace(*cluster_.api);
}

void Setup::expect_fresh(std::stop_token stop) {
  const Deadline deadline(kPassing, stop);
  auto found = stale(stop);
  if (found.empty()) return;
  auto task = context_.terminal.start("wait", "pods");
  for (task.note(found.lines[0]); found.may_pass && deadline.pause(kBetweenLooks);
       task.note(found.lines[0])) {
    snapshot_.emplace(*cluster_.api);
    found = stale(stop);
    if (found.empty()) return;
  }
  throw Error("tests would run against something other than what was deployed",
              {.output_tail = join(found.lines, "\n"),
               .hint = deploys_everything() ? "run it again; -verbose shows each step"
                                            : "the same without -build deploys all that has changed",
               .exit_code = kDeploy});
}

Stale Setup::stale(std::stop_token stop) const {
  const auto references = read_texts(context_.instance.images_file());
  Stale found;
  auto changed = std::async(std::launch::async, [&] { return changed_sources(stop); });
  std::vector<Object> objects, of_synced;
  std::optional<Inventory> read_now;  // what this run has read and written is good as well
  const auto unused = unused_components();
  const Inventory& inventory =
      inventory_ ? *inventory_ : read_now.emplace(*cluster_.api, inventory_namespace(), stop);
  for (const auto& component : context_.project.components)
    if (!unused.contains(component.name)) ask_cluster(component, inventory);
  for (const auto& component : context_.project.components) {
    if (unused.contains(component.name)) continue;
    try {
      auto wanted = context_.objects.of(component, references);
      const auto hash = hash_of(wanted);
      const bool is_synced = synced_.is(component.name, hash);
      if (!is_synced && inventory.entry(component.name).hash != hash)
        found.add("component " + component.name + ": what is deployed differs from its sources and images",
                  false);
      use_deployed_names(wanted, inventory.entry(component.name).objects);
      auto& checked = is_synced ? of_synced : objects;
      checked.insert(checked.end(), wanted.begin(), wanted.end());
    } catch (const Error&) {  // one of its images was never made
      found.add("component " + component.name + " was never deployed", false);
    }
  }
  const auto of_gateway = references.find(gateway_image().name);
  const bool leads_elsewhere =
      of_gateway == references.end()
          ? !context_.reach.routes.empty() || !context_.reach.streams.empty()
          : inventory.entry(Inventory::kGateway).hash !=
                hash_of(gateway(of_gateway->second, certificates(inventory, stop), stop));
  if (leads_elsewhere)
    found.add(
        "the gateway: its routes differ from components.yaml, the Ingress objects and the routes of the "
        "Gateway API",
        false);
  if (const auto other = context_.is_given ? "" : reconfigured(context_.instance, cluster_config());
      !other.empty())
    found.add(other, false);
  for (const auto& name : inventory.components())
    if (!context_.project.component(name))
      found.add("component " + name + " is still deployed, but no longer in " +
                    context_.project.file.filename().string(),
                false);
  std::optional<Snapshot> taken_now;
  auto of_pods = harness::stale(snapshot_ ? *snapshot_ : taken_now.emplace(*cluster_.api), objects, of_synced,
                                config_digests_in(context_.project.registry, stop), stop);
  const auto of_unused = unused_images();
  for (const auto& image : changed.get())
    if (!of_unused.contains(image))
      found.add("image " + image + ": its sources have changed since it was deployed", false);
  for (auto& line : of_pods.lines) found.add(std::move(line), of_pods.may_pass);
  return found;
}

std::set<std::string> Setup::unused_images() const {
  return images_of_these_alone(context_.objects.images(), unused_components());
}

std::vector<std::string> Setup::changed_sources(std::stop_token stop) const {
  std::vector<std::string> names;
  for (const auto& [name, hash] : read_texts(context_.instance.sources_file()))
    if (const auto* image = context_.project.image(name); image && sources_of(*image, stop) != hash)
      names.push_back(name);
  return names;
}

std::string Setup::sources_of(const Image& image, std::stop_token stop) const {
  try {
    return sources_hash(files_hash(context_.project, image, stop), image);
  } catch (const Error&) {  // making it says why
    return "";
  }
}

}  // namespace harness
