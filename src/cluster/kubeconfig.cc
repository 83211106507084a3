#include "cluster/kubeconfig.h"

#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "config/yaml_documents.h"
#include "config/yaml_json.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A mapping of the file. `where` begins its fields' names in messages: "user kind-x".
class Part {
 public:
  Part(const fs::path& file, std::string where, Json fields)
      : file_(file), where_(std::move(where)), fields_(std::move(fields)) {
    if (fields_.is_null()) fields_ = Json::object();
    if (!fields_.is_object()) wrong("is no mapping");
  }

  [[noreturn]] void wrong(const std::string& what) const {
    throw Error(file_.string() + ": " + (where_.empty() ? "the file" : where_) + " " + what,
                {.hint = "kubectl config view --kubeconfig " + shell_quoted({file_.string()}) +
                         " shows it; an instance's own may be deleted: the next run writes it again",
                 .exit_code = kCluster});
  }
  bool has(const char* key) const { return fields_.contains(key) && !fields_[key].is_null(); }
  std::string text(const char* key) const {
    if (!has(key)) return "";
    if (!fields_[key].is_string()) wrong(std::string("has a ") + key + " that is no text");
    return fields_[key];
  }
  bool is_true(const char* key) const {
    if (has(key) && !fields_[key].is_boolean()) wrong(std::string("has a ") + key + " that is no boolean");
    return has(key) && fields_[key].get<bool>();
  }
  std::vector<std::string> texts(const char* key) const {
    if (!has(key)) return {};
    const auto is_text = [](const Json& one) { return one.is_string(); };
    if (!fields_[key].is_array() || !std::all_of(fields_[key].begin(), fields_[key].end(), is_text))
      wrong(std::string("has ") + key + " that are no texts");
    return fields_[key];
  }
  std::vector<std::string> keys() const {
    std::vector<std::string> names;
    for (const auto& entry : fields_.items()) names.push_back(entry.key());
    return names;
  }
  Part part(const char* key) const { return {file_, where_, has(key) ? fields_[key] : Json()}; }

  /// What `list` has by that name, whose fields are those of `kind`.
  Part named(const char* list, const std::string& kind, const std::string& name) const {
    const Json* found = nullptr;
    if (has(list) && !fields_[list].is_array()) wrong(std::string("has ") + list + " that are no list");
    for (const auto& one : has(list) ? fields_[list] : empty()) {
      if (!one.is_object() || one.value("name", Json()) != name) continue;
      if (found) wrong("has two " + std::string(list) + " of the name " + name);
      found = &one;
    }
    if (!found) wrong("has no " + kind + " " + name);
    return {file_, kind + " " + name, found->value(kind, Json())};
  }

  /// Relative to the kubeconfig's folder, as for kubectl.
  fs::path path(const char* key) const {
    const auto name = text(key);
    return name.empty() ? fs::path() : file_.parent_path() / name;
  }
  /// PEM: of the field whose name ends with "-data", or of the file that is named.
  std::string pem(const std::string& key) const {
    const auto data_key = key + "-data";
    auto content = text(data_key.c_str());
    const bool is_data = !content.empty();
    if (is_data) {
      const auto decoded = base64_decoded(content);
      if (!decoded) wrong("has a " + data_key + " that is no base64");
      content = *decoded;
    } else if (const auto file = path(key.c_str()); !file.empty()) {
      content = content_of(key, file);
    } else {
      return "";
    }
    if (content.find("-----BEGIN ") == std::string::npos)
      wrong("has a " + (is_data ? data_key : key) + " that is no PEM");
    return content;
  }
  std::string content_of(const std::string& key, const fs::path& file) const {
    try {
      return read_file(file);
    } catch (const std::runtime_error& e) {
      wrong("has a " + key + " that cannot be read: " + e.what());
    }
  }

 private:
  static const Json& empty() {
    static const Json list = Json::array();
    return list;
  }

  const fs::path file_;
  const std::string where_;
  Json fields_;
};

