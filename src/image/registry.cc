#include "image/registry.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "image/oci.h"

namespace harness {

namespace {

const std::string kAnyManifest = std::string(kDockerManifest) + ", " + kOciManifest;

std::string header(const HttpResponse& response, const std::string& name) {
  const auto found = response.headers.find(name);
  return found == response.headers.end() ? "" : found->second;
}

/// Where an upload goes on: the path and query of an absolute or relative Location.
std::string location(const HttpResponse& response) {
  std::string where = header(response, "location");
  if (const auto scheme = where.find("://"); scheme != std::string::npos) where = where.substr(where.find('/', scheme + 3));
  return where;
}

}  // namespace

RegistryClient::RegistryClient(std::string host, std::stop_token stop) : host_(std::move(host)), http_("http://" + host_), stop_(std::move(stop)) {}

HttpResponse RegistryClient::call(const std::string& repository, const std::string& method, const std::string& path, const std::string& body,
                                  const std::map<std::string, std::string>& headers) const {
  try {
    auto response = http_.request(method, path, body, headers, stop_);
    if (response.status < 400 || response.status == 404) return response;
    throw Error("the registry at " + host_ + " refused " + method + " for " + repository + ": status " + std::to_string(response.status),
                {.output_tail = tail(response.body, 5), .hint = "docker logs harness-registry tells more; is its disk full?", .exit_code = kBuild});
  } catch (const Error&) {
    throw;
  } catch (const Cancelled&) {
    throw;
  } catch (const std::runtime_error& e) {
    throw Error("the registry at " + host_ + " cannot be reached for " + repository + ": " + e.what(),
                {.hint = "docker ps shows whether harness-registry runs", .exit_code = kBuild});
  }
}

std::optional<StoredManifest> RegistryClient::manifest(const std::string& repository, const std::string& reference) const {
  const auto response = call(repository, "GET", "/v2/" + repository + "/manifests/" + reference, {}, {{"Accept", kAnyManifest}});
  if (response.status == 404) return std::nullopt;
  return StoredManifest{header(response, "docker-content-digest"), header(response, "content-type"), response.body};
}

std::optional<std::string> RegistryClient::digest(const std::string& repository, const std::string& reference) const {
  const auto response = call(repository, "HEAD", "/v2/" + repository + "/manifests/" + reference, {}, {{"Accept", kAnyManifest}});
  if (response.status == 404) return std::nullopt;
  return header(response, "docker-content-digest");
}

std::string RegistryClient::blob(const std::string& repository, const std::string& digest) const {
  const auto response = call(repository, "GET", "/v2/" + repository + "/blobs/" + digest);
  if (response.status != 200) throw Error("the registry at " + host_ + " has lost blob " + digest + " of " + repository, {.exit_code = kBuild});
  return response.body;
}

bool RegistryClient::has_blob(const std::string& repository, const std::string& digest) const {
  return call(repository, "HEAD", "/v2/" + repository + "/blobs/" + digest).status == 200;
}

bool RegistryClient::mount_blob(const std::string& repository, const std::string& digest, const std::string& from) const {
  const auto response = call(repository, "POST", "/v2/" + repository + "/blobs/uploads/?mount=" + digest + "&from=" + from);
  if (response.status == 201) return true;
  call(repository, "DELETE", location(response));  // it began an upload instead
  return false;
}

void RegistryClient::push_blob(const std::string& repository, const std::string& digest, const std::string& content) const {
  const auto begun = call(repository, "POST", "/v2/" + repository + "/blobs/uploads/");
  const std::string where = location(begun);
  const char* separator = where.find('?') == std::string::npos ? "?" : "&";
  const auto ended = call(repository, "PUT", where + separator + "digest=" + digest, content, {{"Content-Type", "application/octet-stream"}});
  if (ended.status != 201) throw Error("the registry at " + host_ + " did not take blob " + digest, {.exit_code = kBuild});
}

void RegistryClient::push_manifest(const std::string& repository, const std::string& tag, const std::string& media_type, const std::string& body) const {
  const auto response = call(repository, "PUT", "/v2/" + repository + "/manifests/" + tag, body, {{"Content-Type", media_type}});
  if (response.status != 201) throw Error("the registry at " + host_ + " did not take the manifest of " + repository, {.exit_code = kBuild});
}

}  // namespace harness
