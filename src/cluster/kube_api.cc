#include "cluster/kube_api.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "base/backoff.h"
#include "base/text.h"
#include "cluster/api_error.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

/// The API server itself gives up after a minute
/// (https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/, --request-timeout).
constexpr HttpClient::Limits kLimits{.connect = 5s, .idle = 65s};
/// A server that starts may not know yet whose token that is.
constexpr auto kStranger = 5s;
/// What goes on is silent for as long as nothing changes: its deadline ends it.
constexpr HttpClient::Limits kStreamLimits{.connect = 5s, .idle = 24h};

/// The proxy says by itself that there is no API server behind it, or that its connection broke: Go's words
/// for that, in no Status.
bool is_of_the_proxy(const HttpResponse& response) {
  static const RE2 broken(
      "(?:dial|read|write) (?:tcp|unix) |(?:^|: )(?:unexpected )?EOF\\s*$|^http2: |^net/http: |^stream "
      "error: |connection (?:reset|refused|lost)|broken pipe|closed (?:network )?connection|TLS handshake");
  if (response.status != 500 && response.status != 502) return false;
  if (!read_status(response.status, response.body).reason.empty()) return false;
  return response.status == 502 || RE2::PartialMatch(response.body, broken);
}

/// The same of a certificate that one side does not accept.
bool is_untrusted_for_the_proxy(const HttpResponse& response) {
  static const RE2 untrusted("x509: |remote error: tls: ");
  return (response.status == 500 || response.status == 502) &&
         read_status(response.status, response.body).reason.empty() &&
         RE2::PartialMatch(response.body, untrusted);
}

/// A server that starts, is busy (https://kubernetes.io/docs/concepts/cluster-administration/flow-control/),
/// or whose etcd has no leader at the moment.
bool is_only_busy(const HttpResponse& response) {
  if (is_of_the_proxy(response)) return true;
  if (response.status == 429 || (response.status >= 502 && response.status <= 504)) return true;
  return response.status == 500 && (response.body.find("etcdserver: ") != std::string::npos ||
                                    read_status(response.status, response.body).reason == "ServerTimeout");
}

std::optional<std::chrono::seconds> retry_after(const HttpResponse& response) {
  const auto found = response.headers.find("retry-after");
  if (found == response.headers.end()) return std::nullopt;
  int seconds = 0;
  const auto& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || seconds < 0) return std::nullopt;  // a date: nobody sends one
  return std::chrono::seconds(seconds);
}

}  // namespace

std::string api_reason(const HttpResponse& response) {
  return read_status(response.status, response.body).message;
}

/// A request, and what is said and done where it is not answered as it should be.
struct KubeApi::Call {
  HttpRequest request;
  std::string doing = request.path;  ///< begins the message
  ExitCode where = kDeploy;
  bool whatever_it_says = false;  ///< an answer is an answer

  ApiError error(const HttpResponse& response) const {
    return {doing, read_status(response.status, response.body), where};
  }
};

KubeApi::KubeApi(const std::filesystem::path& kubeconfig)
    : KubeApi(read_kubeconfig(kubeconfig), kubeconfig) {}

KubeApi::KubeApi(const Kubeconfig& config, const std::filesystem::path& kubeconfig)
    : kubeconfig_(kubeconfig),
      proxy_(takes_kubectl(config) ? std::make_unique<KubeProxy>(kubeconfig) : nullptr),
      access_(proxy_ ? ApiAccess{"unix:" + proxy_->socket().string(), {}} : access_of(config)),
      http_(access_.address, kLimits, access_.http),
      streams_(access_.address, kStreamLimits, access_.http) {}

void KubeApi::wait_until_ready(std::chrono::seconds time, std::stop_token stop) const {
  const Deadline deadline(time, std::move(stop));
  bool was_revived = false;
  const auto strangers_end = Deadline::Clock::now() + kStranger;
  for (std::string last;;) {
    try {
      const auto response = http_.send({.path = "/readyz"}, deadline);
      if (response.status == 200) return;
      last = api_reason(response);
      if (proxy_ && is_untrusted_for_the_proxy(response)) throw untrusted("", last);
      if (response.status == 401 && Deadline::Clock::now() > strangers_end) throw stranger(last);
    } catch (const HttpError& e) {
      if (e.kind == HttpError::Kind::untrusted) throw untrusted("", e.what());
      last = e.what();
    }
    const bool has_ended = proxy_ && !proxy_->is_running();
    if ((has_ended && was_revived) || !deadline.pause(20ms)) throw no_answer("", last);
    if (has_ended) proxy_->revive();
    was_revived = was_revived || has_ended;
  }
}

