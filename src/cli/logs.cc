#include "cli/logs.h"

#include <fstream>

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

/// For everything that the API is asked for, and for one answer of it: it may be what has failed.
constexpr std::chrono::seconds kPatience{120}, kAnswer{15};

/// A pod as it may be kept: what is a secret belongs into a Secret, and yet stands in many manifests.
std::string shown(Json pod) {
  if (pod["metadata"].contains("annotations"))
    pod["metadata"]["annotations"].erase("kubectl.kubernetes.io/last-applied-configuration");
  for (const char* list : {"initContainers", "containers", "ephemeralContainers"})
    if (pod["spec"].contains(list))
      for (auto& container : pod["spec"][list])
        if (container.contains("env"))
          for (auto& variable : container["env"])
            if (variable.contains("value") && names_secret(variable.value("name", "")))
              variable["value"] = kHidden;
  return without_credentials(pod.dump(2));
}

/// KIND keeps what docker says of its nodes, a proxy's password among it.
void hide_credentials(const fs::path& dir) {
  for (const auto& entry : fs::recursive_directory_iterator(dir))
    if (entry.is_regular_file() && entry.path().filename() == "inspect.json")
      write_file_atomically(entry.path(), without_credentials(read_file(entry.path())));
}

/// A log of any length; what the API says instead where there is none.
void save_log(const KubeApi& api, const std::string& path, const fs::path& file, const Deadline& deadline) {
  std::ofstream out(file, std::ios::binary);
  const auto response = api.stream(
      path,
      [&](std::string_view text) {
        return static_cast<bool>(out.write(text.data(), static_cast<std::streamsize>(text.size())));
      },
      deadline);
  if (response.status != 200) out << api_reason(response);
  if (!out.flush()) throw std::runtime_error(file.string() + ": " + std::generic_category().message(errno));
}

void save_pod(const KubeApi& api, const Json& pod, const fs::path& dir, const Deadline& deadline) {
  const std::string name_space = pod["metadata"]["namespace"], name = pod["metadata"]["name"];
  const fs::path folder = dir / "pods" / name_space / name;
  create_folders(folder);
  write_file_atomically(folder / "pod.json", shown(pod) + "\n");
  const std::string base = "/api/v1/namespaces/" + name_space + "/pods/" + name + "/log?container=";
  for (const char* list : {"initContainerStatuses", "containerStatuses"})
    for (const auto& status : pod["status"].value(list, Json::array())) {
      const std::string container = status["name"];
      save_log(api, base + container, folder / (container + ".log"), deadline);
      if (status.value("restartCount", 0) > 0)
        save_log(api, base + container + "&previous=true", folder / (container + ".previous.log"), deadline);
    }
}

void save_events(const KubeApi& api, const Scope& scope, const fs::path& dir, const Deadline& deadline) {
  std::string text;
  for (const auto& event : events_of(api, deadline))
    if (scope.has(event["metadata"].value("namespace", "")))
      text += event_time(event) + " " + event_line(event) + "\n";
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
    const Deadline deadline(kPatience, stop);
    attempt("pods", [&] {
      const Scope scope(context, *api, deadline.within(kAnswer));
      const Json pods = api->get("/api/v1/pods", deadline.within(kAnswer));
      for (const auto& pod : pods.value("items", Json::array()))
        if (scope.has(pod["metadata"]["namespace"]))
          attempt("a pod", [&] { save_pod(*api, pod, dir, deadline); });
    });
    attempt("events", [&] {
      save_events(*api, Scope(context, *api, deadline.within(kAnswer)), dir, deadline.within(kAnswer));
    });
  }
  attempt("kind", [&] {
    if (context.is_given || nodes(context.instance.cluster()).empty()) return;
    export_logs(context.instance.cluster(), dir / "kind", stop);
    hide_credentials(dir / "kind");
  });
  task.done();
}

}  // namespace harness
