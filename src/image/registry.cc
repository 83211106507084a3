#include "image/registry.h"

#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/pause.h"
#include "base/text.h"
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

/// Where an upload goes on: the path and query of an absolute or relative Location.
std::string location(const HttpResponse& response) {
  std::string where = header(response, "location");
  if (const auto scheme = where.find("://"); scheme != std::string::npos)
    where = where.substr(where.find('/', scheme + 3));
  return where;
}

/// registry:2 answers 500 with the number of the system's error (28 is ENOSPC).
bool is_full(const HttpResponse& response) {
  return response.status == 507 ||
         (response.status >= 500 && (response.body.find("no space left") != std::string::npos ||
                                     response.body.find("\"Err\":28") != std::string::npos ||
                                     response.body.find("disk quota exceeded") != std::string::npos));
}

}  // namespace

RegistryClient::RegistryClient(std::string host, std::stop_token stop)
    : RegistryClient(std::move(host), Patience{}, std::move(stop)) {}

RegistryClient::RegistryClient(std::string host, Patience patience, std::stop_token stop,
                               std::function<std::string()> own_container)
    : host_(std::move(host)),
      http_("http://" + host_, {.idle = std::chrono::seconds(60), .least = 1024}),
      patience_(std::move(patience)),
      stop_(std::move(stop)),
      own_container_(std::move(own_container)) {}

