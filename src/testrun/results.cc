#include "testrun/results.h"

#include <fmt/format.h>

#include <set>

#include "base/files.h"
#include "base/hash.h"
#include "suite/report.h"
#include "testrun/artifacts.h"

namespace harness::testrun {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr size_t kLargestFile = 64 << 20;
constexpr const char* kSummaryIndex = "testmachinery";

/// An annotation whose name ends so ("testrunner.testmachinery.sapcloud.io/cloudprovider"), else the global
/// config element; else `otherwise`.
std::string about(const Testrun& run, const std::string& annotation, const std::string& element,
                  const std::string& otherwise) {
  for (const auto& [name, value] : run.annotations)
    if (name == annotation || name.ends_with("/" + annotation)) return value;
  for (const auto& one : run.config)
    if (one.name == element && !one.value.from) return one.value.text;
  return otherwise;
}

Json meta_of_run(const Testrun& run, const RunState& state) {
  return {{"landscape", about(run, "landscape", "LANDSCAPE", "local")},
          {"cloudprovider", about(run, "cloudprovider", "CLOUDPROVIDER", "kind")},
          {"kubernetes_version", about(run, "k8sVersion", "K8S_VERSION", "")},
          {"testrun_id", state.id}};
}

void add_times(Json& json, const std::optional<Time>& begin, const std::optional<Time>& end) {
  if (begin) json["start"] = rfc3339(*begin);
  if (begin && end) json["duration"] = seconds_between(*begin, *end);
}

Json meta_of_node(Json meta, const Node& node, const NodeState& state) {
  meta["step"] = node.id;
  meta["testdefinition"] = node.definition().name;
  meta["phase"] = word(state.outcome.phase);
  add_times(meta, state.begin, state.end);
  return meta;
}

std::vector<Document> exported(const Node& node, const Json& meta, const fs::path& run_dir,
                               std::vector<std::string>& remarks) {
  const auto folder = folders_of(node, run_dir).exports();
  std::set<fs::path> files;
  if (fs::is_directory(folder))
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && !entry.is_symlink()) files.insert(entry.path());
  std::vector<Document> all;
  for (const auto& file : files) {
    const bool too_large = fs::file_size(file) > kLargestFile;
    auto documents =
        too_large ? std::nullopt : recognise(read_file(file), index_name(node.definition().name));
    if (!documents)
      remarks.push_back(fmt::format("note: {} {}: no documents in results.ndjson", file.string(),
                                    too_large ? "has more than 64 MiB" : "is neither JSON nor JSON lines"));
    if (!documents) continue;
    for (auto& document : *documents) {
      auto& own = document.source["tm_meta"];
      if (!own.is_object()) own = Json::object();
      own.update(meta);
      all.push_back(std::move(document));
    }
  }
  return all;
}

template <typename Visit>
void for_each_node(const Plan& plan, const RunState& state, Visit visit) {
  for (size_t i = 0; i < state.testflow.size(); ++i) visit(plan.testflow.nodes[i], state.testflow[i]);
  for (size_t i = 0; i < state.on_exit.size(); ++i) visit(plan.on_exit.nodes[i], state.on_exit[i]);
}

}  // namespace

std::vector<Document> results_of(const Loaded& loaded, const RunState& state, const fs::path& run_dir,
                                 std::vector<std::string>& remarks) {
  const auto meta = meta_of_run(loaded.run, state);
  std::vector<Document> all;
  Json phases = Json::object();
  for_each_node(loaded.plan, state, [&](const Node& node, const NodeState& one) {
    const auto own = meta_of_node(meta, node, one);
    for (auto& document : exported(node, own, run_dir, remarks)) all.push_back(std::move(document));
    Json summary{{"type", "step"}, {"name", node.id}, {"owner", node.definition().owner}, {"tm_meta", own}};
    if (!one.outcome.reason.empty()) summary["message"] = one.outcome.reason;
    all.push_back({kSummaryIndex, "", std::move(summary)});
    auto& count = phases[word(one.outcome.phase)];
    count = count.is_null() ? 1 : count.get<int>() + 1;
  });
  auto own = meta;
  own["phase"] = word(state.phase);
  add_times(own, state.begin, state.end);
  Json summary{{"type", "testrun"}, {"name", loaded.run.base_name}, {"steps", phases}, {"tm_meta", own}};
  if (!state.message.empty()) summary["message"] = state.message;
  all.push_back({kSummaryIndex, "", std::move(summary)});
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].id.empty()) all[i].id = sha256_hex(fmt::format("{} {}", state.id, i)).substr(0, 20);
  return all;
}

std::string junit_of(const Plan& plan, const RunState& state, const fs::path& run_dir) {
  std::vector<TestCase> cases;
  std::vector<TestResult> results;
  for_each_node(plan, state, [&](const Node& node, const NodeState&) {
    cases.push_back({.suite = node.on_exit ? "onExit" : "testflow",
                     .name = node.id,
                     .labels = in_order(node.definition().labels),
                     .owner = node.definition().owner});
  });
  size_t next = 0;
  for_each_node(plan, state, [&](const Node& node, const NodeState& one) {
    const auto phase = one.outcome.phase;
    TestResult result{
        .test = &cases[next++], .reason = one.outcome.reason, .log = folders_of(node, run_dir).log()};
    result.status = phase == Phase::succeeded ? TestResult::Status::passed
                    : is_failure(phase)       ? TestResult::Status::failed
                                              : TestResult::Status::not_run;
    if (phase == Phase::timeout) result.reason = "Timeout: " + result.reason;
    if (one.begin && one.end) result.seconds = std::chrono::duration<double>(*one.end - *one.begin).count();
    results.push_back(std::move(result));
  });
  return junit_xml(results);
}

std::vector<Document> write_results(const Loaded& loaded, const RunState& state, const fs::path& run_dir,
                                    std::vector<std::string>& remarks) {
  auto documents = results_of(loaded, state, run_dir, remarks);
  write_file_atomically(run_dir / "results.ndjson", bulk_text(documents));
  write_file_atomically(run_dir / "junit_01.xml", junit_of(loaded.plan, state, run_dir));
  return documents;
}

}  // namespace harness::testrun
