#include "framework/cluster.h"

#include <fmt/format.h>
#include <signal.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "framework/environment.h"
#include "framework/process.h"
#include "framework/temp_dir.h"

namespace test {

namespace {

std::string root_of(const std::string& api_version) {
  return (api_version.find('/') == std::string::npos ? "/api/" : "/apis/") + api_version;
}

std::string message_of(const std::string& body) {
  const auto status = nlohmann::json::parse(body, nullptr, false);
  return status.is_object() ? status.value("message", body) : body;
}

struct OwnProxy {
  TempDir dir;
  std::string socket = (dir.path() / "api").string();
  Background kubectl{
      {.args = {"kubectl", "--kubeconfig", required_env("KUBECONFIG"), "proxy", "--unix-socket=" + socket},
       .until = [](std::string_view line) { return line.starts_with("Starting to serve"); }}};
  OwnProxy() {
    if (!kubectl.wait()) throw std::runtime_error("kubectl proxy: " + kubectl.end(SIGTERM).text());
  }
};

}  // namespace

Ref ref_of(const nlohmann::json& object) {
  const auto& metadata = object.at("metadata");
  return {.api_version = object.at("apiVersion"),
          .kind = object.at("kind"),
          .name_space = metadata.value("namespace", own_namespace()),
          .name = metadata.at("name")};
}

std::string to_string(const Ref& ref) {
  const bool both = !ref.name_space.empty() && !ref.name.empty();
  return fmt::format("{} {}{}{}", ref.kind, ref.name_space, both ? "/" : "", ref.name);
}

std::string Cluster::request(const std::string& method, const std::string& path, const std::string& body,
                             const std::string& content_type) const {
  const auto answer = call(method, path, body, content_type);
  if (answer.status < 200 || answer.status > 299)
    throw std::runtime_error(
        fmt::format("{} {}: HTTP {}: {}", method, path, answer.status, message_of(answer.body)));
  return answer.body;
}

std::string Cluster::path(const Ref& ref) const {
  const auto root = root_of(ref.api_version);
  const std::lock_guard lock(mutex_);
  auto& types = types_[ref.api_version];
  if (!types.contains(ref.kind)) {  // asked anew: its definition may have come since
    const Json version = get_at(root);
    for (const auto& resource : version.is_null() ? Json::array() : version.at("resources")) {
      const std::string plural = resource.at("name");
      if (plural.find('/') == std::string::npos)
        types[resource.at("kind")] = {plural, resource.at("namespaced")};
    }
    if (!types.contains(ref.kind))
      throw std::runtime_error("the cluster knows no " + ref.kind + " of " + ref.api_version);
  }
  const Type& type = types.at(ref.kind);
  const bool in_one = type.namespaced && !ref.name_space.empty();
  return root + (in_one ? "/namespaces/" + ref.name_space : "") + "/" + type.plural +
         (ref.name.empty() ? "" : "/" + ref.name);
}

nlohmann::json Cluster::get_at(const std::string& path) const {
  const auto answer = call("GET", path);
  if (answer.status == 404) return nullptr;
  if (answer.status != 200)
    throw std::runtime_error(
        fmt::format("GET {}: HTTP {}: {}", path, answer.status, message_of(answer.body)));
  return Json::parse(answer.body);
}

nlohmann::json Cluster::get(const Ref& ref) const { return get_at(path(ref)); }

std::vector<nlohmann::json> Cluster::list(const Ref& kind, const std::string& selector) const {
  return list_with_version(kind, selector).at("items");
}

Ref Cluster::apply(Json object) const {
  const auto ref = ref_of(object);
  auto& metadata = object.at("metadata");
  for (const auto& [name, value] : test_labels()) metadata["labels"][name] = value;
  metadata.erase("managedFields");  // so that what `get` gave can be applied
  request("PATCH", path(ref) + "?fieldManager=harness-test&force=true", object.dump(),
          "application/apply-patch+yaml");
  return ref;
}

void Cluster::remove(const Ref& ref) const {
  if (ref.name.empty())
    throw std::logic_error("remove() of " + to_string(ref) + ": an object is to be named");
  // A Job's pods would stay: "Orphan" is what the API does without being told.
  const Json options = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", "Background"}};
  const auto where = path(ref);
  const auto answer = call("DELETE", where, options.dump());
  if (answer.status >= 300 && answer.status != 404)
    throw std::runtime_error(
        fmt::format("DELETE {}: HTTP {}: {}", where, answer.status, message_of(answer.body)));
}

const Cluster& cluster() {
  static const char* given = std::getenv("HARNESS_API");
  static const auto own = given && *given ? nullptr : std::make_unique<OwnProxy>();
  static const Cluster cluster(own ? own->socket : given);
  return cluster;
}

}  // namespace test