Json document_of(const fs::path& file) {
  const auto fail = [&](const std::string& what) { Part(file, "", Json()).wrong(what); };
  std::string text;
  try {
    text = read_file(file);
  } catch (const std::runtime_error& e) {
    fail(std::string("cannot be read: ") + e.what());
  }
  if (text.find('\0') != std::string::npos) fail("is no text");
  try {
    const auto documents = yaml_documents(text);
    return documents.empty() ? Json() : json_of(documents.front());
  } catch (const YAML::Exception& e) {
    fail("is no YAML: " + std::string(e.what()));
  }
  return {};
}

/// Without a scheme is a server, too (https://pkg.go.dev/k8s.io/client-go/rest#DefaultServerURL).
bool is_server(const std::string& text) {
  static const RE2 url(
      R"((?:https?://)?(?:[^/?#@\s]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^/?#@:\s\[\]]+)(?::[0-9]{1,5})?(?:/[^?#\s]*)?)");
  return RE2::FullMatch(text, url);
}

bool is_proxy(const std::string& text) {
  static const RE2 url(R"((?:https?|socks5h?)://[^/?#\s]+/?)");
  return RE2::FullMatch(text, url);
}

Kubeconfig::Cluster cluster_of(const Part& part) {
  Kubeconfig::Cluster cluster{.server = part.text("server"),
                              .authority = part.pem("certificate-authority"),
                              .believes_anybody = part.is_true("insecure-skip-tls-verify"),
                              .server_name = part.text("tls-server-name"),
                              .proxy = part.text("proxy-url")};
  if (cluster.server.empty()) part.wrong("has no server");
  if (!is_server(cluster.server)) part.wrong("has a server that is no URL of HTTP");
  if (!cluster.proxy.empty() && !is_proxy(cluster.proxy))
    part.wrong("has a proxy-url that begins with none of http://, https:// and socks5://");
  if (cluster.believes_anybody && !cluster.authority.empty())
    part.wrong("has a certificate-authority and insecure-skip-tls-verify, of which kubectl takes one");
  return cluster;
}

Kubeconfig::User user_of(const Part& part) {
  Kubeconfig::User user{.certificate = part.pem("client-certificate"),
                        .key = part.pem("client-key"),
                        .token = part.text("token"),
                        .token_file = part.path("tokenFile"),
                        .name = part.text("username"),
                        .password = part.text("password"),
                        .logs_in_by_program = part.has("exec") || part.has("auth-provider"),
                        .as = part.text("as"),
                        .as_uid = part.text("as-uid"),
                        .as_groups = part.texts("as-groups"),
                        .as_extra = {}};
  if (!user.certificate.empty() && user.key.empty()) part.wrong("has a client-certificate and no client-key");
  if (!user.name.empty() && (!user.token.empty() || !user.token_file.empty()))
    part.wrong("has a username and a token, of which kubectl takes one");
  if (user.token.empty() && !user.token_file.empty()) part.content_of("tokenFile", user.token_file);
  const auto extra = part.part("as-user-extra");
  for (const auto& key : extra.keys()) user.as_extra[key] = extra.texts(key.c_str());
  if (user.as.empty() && !(user.as_uid.empty() && user.as_groups.empty() && user.as_extra.empty()))
    part.wrong("has as-uid, as-groups or as-user-extra and no as");
  return user;
}

}  // namespace

Kubeconfig read_kubeconfig(const fs::path& file) {
  const Part whole(file, "", document_of(file));
  const auto current = whole.text("current-context");
  if (current.empty()) whole.wrong("has no current-context");
  const auto context = whole.named("contexts", "context", current);
  const auto cluster = context.text("cluster"), user = context.text("user");
  if (cluster.empty()) context.wrong("names no cluster");
  return {cluster_of(whole.named("clusters", "cluster", cluster)),
          user.empty() ? Kubeconfig::User() : user_of(whole.named("users", "user", user))};
}

}  // namespace harness
