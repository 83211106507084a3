#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/hash.h"
#include "image/oci.h"
#include "support/http_server.h"

/// Keeps blobs and manifests by "repository/digest-or-tag". As distribution does, it looks at Accept, and
/// takes no index whose parts it has not.
class MemoryRegistry {
 public:
  std::string host() const { return server_.host(); }
  int port() const { return server_.port(); }
  std::vector<HttpServer::Request> requests() const { return server_.requests(); }
  size_t count(const std::string& method) const {
    size_t found = 0;
    for (const auto& request : server_.requests()) found += request.method == method;
    return found;
  }
  std::string stored(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = stored_.find(key);
    return found == stored_.end() ? "" : found->second;
  }
  void store_manifest(const std::string& repository, const std::string& tag, const std::string& body,
                      const std::string& type = "application/vnd.oci.image.manifest.v1+json") {
    const std::lock_guard lock(mutex_);
    const auto digest = "sha256:" + harness::sha256_hex(body);
    stored_[repository + "/" + tag] = stored_[repository + "/" + digest] = body;
    types_[repository + "/" + digest] = type;
  }
  /// An image of one layer, as "NAME:latest". Returns the layer's digest.
  std::string store_base(const std::string& name, const std::string& layer) {
    const auto [digest, manifest] = store_image(name, layer);
    store_manifest(name, "latest", manifest);
    return digest;
  }
  /// The blobs of an image of one layer. Returns the layer's digest and the manifest, which is not stored.
  std::pair<std::string, std::string> store_image(const std::string& name, const std::string& layer) {
    const std::string config =
        R"({"architecture":"amd64","os":"linux","config":{"Env":["A=1"]},"rootfs":{"type":"layers","diff_ids":["sha256:dd"]}})";
    const auto digest = harness::descriptor_of(layer).digest,
               config_digest = harness::descriptor_of(config).digest;
    store(name + "/" + config_digest, config);
    store(name + "/" + digest, layer);
    return {digest, R"({"config":{"digest":")" + config_digest +
                        R"("},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":")" +
                        digest + R"(","size":)" + std::to_string(layer.size()) + "}]}"};
  }
  std::vector<std::string> tags(const std::string& repository) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    for (const auto& [key, content] : stored_)
      if (key.starts_with(repository + "/") && key.find(':') == std::string::npos)
        found.push_back(key.substr(repository.size() + 1));
    return found;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    stored_.clear();
  }
  void store(const std::string& key, const std::string& content) {
    const std::lock_guard lock(mutex_);
    stored_[key] = content;
  }

  /// Answers in the registry's place where it returns true.
  std::function<bool(const HttpServer::Request&, HttpServer::Answer&)> fault;

 private:
  void answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
    if (fault && fault(request, answer)) return;
    const auto& target = request.target;
    if (target == "/v2/") return answer.reply(200);
    const auto at = std::min(target.find("/manifests/"), target.find("/blobs/"));
    const std::string repository = target.substr(4, at - 4);
    const std::string last =
        target.substr(target.rfind(target.find("digest=") != std::string::npos ? '=' : '/') + 1);
    if (request.method == "POST")
      return answer.reply(202, "", {{"Location", "/v2/" + repository + "/blobs/uploads/1"}});
    if (request.method == "DELETE") return answer.reply(204);
    if (target.ends_with("/tags/list?n=100000"))
      return answer.reply(200,
                          nlohmann::json{{"tags", tags(target.substr(4, target.size() - 4 - 19))}}.dump());
    const bool is_manifest = target.find("/manifests/") != std::string::npos;
    if (request.method == "PUT" && !is_manifest) {
      store(repository + "/" + last, request.body);
      return answer.reply(201);
    }
    if (request.method == "PUT") {
      const auto body = nlohmann::json::parse(request.body, nullptr, false);
      for (const auto& part :
           body.is_object() ? body.value("manifests", nlohmann::json::array()) : nlohmann::json::array())
        if (stored(repository + "/" + part.value("digest", "")).empty())
          return answer.reply(400, R"({"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]})");
      store_manifest(repository, last, request.body, header(request, "content-type"));
      return answer.reply(201);
    }
    const auto body = stored(repository + "/" + last);
    const auto digest = "sha256:" + harness::sha256_hex(body),
               type = is_manifest ? type_of(repository + "/" + digest) : "application/octet-stream";
    if (body.empty()) return answer.reply(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN"}]})");
    if (is_manifest && header(request, "accept").find(type) == std::string::npos)
      return answer.reply(
          404,
          R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"OCI index found, but accept header does not support OCI indexes"}]})");
    answer.reply(200, request.method == "HEAD" ? "" : body,
                 {{"Docker-Content-Digest", digest}, {"Content-Type", type}});
  }
  static std::string header(const HttpServer::Request& request, const std::string& name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? "" : found->second;
  }
  std::string type_of(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = types_.find(key);
    return found == types_.end() ? "application/vnd.oci.image.manifest.v1+json" : found->second;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::string> stored_, types_;  ///< types: of manifests, by repository and digest
  HttpServer server_{[this](const auto& request, auto& reply) { answer(request, reply); }};
};