std::string RegistryClient::looking() const {
  const auto container = own_container_ ? own_container_() : "";
  return container.empty() ? "curl http://" + host_ + "/v2/ shows whether it answers"
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

HttpResponse RegistryClient::request(const std::string& method, const std::string& path,
                                     const std::string& body, const Headers& headers, int slowness) const {
  const auto limit = patience_.limit * slowness + std::chrono::seconds(body.size() / 1'000'000);
  return http_.send({method, path, headers, body}, Deadline(limit, stop_));
}

HttpResponse RegistryClient::once(const std::string& repository, const std::string& method,
                                  const std::string& path, const std::string& body, const Headers& headers,
                                  int slowness) const {
  HttpResponse response;
  try {
    response = request(method, path, body, headers, slowness);
  } catch (const HttpError& e) {
    Transient error("the registry at " + host_ + " cannot be reached for " + repository + ": " + e.what(),
                    {.hint = looking(), .exit_code = kBuild});
    error.was_slow = e.kind == HttpError::Kind::timeout;
    throw error;
  }
  if (response.status < 400 || response.status == 404) return response;
  if (is_full(response))
    throw Error("the registry at " + host_ + " has no disk space left for " + repository,
                {.output_tail = tail(response.body, 5),
                 .hint = "free some disk where the registry stores: docker system df" + emptying(),
                 .exit_code = kBuild});
  const std::string message = "the registry at " + host_ + " refused " + method + " for " + repository +
                              ": status " + std::to_string(response.status);
  const Error::Details details{.output_tail = tail(response.body, 5), .hint = looking(), .exit_code = kBuild};
  if (response.status >= 500 || response.status == 429) throw Transient(message, details);
  throw Error(message, details);
}

HttpResponse RegistryClient::call(const std::string& repository, const std::string& method,
                                  const std::string& path, const Headers& headers) const {
  return persistently(repository, [&] { return once(repository, method, path, {}, headers); });
}

void RegistryClient::require_manifest(const std::string& repository, const std::string& reference,
                                      const HttpResponse& response) const {
  const auto type = header(response, "content-type"), named = type.substr(0, type.find(';'));
  if (response.status == 200 && kAnyManifest.find(named) != std::string::npos) return;
  throw Error(
      "what answers at " + host_ + " is not an image registry: status " + std::to_string(response.status) +
          (type.empty() ? "" : ", " + type) + " for the manifest " + reference + " of " + repository,
      {.output_tail = tail(response.body, 5),
       .hint = "find out which program listens there; registry: in components.yaml names another port",
       .exit_code = kBuild});
}

void RegistryClient::verify(const std::string& repository, const std::string& what,
                            const std::string& expected, const std::string& found) const {
  if (found != expected)
    throw Transient("the registry at " + host_ + " has " + what + " of " + repository + " wrongly: " + found +
                        " instead of " + expected,
                    {.hint = "check the registry's disk" + emptying(), .exit_code = kBuild});
}

std::optional<StoredManifest> RegistryClient::manifest(const std::string& repository,
                                                       const std::string& reference) const {
  return persistently(repository, [&]() -> std::optional<StoredManifest> {
    const auto response = once(repository, "GET", "/v2/" + repository + "/manifests/" + reference, {},
                               {{"Accept", kAnyManifest}});
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
      call(repository, "HEAD", "/v2/" + repository + "/manifests/" + reference, {{"Accept", kAnyManifest}});
  if (response.status == 404) return std::nullopt;
  require_manifest(repository, reference, response);
  if (auto said = header(response, "docker-content-digest"); is_digest(said)) return said;
  const auto stored = manifest(repository, reference);
  return stored ? std::optional(stored->digest) : std::nullopt;
}

bool RegistryClient::has_tag(const std::string& repository, const std::string& tag) const {
  const auto response = call(repository, "GET", "/v2/" + repository + "/tags/list?n=100000");
  if (response.status != 200) return false;
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  const auto tags = answer.is_object() ? answer.value("tags", nlohmann::json()) : nlohmann::json();
  return tags.is_array() && std::find(tags.begin(), tags.end(), tag) != tags.end();
}

std::string RegistryClient::blob(const std::string& repository, const std::string& digest) const {
  return persistently(repository, [&] {
    const auto response = once(repository, "GET", "/v2/" + repository + "/blobs/" + digest, {}, {}, 10);
    if (response.status != 200)
      throw Error("the registry at " + host_ + " has lost blob " + digest + " of " + repository,
                  {.exit_code = kBuild});
    verify(repository, "a blob", digest, descriptor_of(response.body).digest);
    return response.body;
  });
}

bool RegistryClient::has_blob(const std::string& repository, const std::string& digest) const {
  return call(repository, "HEAD", "/v2/" + repository + "/blobs/" + digest).status == 200;
}

bool RegistryClient::mount_blob(const std::string& repository, const std::string& digest,
                                const std::string& from) const {
  const auto response =
      call(repository, "POST", "/v2/" + repository + "/blobs/uploads/?mount=" + digest + "&from=" + from);
  if (response.status == 201) return true;
  call(repository, "DELETE", location(response));  // it began an upload instead
  return false;
}

void RegistryClient::push_blob(const std::string& repository, const std::string& digest,
                               const std::string& content) const {
  // An upload that broke off cannot go on: each try begins a new one.
  persistently(repository, [&] {
    const auto begun = once(repository, "POST", "/v2/" + repository + "/blobs/uploads/");
    const std::string where = location(begun);
    const char* separator = where.find('?') == std::string::npos ? "?" : "&";
    const auto ended = once(repository, "PUT", where + separator + "digest=" + digest, content,
                            {{"Content-Type", "application/octet-stream"}});
    if (ended.status != 201)
      throw Transient("the registry at " + host_ + " did not take blob " + digest + " of " + repository,
                      {.exit_code = kBuild});
  });
}

void RegistryClient::push_manifest(const std::string& repository, const std::string& tag,
                                   const std::string& media_type, const std::string& body) const {
  const auto expected = descriptor_of(body).digest;
  persistently(repository, [&] {
    const auto response = once(repository, "PUT", "/v2/" + repository + "/manifests/" + tag, body,
                               {{"Content-Type", media_type}});
    if (response.status != 201)
      throw Error("the registry at " + host_ + " did not take the manifest of " + repository,
                  {.exit_code = kBuild});
    const auto stored = header(response, "docker-content-digest");
    verify(repository, "the manifest " + tag, expected,
           stored.empty() ? digest(repository, expected).value_or("nothing") : stored);
  });
}

}  // namespace harness
