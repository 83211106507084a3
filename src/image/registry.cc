#include "image/registry.h"

#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/pause.h"
#include "base/text.h"
#include "config/registry_host.h"
#include "image/oci.h"

namespace harness {

namespace {

/// What is not listed here the registry does not have, by its answer (404), or turns into something else.
const std::string kAnyManifest =
    std::string(kOciIndex) + ", " + kDockerList + ", " + kOciManifest + ", " + kDockerManifest;

/// What may go well the next time.
struct Transient : Error {
  using Error::Error;
  bool was_slow = false;  ///< all the time for one call was over
};

std::string header(const HttpResponse& response, const std::string& name) {
  const auto found = response.headers.find(name);
  return found == response.headers.end() ? "" : found->second;
}

bool is_digest(const std::string& text) {
  static const RE2 form("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}");
  return RE2::FullMatch(text, form);
}

/// registry:2 answers 500 with the number of the system's error (28 is ENOSPC).
bool is_full(const HttpResponse& response) {
  return response.status == 507 ||
         (response.status >= 500 && (response.body.find("no space left") != std::string::npos ||
                                     response.body.find("\"Err\":28") != std::string::npos ||
                                     response.body.find("disk quota exceeded") != std::string::npos));
}

}  // namespace

RegistryClient::RegistryClient(const std::string& registry, std::stop_token stop)
    : RegistryClient(registry, Patience{}, std::move(stop)) {}

RegistryClient::RegistryClient(const std::string& registry, Patience patience, std::stop_token stop,
                               std::function<std::string()> own_container)
    : RegistryClient(std::make_shared<RegistryConnection>(registry_host(registry)), registry, Access::push,
                     std::move(patience), std::move(stop), std::move(own_container)) {}

RegistryClient::RegistryClient(std::shared_ptr<const RegistryConnection> connection,
                               const std::string& registry, Access access, Patience patience,
                               std::stop_token stop, std::function<std::string()> own_container)
    : connection_(std::move(connection)),
      path_(registry_path(registry)),
      access_(access),
      patience_(std::move(patience)),
      stop_(std::move(stop)),
      own_container_(std::move(own_container)) {}

std::string RegistryClient::looking() const {
  const auto container = own_container_ ? own_container_() : "";
  return container.empty() ? "curl " + connection_->address() + "/v2/ shows whether it answers"
                           : "docker logs " + container + " tells more";
}

std::string RegistryClient::emptying() const {
  const auto container = own_container_ ? own_container_() : "";
  return container.empty()
             ? ""
             : "; to empty the registry: docker rm -f " + container + "; docker volume rm " + container;
}

template <class Work>
auto RegistryClient::persistently(const std::string& repository, const Work& work) const {
  int slow = 0;
  for (auto pause = patience_.pauses.begin();; ++pause) {
    try {
      return work();
    } catch (const Transient& e) {
      slow += e.was_slow;
      if (pause == patience_.pauses.end() || slow > 1) throw;
      if (patience_.on_retry) patience_.on_retry(repository + ": " + e.what() + "; trying again\n");
      if (pause_for(*pause, stop_)) throw Cancelled();
    }
  }
}

std::string RegistryClient::full(const std::string& repository) const {
  return path_.empty() ? repository : path_ + "/" + repository;
}

std::string RegistryClient::path(const std::string& repository, const std::string& rest) const {
  return "/v2/" + full(repository) + rest;
}

HttpResponse RegistryClient::send(const std::string& repository, const HttpRequest& request,
                                  const std::string& from, const Deadline& deadline) const {
  std::vector<std::string> scopes;
  if (!repository.empty())
    scopes.push_back("repository:" + full(repository) + (access_ == Access::push ? ":pull,push" : ":pull"));
  if (!from.empty()) scopes.push_back("repository:" + full(from) + ":pull");
  // An upload may go on at another host, which its location then names.
  const RegistryUrl here{"", host(), ""};
  const auto url = resolve(here, request.path);
  if (!url)
    throw Error("the registry at " + host() + " names no place for an upload: \"" + request.path + "\"",
                {.exit_code = kBuild});
  const auto name = [](const std::string& address) { return address.substr(0, address.rfind(':')); };
  if (name(url->host) != name(host()) && !is_loopback(host()))
    return connection_->send_elsewhere(*url, request, deadline);
  auto own = request;
  own.path = url->path;
  return connection_->send(own, scopes, deadline);
}

HttpResponse RegistryClient::once(const std::string& repository, const HttpRequest& request, int slowness,
                                  const std::string& from) const {
  const auto limit = patience_.limit * slowness + std::chrono::seconds(request.body.size() / 1'000'000);
  const auto of = repository.empty() ? "" : " for " + repository;
  HttpResponse response;
  try {
    response = send(repository, request, from, Deadline(limit, stop_));
  } catch (const HttpError& e) {
    Transient error("the registry at " + host() + " cannot be reached" + of + ": " + e.what(),
                    {.hint = looking(), .exit_code = kBuild});
    error.was_slow = e.kind == HttpError::Kind::timeout;
    throw error;
  }
  if (response.status < 300 || response.status == 404) return response;
  if (is_full(response))
    throw Error("the registry at " + host() + " has no disk space left" + of,
                {.output_tail = tail(response.body, 5),
                 .hint = "free some disk where the registry stores: docker system df" + emptying(),
                 .exit_code = kBuild});
  const std::string message = "the registry at " + host() + " refused " + request.method + of + ": status " +
                              std::to_string(response.status);
  const bool is_denied = response.status == 401 || response.status == 403;
  const Error::Details details{
      .output_tail = tail(response.body, 5),
      .hint = (is_denied ? "docker login " + host() + " as somebody who may do that; " : "") + looking(),
      .exit_code = kBuild};
  if (response.status >= 500 || response.status == 429) throw Transient(message, details);
  throw Error(message, details);
}

HttpResponse RegistryClient::call(const std::string& repository, const HttpRequest& request,
                                  const std::string& from) const {
  return persistently(repository, [&] { return once(repository, request, 1, from); });
}

void RegistryClient::require() const {
  try {
    const auto response = once("", {.path = "/v2/"});
    if (response.status != 404) return;
    throw Error(
        "what answers at " + connection_->address() + " is not an image registry: status 404 for /v2/",
        {.output_tail = tail(response.body, 5),
         .hint = "registry: in components.yaml names another host",
         .exit_code = kCluster});
  } catch (Error& e) {
    e.details.exit_code = kCluster;
    throw;
  }
}

RegistryConnection::NodeHosts RegistryClient::node_hosts() const {
  return connection_->node_hosts(Deadline(patience_.limit, stop_));
}

void RegistryClient::require_manifest(const std::string& repository, const std::string& reference,
                                      const HttpResponse& response) const {
  const auto type = header(response, "content-type"), named = type.substr(0, type.find(';'));
  if (response.status == 200 && kAnyManifest.find(named) != std::string::npos) return;
  throw Error(
      "what answers at " + host() + " is not an image registry: status " + std::to_string(response.status) +
          (type.empty() ? "" : ", " + type) + " for the manifest " + reference + " of " + repository,
      {.output_tail = tail(response.body, 5),
       .hint = "find out which program listens there; registry: in components.yaml names another port",
       .exit_code = kBuild});
}

void RegistryClient::verify(const std::string& repository, const std::string& what,
                            const std::string& expected, const std::string& found) const {
  if (found != expected)
    throw Transient("the registry at " + host() + " has " + what + " of " + repository +
                        " wrongly: " + found + " instead of " + expected,
                    {.hint = "check the registry's disk" + emptying(), .exit_code = kBuild});
}

std::optional<StoredManifest> RegistryClient::manifest(const std::string& repository,
                                                       const std::string& reference) const {
  return persistently(repository, [&]() -> std::optional<StoredManifest> {
    const auto response = once(repository, {.path = path(repository, "/manifests/" + reference),
                                            .headers = {{"Accept", kAnyManifest}}});
    if (response.status == 404) return std::nullopt;
    const auto type = header(response, "content-type");
    if (type.find("distribution.manifest.v1+") != std::string::npos)
      throw Error(
          "image " + repository + ":" + reference + " is of Docker's schema 1, which nodes do not run",
          {.hint = "push it as an OCI image, or by Docker's schema 2", .exit_code = kBuild});
    require_manifest(repository, reference, response);
    const auto digest = descriptor_of(response.body).digest;
    if (const auto said = header(response, "docker-content-digest"); !said.empty())
      verify(repository, "manifest " + reference, said, digest);
    return StoredManifest{digest, type, response.body};
  });
}

std::optional<std::string> RegistryClient::digest(const std::string& repository,
                                                  const std::string& reference) const {
  const auto response =
      call(repository, {"HEAD", path(repository, "/manifests/" + reference), {{"Accept", kAnyManifest}}});
  if (response.status == 404) return std::nullopt;
  require_manifest(repository, reference, response);
  if (auto said = header(response, "docker-content-digest"); is_digest(said)) return said;
  const auto stored = manifest(repository, reference);
  return stored ? std::optional(stored->digest) : std::nullopt;
}

bool RegistryClient::has_tag(const std::string& repository, const std::string& tag) const {
  const auto response = call(repository, {.path = path(repository, "/tags/list?n=100000")});
  if (response.status != 200) return false;
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  const auto tags = answer.is_object() ? answer.value("tags", nlohmann::json()) : nlohmann::json();
  return tags.is_array() && std::find(tags.begin(), tags.end(), tag) != tags.end();
}

std::string RegistryClient::blob(const std::string& repository, const std::string& digest) const {
  return persistently(repository, [&] {
    const auto response = once(repository, {.path = path(repository, "/blobs/" + digest)}, 10);
    if (response.status != 200)
      throw Error("the registry at " + host() + " has lost blob " + digest + " of " + repository,
                  {.exit_code = kBuild});
    verify(repository, "a blob", digest, descriptor_of(response.body).digest);
    return response.body;
  });
}

bool RegistryClient::has_blob(const std::string& repository, const std::string& digest) const {
  return call(repository, {"HEAD", path(repository, "/blobs/" + digest)}).status == 200;
}

bool RegistryClient::mount_blob(const std::string& repository, const std::string& digest,
                                const std::string& from) const {
  const auto response = call(
      repository,
      {"POST", path(repository, "/blobs/uploads/?mount=" + digest + "&from=" + percent_encoded(full(from)))},
      from);
  if (response.status == 201) return true;
  if (const auto begun = header(response, "location"); !begun.empty()) call(repository, {"DELETE", begun});
  return false;
}

void RegistryClient::push_blob(const std::string& repository, const std::string& digest,
                               const std::string& content) const {
  // An upload that broke off cannot go on: each try begins a new one.
  persistently(repository, [&] {
    const auto begun = once(repository, {"POST", path(repository, "/blobs/uploads/")});
    const std::string where = header(begun, "location");
    const char* separator = where.find('?') == std::string::npos ? "?" : "&";
    const auto ended = once(repository, {"PUT",
                                         where + separator + "digest=" + digest,
                                         {{"Content-Type", "application/octet-stream"}},
                                         content});
    if (ended.status != 201)
      throw Transient("the registry at " + host() + " did not take blob " + digest + " of " + repository,
                      {.exit_code = kBuild});
  });
}

void RegistryClient::push_manifest(const std::string& repository, const std::string& tag,
                                   const std::string& media_type, const std::string& body) const {
  const auto expected = descriptor_of(body).digest;
  persistently(repository, [&] {
    const auto response = once(
        repository, {"PUT", path(repository, "/manifests/" + tag), {{"Content-Type", media_type}}, body});
    if (response.status != 201)
      throw Error("the registry at " + host() + " did not take the manifest of " + repository,
                  {.exit_code = kBuild});
    const auto stored = header(response, "docker-content-digest");
    verify(repository, "the manifest " + tag, expected,
           stored.empty() ? digest(repository, expected).value_or("nothing") : stored);
  });
}

}  // namespace harness
