#include "cluster/kube_api.h"

#include "base/error.h"
#include "base/pause.h"
#include "base/temporary.h"
#include "base/text.h"
#include "cluster/api_error.h"

namespace harness {

namespace {

[[noreturn]] void refuse(const std::string& context, const HttpResponse& response, ExitCode exit_code) { throw ApiError(context, read_status(response.status, response.body), exit_code); }

}  // namespace

KubeApi::KubeApi(const std::filesystem::path& kubeconfig)
    : dir_(socket_folder()),
      http_("unix:" + socket().string()),
      proxy_({.args = {"kubectl", "--kubeconfig", kubeconfig.string(), "proxy", "--unix-socket", socket().string()},
              .env = {{"GOGC", "400"}},  // a third of its start is the collection of garbage
              .output_file = dir_.path() / "log"}) {}

void KubeApi::wait_until_ready(std::chrono::seconds deadline, std::stop_token stop) const {
  const auto end = std::chrono::steady_clock::now() + deadline;
  std::string last;
  while (true) {
    try {
      const auto response = http_.request("GET", "/readyz", {}, {}, stop);
      if (response.status == 200) return;
      last = read_status(response.status, response.body).message;
    } catch (const Cancelled&) {
      throw;
    } catch (const std::runtime_error& e) {
      last = e.what();
    }
    if (std::chrono::steady_clock::now() > end || !proxy_.running())
      throw Error("the cluster's API does not answer: " + last,
                  {.output_tail = tail(read_file(dir_.path() / "log"), 5), .exit_code = kCluster});
    if (pause_for(std::chrono::milliseconds(20), stop)) throw Cancelled();
  }
}

KubeApi::Json KubeApi::get(const std::string& path, std::stop_token stop) const { return get_as("application/json", path, std::move(stop)); }

KubeApi::Json KubeApi::get_as(const std::string& accept, const std::string& path, std::stop_token stop) const {
  const auto response = http_.request("GET", path, {}, {{"Accept", accept}}, stop);
  if (response.status == 404) return nullptr;
  if (response.status != 200) refuse(path, response, kDeploy);
  return Json::parse(response.body);
}

std::string KubeApi::get_text(const std::string& path, std::stop_token stop) const {
  const auto response = http_.request("GET", path, {}, {}, stop);
  return response.status == 200 ? response.body : read_status(response.status, response.body).message;
}

KubeApi::Json KubeApi::apply(const std::string& path, const Json& object, std::stop_token stop, Apply how) const {
  const auto response = http_.request("PATCH", path + "?fieldManager=harness&force=true" + (how == Apply::dry_run ? "&dryRun=All" : ""), object.dump(),
                                      {{"Content-Type", "application/apply-patch+yaml"}}, stop);
  if (response.status != 200 && response.status != 201) refuse("", response, kDeploy);
  return Json::parse(response.body);
}

KubeApi::Json KubeApi::ask(const std::string& path, const Json& body, std::stop_token stop) const {
  const auto response = http_.request("POST", path, body.dump(), {{"Content-Type", "application/json"}}, stop);
  if (response.status / 100 != 2) refuse(path, response, kDeploy);
  return Json::parse(response.body);
}

void KubeApi::patch(const std::string& path, const Json& change, std::stop_token stop) const {
  const auto response = http_.request("PATCH", path, change.dump(), {{"Content-Type", "application/strategic-merge-patch+json"}}, stop);
  if (response.status != 200) refuse("cannot change " + path, response, kDeploy);
}

void KubeApi::remove(const std::string& path, std::stop_token stop, Propagation how) const {
  const auto response = http_.request("DELETE", path + "?propagationPolicy=" + (how == Propagation::foreground ? "Foreground" : "Background"), {}, {}, stop);
  if (response.status != 404 && response.status / 100 != 2) refuse("cannot delete " + path, response, kCluster);
}

namespace {

std::string root_of(const std::string& api_version) { return (api_version.find('/') == std::string::npos ? "/api/" : "/apis/") + api_version; }

}  // namespace

/// Asked for anew as long as there is none: a definition may come. Call with the mutex held.
const KubeApi::Type* KubeApi::type(const std::string& api_version, const std::string& kind, std::stop_token stop) const {
  auto& types = types_[api_version];
  if (!types.contains(kind)) {
    const Json list = get(root_of(api_version), std::move(stop));
    if (list.is_object())
      for (const auto& resource : list["resources"]) {
        const std::string plural = resource["name"];
        if (plural.find('/') == std::string::npos) types[resource["kind"]] = {plural, resource["namespaced"]};
      }
  }
  const auto found = types.find(kind);
  return found == types.end() ? nullptr : &found->second;
}

bool KubeApi::knows(const std::string& api_version, const std::string& kind, std::stop_token stop) const {
  const std::lock_guard lock(mutex_);
  return type(api_version, kind, std::move(stop)) != nullptr;
}

bool KubeApi::is_cluster_wide(const std::string& api_version, const std::string& kind, std::stop_token stop) const {
  const std::lock_guard lock(mutex_);
  const Type* known = type(api_version, kind, std::move(stop));
  return known && !known->namespaced;
}

std::string KubeApi::served_version(const std::string& api_version, const std::string& kind, std::stop_token stop) const {
  if (knows(api_version, kind, stop)) return api_version;
  const auto slash = api_version.find('/');
  if (slash == std::string::npos) return "";
  const Json group = get("/apis/" + api_version.substr(0, slash), stop);  // the preferred version comes first
  const Json versions = group.is_object() ? group.value("versions", Json::array()) : Json::array();
  for (const auto& version : versions)
    if (const auto other = version.value("groupVersion", ""); other != api_version && knows(other, kind, stop)) return other;
  return "";
}

std::string KubeApi::collection(const std::string& api_version, const std::string& kind, const std::string& name_space, std::stop_token stop) const {
  const std::lock_guard lock(mutex_);
  const Type* known = type(api_version, kind, std::move(stop));
  if (!known) {
    ApiError error("", {.code = 404, .reason = kNoSuchType, .message = "the cluster knows no " + kind + " of " + api_version, .causes = {}}, kDeploy);
    error.details.hint = "check apiVersion and kind; a custom resource's definition must be deployed before (after: in components.yaml)";
    throw error;
  }
  return root_of(api_version) + (known->namespaced ? "/namespaces/" + name_space : "") + "/" + known->plural;
}

void wait_until_gone(const KubeApi& api, const std::string& path, std::chrono::seconds patience, std::stop_token stop) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (true) {
    const KubeApi::Json object = api.get(path, stop);
    if (object.is_null()) return;
    if (std::chrono::steady_clock::now() > end)
      throw Error(path + " was deleted, but does not go", {.output_tail = object.value("status", KubeApi::Json::object()).dump(2),
                                                          .hint = "look at its finalizers: kubectl get --raw " + path, .exit_code = kCluster});
    if (pause_for(std::chrono::milliseconds(50), stop)) throw Cancelled();
  }
}

void KubeApi::watch(const std::string& collection, const std::string& selector,
                    const std::function<bool(const std::string&, const Json&)>& on_event, std::stop_token stop) const {
  bool go_on = true;
  while (go_on && !stop.stop_requested()) {
    const int status = http_.stream_lines(
        collection + "?watch=true&" + selector,
        [&](const std::string& line) {
          const Json event = Json::parse(line, nullptr, false);
          if (!event.is_object()) return true;
          go_on = on_event(event.value("type", ""), event["object"]);
          return go_on;
        },
        stop);
    if (status >= 400)
      throw Error("cannot watch " + collection + ": status " + std::to_string(status), {.exit_code = kDeploy});
  }
}

}  // namespace harness
