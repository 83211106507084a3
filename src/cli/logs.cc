#include "cli/logs.h"

#include "base/error.h"
#include "base/files.h"
#include "base/secrets.h"
#include "cli/events.h"
#include "cli/scope.h"
#include "cluster/kind.h"

namespace harness {

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// A pod as it may be kept: what is a secret belongs into a Secret, and yet stands in many manifests.
std::string shown(Json pod) {
  if (pod["metadata"].contains("annotations")) pod["metadata"]["annotations"].erase("kubectl.kubernetes.io/last-applied-configuration");
  for (const char* list : {"initContainers", "containers", "ephemeralContainers"})
    if (pod["spec"].contains(list))
      for (auto& container : pod["spec"][list])
        if (container.contains("env"))
          for (auto& variable : container["env"])
            if (variable.contains("value") && names_secret(variable.value("name", ""))) variable["value"] = kHidden;
  return without_credentials(pod.dump(2));
}

/// KIND keeps what docker says of its nodes, a proxy's password among it.
void hide_credentials(const fs::path& dir) {
  for (const auto& entry : fs::recursive_directory_iterator(dir))
    if (entry.is_regular_file() && entry.path().filename() == "inspect.json") write_file_atomically(entry.path(), without_credentials(read_file(entry.path())));
}

void save_pod(const KubeApi& api, const Json& pod, const fs::path& dir) {
  const std::string name_space = pod["metadata"]["namespace"], name = pod["metadata"]["name"];
  const fs::path folder = dir / "pods" / name_space / name;
  create_folders(folder);
  write_file_atomically(folder / "pod.json", shown(pod) + "\n");
  const std::string base = "/api/v1/namespaces/" + name_space + "/pods/" + name + "/log?container=";
  for (const char* list : {"initContainerStatuses", "containerStatuses"})
    for (const auto& status : pod["status"].value(list, Json::array())) {
      const std::string container = status["name"];
      write_file_atomically(folder / (container + ".log"), api.get_text(base + container));
      if (status.value("restartCount", 0) > 0)
        write_file_atomically(folder / (container + ".previous.log"), api.get_text(base + container + "&previous=true"));
    }
}

void save_events(const KubeApi& api, const Scope& scope, const fs::path& dir) {
  std::string text;
  for (const auto& event : events_of(api, {}))
    if (scope.has(event["metadata"].value("namespace", ""))) text += event_time(event) + " " + event_line(event) + "\n";
  write_file_atomically(dir / "events.txt", text);
}

}  // namespace

void save_logs(const Context& context, const KubeApi* api, const fs::path& dir, std::stop_token stop) {
  auto& terminal = context.terminal;
  auto task = terminal.start("logs", dir.string());
  auto attempt = [&](const std::string& what, auto&& work) {
    try {
      work();
    } catch (const std::exception& e) {
      terminal.info("logs: " + what + ": " + e.what());
    }
  };
  create_folders(dir);
  if (api) {
    attempt("pods", [&] {
      const Scope scope(context, *api, stop);
      const Json pods = api->get("/api/v1/pods");
      for (const auto& pod : pods.value("items", Json::array()))
        if (scope.has(pod["metadata"]["namespace"])) attempt("a pod", [&] { save_pod(*api, pod, dir); });
    });
    attempt("events", [&] { save_events(*api, Scope(context, *api, stop), dir); });
  }
  attempt("kind", [&] {
    if (context.is_given || nodes(context.instance.cluster()).empty()) return;
    export_logs(context.instance.cluster(), dir / "kind", stop);
    hide_credentials(dir / "kind");
  });
  task.done();
}

}  // namespace harness