ApiError KubeApi::no_answer(const std::string& doing, const std::string& why) const {
  ApiError error(doing, {.message = "the cluster's API does not answer: " + why}, kCluster);
  if (proxy_) error.details.output_tail = proxy_->said();
  return error;
}

ApiError KubeApi::stranger(const std::string& why) const {
  ApiError refused(
      "", {.code = 401, .message = "the cluster's API does not accept the kubeconfig's user: " + why},
      kCluster);
  refused.details.hint = "the token or certificate of the current context in " + kubeconfig_.string() +
                         " may have expired, or be of another cluster";
  return refused;
}

ApiError KubeApi::untrusted(const std::string& doing, const std::string& why) const {
  ApiError refused(doing,
                   {.reason = ApiStatus::kUntrusted, .message = "TLS with the cluster's API fails: " + why},
                   kCluster);
  refused.details.hint =
      "compare certificate-authority, client-certificate and tls-server-name of the current context in " +
      kubeconfig_.string() + " with what the server has, and look at the certificates' dates";
  return refused;
}

/// An API server that starts forbids what it has no roles for yet, and says itself that it is not ready.
bool KubeApi::is_starting(const ApiPatience& patience) const {
  try {
    return http_.send({.path = "/readyz"}, patience).status >= 500;
  } catch (const HttpError&) {
    return true;
  }
}

/// The answer, or the last one that may pass once the patience is over.
HttpResponse KubeApi::exchange(const Call& call, const ApiPatience& patience) const {
  bool was_ready = false;  // before it forbade this
  for (Backoff backoff(100ms, 5s);;) {
    std::optional<HttpResponse> response;
    std::string why;
    Deadline::Clock::duration pause = backoff.next();
    try {
      response = http_.send(call.request, patience);
      if (proxy_ && is_untrusted_for_the_proxy(*response)) throw untrusted(call.doing, api_reason(*response));
      const bool is_early = response->status == 403 && !was_ready;
      if (is_early) was_ready = !is_starting(patience);
      if (!is_early && (call.whatever_it_says ? !is_of_the_proxy(*response) : !is_only_busy(*response)))
        return *response;
      why = api_reason(*response);
      if (const auto wanted = retry_after(*response))
        pause = std::max<Deadline::Clock::duration>(pause, *wanted);
    } catch (const HttpError& e) {
      if (e.kind == HttpError::Kind::untrusted) throw untrusted(call.doing, e.what());
      why = e.what();
      recover();
    }
    if (pause < patience.left() && patience.pause(pause)) continue;
    if (response && !is_of_the_proxy(*response)) return *response;
    throw no_answer(call.doing, why);
  }
}

HttpResponse KubeApi::stream(const std::string& path, const std::function<bool(std::string_view)>& on_data,
                             const Deadline& deadline) const {
  return streams_.stream({.path = path}, on_data, deadline);
}

Json KubeApi::get(const std::string& path, const ApiPatience& patience) const {
  return get_as("application/json", path, patience);
}

Json KubeApi::get_as(const std::string& accept, const std::string& path, const ApiPatience& patience) const {
  const Call call{{.path = path, .headers = {{"Accept", accept}}}};
  const auto response = exchange(call, patience);
  if (response.status == 404) return nullptr;
  if (response.status != 200) throw call.error(response);
  return parsed(call, response);
}

/// What the API sends is JSON; what is none comes from something in between.
Json KubeApi::parsed(const Call& call, const HttpResponse& response) const {
  try {
    return Json::parse(response.body);
  } catch (const Json::exception& e) {
    ApiError error(call.doing,
                   {.code = response.status, .message = std::string("the answer is not JSON: ") + e.what()},
                   kCluster);
    error.details.output_tail = tail(response.body.substr(0, 1000), 5);
    throw error;
  }
}

std::string KubeApi::get_text(const std::string& path, const ApiPatience& patience) const {
  const auto response = exchange({.request = {.path = path}, .whatever_it_says = true}, patience);
  return response.status == 200 ? response.body : api_reason(response);
}

Json KubeApi::apply(const std::string& path, const Json& object, const ApiPatience& patience,
                    Apply how) const {
  const auto text = object.dump();
  const Call call{{"PATCH",
                   path + "?fieldManager=harness&force=true" + (how == Apply::dry_run ? "&dryRun=All" : ""),
                   {{"Content-Type", "application/apply-patch+yaml"}},
                   text},
                  ""};
  const auto response = exchange(call, patience);
  if (response.status != 200 && response.status != 201) throw call.error(response);
  return parsed(call, response);
}

