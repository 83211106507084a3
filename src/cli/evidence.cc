#include "cli/evidence.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/http.h"
#include "base/text.h"
#include "cli/events.h"
#include "cli/scope.h"
#include "deploy/diagnosis.h"

namespace harness {

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{10};
constexpr size_t kTelling = 3;
/// Of one container, and of all failures of a run.
constexpr size_t kLogLines = 20'000, kLogBytes = 1'000'000, kRunBytes = 256 << 20;
/// What the cluster itself runs.
const std::set<std::string> kOfTheCluster = {"kube-system", "kube-public", "kube-node-lease",
                                             "local-path-storage"};

/// One collection.
class Collection {
 public:
  Collection(const Context& context, fs::path dir, std::chrono::system_clock::time_point since,
             std::atomic<size_t>& kept, const Deadline& deadline)
      : context_(context),
        dir_(std::move(dir)),
        since_(
            fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(since)))),
        kept_(kept),
        deadline_(deadline) {
    create_folders(dir_);
  }

  void look(const KubeApi& api) {
    scope_.emplace(context_, api, deadline_);
    attempt([&] { pods(api); });
    attempt([&] { events(api); });
  }

  void pods(const KubeApi& api) {
    std::string states;
    for (const auto& pod : api.get("/api/v1/pods", deadline_).value("items", Json::array())) {
      const std::string name_space = pod["metadata"]["namespace"], name = pod["metadata"]["name"];
      if (kOfTheCluster.contains(name_space) || !scope_->has(name_space)) continue;
      states += state_of(pod, name_space + "/" + name);
      for (const char* list : {"initContainerStatuses", "containerStatuses"})
        for (const auto& status : pod["status"].value(list, Json::array()))
          attempt([&] { log(api, name_space, name, status.value("name", "")); });
    }
    keep("pods.txt", states);
  }

  void events(const KubeApi& api) {
    std::string text;
    for (const auto& event : events_of(api, deadline_)) {
      const std::string name_space = event["metadata"].value("namespace", "");
      if (event_time(event) < since_ || kOfTheCluster.contains(name_space) || !scope_->has(name_space))
        continue;
      text += event_time(event) + " " + event_line(event) + "\n";
      if (event.value("type", "") == "Warning") warnings_.push_back("event " + event_line(event));
    }
    keep("events.txt", text);
  }

  void journal(const HttpClient& gateway, const Component& component) {
    const auto response =
        gateway.send({.path = component.url_path().value_or("") + "/admin/requests"}, deadline_);
    const auto all = response.status == 200 ? Json::parse(response.body, nullptr, false) : Json();
    if (!all.is_array()) return;
    Json during = Json::array();
    for (const auto& request : all)
      if (request.is_object() && request.value("time", "") >= since_.substr(0, since_.size() - 1))
        during.push_back(request);  // "...05.400Z" comes before "...05Z"
    keep("requests-" + component.name + ".json",
         during.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  }

  /// What failed is said in the folder, and stands in nobody's way.
  template <typename Work>
  void attempt(Work work) {
    try {
      work();
    } catch (const std::exception& e) {
      missing_ += std::string(e.what()) + "\n";
    }
  }

  std::vector<std::string> telling() {
    if (!missing_.empty()) write_file_atomically(dir_ / "missing.txt", missing_);
    std::vector<std::string> lines;
    for (const auto* source : {&unwell_, &warnings_, &errors_})
      for (const auto& line : *source)
        if (lines.size() < kTelling) lines.push_back(line.substr(0, 300));
    return lines;
  }

 private:
  std::string state_of(const Json& pod, const std::string& name) {
    std::string line = name + " " + pod["status"].value("phase", "");
    if (const Json& ready = condition_of(pod, "Ready"); !ready.is_null())
      line += is_ready(pod) ? " ready" : " not ready: " + text_at(ready, "/message");
    if (const auto diagnosis = diagnose_pod(pod)) {
      line += ": " + diagnosis->cause + ": " + diagnosis->evidence;
      unwell_.push_back("pod " + line);
    }
    return line + "\n";
  }

  /// What was printed last: the API's own limit would give what was printed first.
  std::string end_of_log(const KubeApi& api, const std::string& path) const {
    std::string text;
    size_t left_out = 0;
    const auto cut = [&] {
      if (text.size() <= kLogBytes) return;
      const auto line = text.find('\n', text.size() - kLogBytes);
      const size_t end = line == std::string::npos ? text.size() - kLogBytes : line + 1;
      left_out += end;
      text.erase(0, end);
    };
    const auto response = api.stream(
        path + "&tailLines=" + std::to_string(kLogLines),
        [&](std::string_view data) {
          text += data;
          if (text.size() > 2 * kLogBytes) cut();
          return true;
        },
        deadline_);
    if (response.status != 200)
      throw std::runtime_error(path.substr(0, path.find('?')) + ": " + api_reason(response));
    cut();
    return left_out == 0 ? text : fmt::format("[{} bytes before this are left out]\n", left_out) + text;
  }

  /// A file of the folder, unless this run has kept enough.
  void keep(const fs::path& name, const std::string& text) {
    if (kept_.fetch_add(text.size()) + text.size() > kRunBytes)
      throw std::runtime_error(name.string() + " is not kept: this run's failures have " +
                               std::to_string(kRunBytes >> 20) + " MB already");
    write_file_atomically(dir_ / name, text);
  }

  void log(const KubeApi& api, const std::string& name_space, const std::string& pod,
           const std::string& container) {
    if (kept_ > kRunBytes) return;  // said by the other files
    const auto text =
        end_of_log(api, fmt::format("/api/v1/namespaces/{}/pods/{}/log?container={}&sinceTime={}", name_space,
                                    pod, container, since_));
    if (text.empty()) return;
    create_folders(dir_ / "logs");
    keep(fs::path("logs") / fmt::format("{}.{}.{}.log", name_space, pod, container), text);
    for (const auto& line : split(text, '\n'))
      if (errors_.size() < kTelling && tells(line)) errors_.push_back(fmt::format("log {}: {}", pod, line));
  }

  const Context& context_;
  std::optional<Scope> scope_;
  const fs::path dir_;
  const std::string since_;    ///< RFC 3339: times are compared as text
  std::atomic<size_t>& kept_;  ///< by the run so far
  const Deadline deadline_;
  std::vector<std::string> unwell_, warnings_, errors_;
  std::string missing_;
};

}  // namespace

bool tells(const std::string& line) {
  static const RE2 trouble("(?i)\\b(error|fatal|panic|exception|failed|segmentation fault)\\b");
  return RE2::PartialMatch(line, trouble) && line.find("/harness-gateway/") == std::string::npos;
}

std::vector<std::string> Evidence::collect(const fs::path& dir, std::chrono::system_clock::time_point since,
                                           std::stop_token stop) {
  try {
    const Deadline deadline(kPatience, std::move(stop));
    Collection collection(context_, dir, since, kept_, deadline);
    collection.attempt([&] {
      api_.wait_until_ready(kPatience, deadline.stop());
      collection.look(api_);
    });
    const HttpClient gateway(url_);
    for (const auto& component : context_.project.components)
      if (component.url_path()) collection.attempt([&] { collection.journal(gateway, component); });
    return collection.telling();
  } catch (const std::exception& e) {
    return {std::string("the state of the cluster could not be saved: ") + e.what()};
  }
}

}  // namespace harness
