#include "lib/kube.h"

#include <filesystem>

#include "lib/pause.h"

namespace ci {

using Json = nlohmann::json;

void KubeFlags::add_to(fakes::http::Flags& flags) {
  flags.add("kube-api", api, "URL of the Kubernetes API");
  flags.add("kube-token-file", token_file, "a file with the token for it; none where there is no such file");
  flags.add("kube-ca-file", ca_file,
            "a PEM file with its certificate authority; the system's where there is no such file");
  flags.add("job-namespace", name_space, "the namespace of the jobs");
}

Kube::Kube(const KubeFlags& flags) : flags_(flags) {}

Endpoint Kube::endpoint() const {
  const bool token = std::filesystem::exists(flags_.token_file),
             authority = std::filesystem::exists(flags_.ca_file);
  return Endpoint({.url = flags_.api,
                   .authorization = token ? "Bearer " + secret_from(flags_.token_file) : "",
                   .ca_file = authority ? flags_.ca_file : ""});
}

std::string Kube::path(const std::string& resource) const {
  return (resource == "jobs" ? "/apis/batch/v1/namespaces/" : "/api/v1/namespaces/") + flags_.name_space +
         "/" + resource;
}

void Kube::check() const { endpoint().json("GET", path("jobs") + "?limit=1"); }

std::vector<Json> Kube::list(const std::string& resource, const std::string& selector) const {
  return endpoint()
      .json("GET", path(resource) + "?labelSelector=" + url_encoded(selector))
      .value("items", std::vector<Json>{});
}

std::optional<Json> Kube::get(const std::string& resource, const std::string& name) const {
  try {
    return endpoint().json("GET", path(resource) + "/" + url_encoded(name));
  } catch (const Refused& e) {
    if (e.status == 404) return {};
    throw;
  }
}

bool Kube::create(const std::string& resource, const Json& object) const {
  try {
    endpoint().json("POST", path(resource), object);
    return true;
  } catch (const Refused& e) {
    if (e.status == 409) return false;
    throw;
  }
}

void Kube::annotate(const std::string& resource, const std::string& name, const Json& annotations) const {
  endpoint().json("PATCH", path(resource) + "/" + url_encoded(name),
                  {{"metadata", {{"annotations", annotations}}}}, "application/merge-patch+json");
}

void Kube::remove(const std::string& resource, const std::string& name) const {
  const Json options = {{"kind", "DeleteOptions"}, {"apiVersion", "v1"}, {"propagationPolicy", "Background"}};
  try {
    endpoint().json("DELETE", path(resource) + "/" + url_encoded(name), options);
  } catch (const Refused& e) {
    if (e.status != 404) throw;
  }
}

std::string Kube::log(const std::string& pod, const std::string& container) const {
  const auto reply = endpoint().call(
      "GET", path("pods") + "/" + url_encoded(pod) + "/log?container=" + url_encoded(container));
  if (reply.status != 200) throw Refused(reply.status, reply.body);
  return reply.body;
}

void Kube::follow(const std::string& resource, const std::string& selector,
                  const std::function<void(const Json&)>& on_object,
                  const std::function<void(const std::string&)>& on_trouble, std::stop_token stop) const {
  const std::string base = path(resource) + "?labelSelector=" + url_encoded(selector);
  while (!stop.stop_requested()) {
    try {
      const auto all = endpoint().json("GET", base);
      for (const auto& object : all.value("items", Json::array())) on_object(object);
      const std::string since = all.value("metadata", Json::object()).value("resourceVersion", "");
      endpoint().lines(
          base + "&watch=true&timeoutSeconds=240&resourceVersion=" + since,
          [&](const std::string& line) {
            const auto event = Json::parse(line, nullptr, false);
            if (!event.is_object() || event.value("type", "") == "ERROR") return false;  // too old: list anew
            if (event.value("type", "") != "DELETED") on_object(event.value("object", Json::object()));
            return true;
          },
          stop);
    } catch (const std::exception& e) {
      if (stop.stop_requested()) return;
      on_trouble(e.what());
      pause(std::chrono::seconds(1), stop);
    }
  }
}

}  // namespace ci