Json KubeApi::ask(const std::string& path, const Json& body, const ApiPatience& patience) const {
  const auto text = body.dump();
  const Call call{{"POST", path, {{"Content-Type", "application/json"}}, text}};
  const auto response = exchange(call, patience);
  if (response.status / 100 != 2) throw call.error(response);
  return parsed(call, response);
}

void KubeApi::patch(const std::string& path, const Json& change, const ApiPatience& patience) const {
  const auto text = change.dump();
  const Call call{{"PATCH", path, {{"Content-Type", "application/strategic-merge-patch+json"}}, text},
                  "cannot change " + path};
  const auto response = exchange(call, patience);
  if (response.status != 200) throw call.error(response);
}

void KubeApi::remove(const std::string& path, const ApiPatience& patience, Propagation how) const {
  const Call call{{"DELETE", path + "?propagationPolicy=" +
                                 (how == Propagation::foreground ? "Foreground" : "Background")},
                  "cannot delete " + path,
                  kCluster};
  const auto response = exchange(call, patience);
  if (response.status != 404 && response.status / 100 != 2) throw call.error(response);
}

namespace {

std::string root_of(const std::string& api_version) {
  return (api_version.find('/') == std::string::npos ? "/api/" : "/apis/") + api_version;
}

}  // namespace

/// Asked for anew as long as there is none: a definition may come. Call with the mutex held.
const KubeApi::Type* KubeApi::type(const std::string& api_version, const std::string& kind,
                                   const ApiPatience& patience) const {
  auto& types = types_[api_version];
  if (!types.contains(kind)) {
    const Json list = get(root_of(api_version), patience);
    if (list.is_object())
      for (const auto& resource : list["resources"]) {
        const std::string plural = resource["name"];
        if (plural.find('/') == std::string::npos) types[resource["kind"]] = {plural, resource["namespaced"]};
      }
  }
  const auto found = types.find(kind);
  return found == types.end() ? nullptr : &found->second;
}

std::vector<std::string> KubeApi::kinds(const std::string& api_version, const ApiPatience& patience) const {
  const std::lock_guard lock(mutex_);
  type(api_version, "", patience);
  std::vector<std::string> names;
  for (const auto& [kind, known] : types_[api_version]) names.push_back(kind);
  return names;
}

bool KubeApi::knows(const std::string& api_version, const std::string& kind,
                    const ApiPatience& patience) const {
  const std::lock_guard lock(mutex_);
  return type(api_version, kind, patience) != nullptr;
}

bool KubeApi::is_cluster_wide(const std::string& api_version, const std::string& kind,
                              const ApiPatience& patience) const {
  const std::lock_guard lock(mutex_);
  const Type* known = type(api_version, kind, patience);
  return known && !known->namespaced;
}

std::string KubeApi::served_version(const std::string& api_version, const std::string& kind,
                                    const ApiPatience& patience) const {
  if (knows(api_version, kind, patience)) return api_version;
  const auto slash = api_version.find('/');
  if (slash == std::string::npos) return "";
  const Json group =
      get("/apis/" + api_version.substr(0, slash), patience);  // the preferred version comes first
  const Json versions = group.is_object() ? group.value("versions", Json::array()) : Json::array();
  for (const auto& version : versions)
    if (const auto other = version.value("groupVersion", "");
        other != api_version && knows(other, kind, patience))
      return other;
  return "";
}

std::string KubeApi::collection(const std::string& api_version, const std::string& kind,
                                const std::string& name_space, const ApiPatience& patience) const {
  const std::lock_guard lock(mutex_);
  const Type* known = type(api_version, kind, patience);
  if (!known) {
    ApiError error("",
                   {.code = 404,
                    .reason = kNoSuchType,
                    .message = "the cluster knows no " + kind + " of " + api_version,
                    .causes = {}},
                   kDeploy);
    error.details.hint =
        "check apiVersion and kind; a custom resource's definition must be deployed before (after: in "
        "components.yaml)";
    throw error;
  }
  return root_of(api_version) + (known->namespaced ? "/namespaces/" + name_space : "") + "/" + known->plural;
}

void wait_until_gone(const KubeApi& api, const std::string& path, std::chrono::seconds time,
                     std::stop_token stop) {
  const Deadline patience(time, std::move(stop));
  while (true) {
    const Json object = api.get(path, patience.stop());
    if (object.is_null()) return;
    if (!patience.pause(50ms))
      throw Error(path + " is still there " + format_seconds(static_cast<double>(time.count())) +
                      " after it was deleted",
                  {.output_tail = object.value("status", Json::object()).dump(2),
                   .hint = "look at its finalizers: kubectl get --raw " + path,
                   .exit_code = kCluster});
  }
}

}  // namespace harness
