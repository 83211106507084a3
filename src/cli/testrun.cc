#include "cli/testrun.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <thread>

#include "base/base64.h"
#include "base/error.h"
#include "base/files.h"
#include "base/plain_text.h"
#include "base/proxies.h"
#include "base/text.h"
#include "cli/given.h"
#include "cli/instance_lock.h"
#include "cli/session.h"
#include "cli/testrun_reports.h"
#include "cluster/direct_hosts.h"
#include "cluster/instance.h"
#include "cluster/kube_api.h"
#include "cluster/state_files.h"
#include "config/project.h"
#include "deploy/gateway.h"
#include "deploy/tenancy.h"
#include "testrun/emit/emit.h"
#include "testrun/emit/yaml.h"
#include "testrun/load.h"
#include "testrun/results.h"
#include "testrun/run.h"
#include "testrun/runs.h"
#include "testrun/scratch.h"
#include "testrun/upload.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr size_t kShownLines = 60, kShownBytes = 100'000;
constexpr auto kApiPatience = std::chrono::seconds(10);

/// A Testrun needs no components.yaml: without one the root is the folder that the user is in.
fs::path root_of(const Options& options) {
  if (!options.config.empty()) return fs::absolute(options.config).parent_path();
  try {
    return find_project(fs::current_path()).parent_path();
  } catch (const Error&) {
    return fs::current_path();
  }
}

testrun::Parameters parameters_of(const Options& options) {
  testrun::Parameters parameters;
  for (const auto& text : options.set) {
    const auto equals = text.find('=');
    if (!parameters.emplace(text.substr(0, equals), text.substr(equals + 1)).second)
      throw Error("-set " + text.substr(0, equals) + " is given twice", {.exit_code = kUsage});
  }
  return parameters;
}

testrun::Defaults defaults_of(const Options& options) {
  testrun::Defaults defaults;
  if (options.timeout_seconds > 0) defaults.deadline = std::chrono::seconds(options.timeout_seconds);
  defaults.only_pods =
      options.task == Task::emit_testrun && testrun::has_own_pods(testrun::engine_of(options.emit));
  if (!options.executor.empty())
    defaults.executor = options.executor == "pod" ? testrun::ExecutorKind::pod : testrun::ExecutorKind::host;
  return defaults;
}

/// A job of Prow runs the harness with what was said here.
testrun::EmitSettings emit_settings_of(const Options& options, const fs::path& root) {
  testrun::EmitSettings settings{.engine = testrun::engine_of(options.emit),
                                 .attempts = std::max(1, options.attempts),
                                 .jobs = options.jobs,
                                 .root = root};
  const auto add = [&](const char* flag, const std::string& value, bool given) {
    if (given) settings.flags.push_back(fmt::format("-{}={}", flag, value));
  };
  for (const auto& parameter : options.set) add("set", parameter, true);
  add("attempts", std::to_string(options.attempts), options.attempts > 0);
  add("executor", options.executor, !options.executor.empty());
  add("timeout", std::to_string(options.timeout_seconds) + "s", options.timeout_seconds > 0);
  add("j", std::to_string(options.jobs), options.jobs > 0);
  add("es-url", options.es_url, !options.es_url.empty());
  return settings;
}

/// Throws Error (kUsage) with every problem of every file; shows what else is to be said.
std::vector<std::unique_ptr<testrun::Loaded>> load_all(const Options& options, const fs::path& root,
                                                       const fs::path& checkouts, Terminal& terminal,
                                                       std::stop_token stop) {
  const auto parameters = parameters_of(options);
  const testrun::Catalog::Folders folders{
      .project = root, .cache = root / ".harness" / "locations", .checkouts = checkouts};
  testrun::Findings findings;
  std::vector<std::unique_ptr<testrun::Loaded>> all;
  std::vector<std::string> used;
  for (const auto& file : testrun::testrun_files(options.testrun)) {
    all.push_back(testrun::load(file, parameters, folders, defaults_of(options), findings, stop));
    const auto& keys = all.back()->run.parameters;
    used.insert(used.end(), keys.begin(), keys.end());
  }
  for (const auto& [key, value] : parameters) {
    if (std::find(used.begin(), used.end(), key) != used.end()) continue;
    const auto near = nearest(key, used);
    findings.problems.push_back(fmt::format("-set {}: there is no ${{{}}} in {}{}", key, key,
                                            options.testrun.string(),
                                            near ? " (did you mean \"" + *near + "\"?)" : ""));
  }
  std::set<std::string> said;  // Testruns of a folder share definitions
  const auto is_new = [&](const std::string& text) { return said.insert(text).second; };
  for (const auto& remark : findings.remarks)
    if (is_new(remark)) terminal.info(remark);
  std::vector<std::string> problems;
  std::copy_if(findings.problems.begin(), findings.problems.end(), std::back_inserter(problems), is_new);
  if (!problems.empty()) throw Error(join(problems, "\n"), {.exit_code = kUsage});
  return all;
}

/// A running instance's kubeconfig is there once its cluster is: a step may make it.
std::function<testrun::LookUp(const std::string&)> look_up_in(const fs::path& kubeconfig) {
  return [kubeconfig](const std::string& name_space) -> testrun::LookUp {
    return [kubeconfig, name_space](const testrun::KeyRef& ref, std::stop_token stop) {
      const bool secret = ref.kind == testrun::KeyRef::Kind::secret;
      const auto what =
          fmt::format("key {} of {} {}/{}", ref.key, secret ? "Secret" : "ConfigMap", name_space, ref.name);
      if (!fs::exists(kubeconfig))
        throw Error(fmt::format("{} is not available: there is no cluster", what), {.exit_code = kCluster});
      const KubeApi api(kubeconfig, kApiPatience, stop);
      const auto object = api.get(
          fmt::format("/api/v1/namespaces/{}/{}/{}", name_space, secret ? "secrets" : "configmaps", ref.name),
          stop);
      const auto data =
          object.is_object() && object.contains("data") ? object["data"] : nlohmann::json::object();
      if (!data.contains(ref.key)) throw Error(fmt::format("there is no {}", what), {.exit_code = kCluster});
      const std::string text = data[ref.key];
      return secret ? base64_decoded(text).value_or("") : text;
    };
  };
}

using Status = std::pair<const testrun::Node*, const testrun::NodeState*>;

std::vector<Status> statuses(const testrun::Loaded& loaded, const testrun::RunState& state) {
  std::vector<Status> all;
  for (size_t i = 0; i < state.testflow.size(); ++i)
    all.emplace_back(&loaded.plan.testflow.nodes[i], &state.testflow[i]);
  for (size_t i = 0; i < state.on_exit.size(); ++i)
    all.emplace_back(&loaded.plan.on_exit.nodes[i], &state.on_exit[i]);
  return all;
}

void show_failure(const testrun::Node& node, const testrun::NodeState& state, const fs::path& run_dir,
                  Terminal& terminal) {
  const auto log = testrun::folders_of(node, run_dir).log();
  const auto& definition = node.definition();
  auto text = fmt::format("\n{} {}: {}\n{}", word(state.outcome.phase), node.id, state.outcome.reason,
                          tail(plain_text(end_of_file(log, kShownBytes)), kShownLines));
  text += "\n  owner: " + definition.owner;
  if (!definition.recipients.empty()) text += "\n  tell:  " + join(definition.recipients, ", ");
  terminal.line(text + "\n  log:   " + log.string());
}

/// "2 Succeeded, 1 Failed".
std::string counts(const std::vector<Status>& all) {
  std::map<testrun::Phase, int> counts;
  for (const auto& [node, state] : all) ++counts[state->outcome.phase];
  std::vector<std::string> parts;
  for (const auto& [phase, count] : counts) parts.push_back(fmt::format("{} {}", count, word(phase)));
  return join(parts, ", ");
}

class Session {
 public:
  Session(const Options& options, Terminal& terminal, std::stop_token stop)
      : options_(options),
        terminal_(terminal),
        stop_(std::move(stop)),
        root_(root_of(options)),
        instance_({.file = {}, .root = root_}, options.name),
        runs_(root_ / ".harness" / "runs") {}

  int go() {
    if (options_.task == Task::resume_testrun) return testrun::Runs(runs_).resume(options_.resume), kPassed;
    if (!only_reads())
      for (const auto& line : testrun::Runs(runs_).collect(std::chrono::system_clock::now()))
        terminal_.info(line);
    if (options_.task == Task::gc) return kPassed;
    if (!options_.es_url.empty()) upload_.emplace(options_.es_url);
    unsetenv("HARNESS_ES_URL");  // nothing for steps
    if (!options_.kubeconfig.empty() && !only_reads()) {
      const auto lock = lock_instance(instance_, options_.name, !options_.no_wait, terminal_, stop_);
      adopt_cluster(options_, instance_, terminal_, stop_);
    }
    exempt_from_proxies(reached_directly(Project().registry, instance_, ""));
    const testrun::Scratch scratch(runs_);
    const TempDir checkouts;
    const auto all = load_all(options_, root_, checkouts.path(), terminal_, stop_);
    if (options_.task == Task::emit_testrun) return emit_all(all);
    if (is_in_given_cluster(options_, instance_)) use_own_namespace(all);
    if (!only_reads()) reports_.emplace(options_, root_, terminal_, stop_);
    int code = kPassed;
    for (const auto& loaded : all) {
      const int one = handle(*loaded);
      if (code == kPassed) code = one;
    }
    if (reports_) reports_->end(code);
    return code;
  }

 private:
  bool only_reads() const {
    return options_.task == Task::validate_testrun || options_.task == Task::emit_testrun || options_.dry_run;
  }

  int emit_all(const std::vector<std::unique_ptr<testrun::Loaded>>& all) {
    const auto settings = emit_settings_of(options_, root_);
    if (all.size() > 1 && !testrun::has_own_pods(settings.engine))
      throw Error("testrun emit " + options_.emit + " writes one file of Prow's, for one Testrun",
                  {.hint = "name the file instead of the folder", .exit_code = kUsage});
    std::vector<nlohmann::ordered_json> documents;
    for (const auto& loaded : all) {
      auto emitted = testrun::emit(*loaded, settings);
      for (const auto& remark : emitted.remarks) terminal_.info(remark);
      std::move(emitted.documents.begin(), emitted.documents.end(), std::back_inserter(documents));
    }
    terminal_.document(trim(testrun::yaml_text(documents)));
    return kPassed;
  }

  int handle(const testrun::Loaded& loaded) {
    if (options_.task == Task::validate_testrun)
      return terminal_.line(loaded.run.file.string() + ": valid"), kPassed;
    if (options_.dry_run) return terminal_.line(trim(describe(loaded.plan, loaded.run))), kPassed;
    int code = kPassed;
    for (int attempt = 1; attempt <= std::max(1, options_.attempts); ++attempt) {
      if (stop_.stop_requested()) return kInterrupted;
      if (attempt > 1) terminal_.info(fmt::format("attempt {} of {}", attempt, options_.attempts));
      code = run_once(loaded);
      if (code != kTestsFailed) return code;
    }
    return code;
  }

  /// As it was deployed last: a cluster that the user gave may have no other.
  std::string helper_image() const {
    const auto images = read_texts(instance_.images_file());
    const auto found = images.find(gateway_image().name);
    return is_in_given_cluster(options_, instance_) && found != images.end()
               ? found->second
               : Project().registry + "/" + gateway_image().name + ":latest";
  }

  /// In a cluster that the user gave: steps' pods do not go where the user's are.
  void use_own_namespace(const std::vector<std::unique_ptr<testrun::Loaded>>& all) const {
    const auto in_pod = [](const testrun::Node& node) { return node.executor == testrun::ExecutorKind::pod; };
    bool any = false;
    for (const auto& loaded : all) {
      if (loaded->run.name_space == "default") loaded->run.name_space = instance_.name_space();
      for (const auto* flow : {&loaded->plan.testflow, &loaded->plan.on_exit})
        any = any || std::any_of(flow->nodes.begin(), flow->nodes.end(), in_pod);
    }
    if (only_reads() || !any) return;
    const KubeApi api(instance_.kubeconfig(), kApiPatience, stop_);
    Tenancy(api, instance_.name_space()).claim(instance_.name_space(), stop_);
  }

  int run_once(const testrun::Loaded& loaded) {
    const auto cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    const auto result =
        testrun::run(loaded,
                     {.runs = runs_,
                      .kubeconfig = instance_.kubeconfig(),
                      .instance = options_.name,
                      .name_space = is_in_given_cluster(options_, instance_) ? instance_.name_space()
                                                                             : Project().name_space,
                      .stream = options_.verbose,
                      .jobs = options_.jobs > 0 ? options_.jobs : 2 * cores,
                      .helper_image = helper_image(),
                      .look_up = look_up_in(instance_.kubeconfig())},
                     terminal_, stop_);
    const bool is_kept = keep_results(loaded, result);
    make_private(result.dir);  // what steps wrote there followed the umask
    const auto all = statuses(loaded, result.state);
    for (const auto& [node, state] : all)
      if (is_failure(state->outcome.phase)) show_failure(*node, *state, result.dir, terminal_);
    const auto& state = result.state;
    terminal_.line(
        fmt::format("{} {} ({}): {}{}", word(state.phase), state.id,
                    format_seconds(std::chrono::duration<double>(*state.end - state.begin).count()),
                    counts(all), state.message.empty() ? "" : "; " + state.message));
    if (stop_.stop_requested()) return kInterrupted;
    if (state.phase != testrun::Phase::succeeded) return kTestsFailed;
    return is_kept ? kPassed : kCluster;
  }

  /// What cannot be kept, on a full disk, is said, and hides nothing of how the run ended.
  bool keep_results(const testrun::Loaded& loaded, const testrun::RunResult& result) {
    try {
      write_results(loaded, result);
      return true;
    } catch (const std::exception& e) {
      show(Error(std::string("the results could not be saved: ") + e.what(), {.exit_code = kCluster}),
           terminal_);
      return false;
    }
  }

  void write_results(const testrun::Loaded& loaded, const testrun::RunResult& result) {
    std::vector<std::string> remarks;
    const auto documents = testrun::write_results(loaded, result.state, result.dir, remarks);
    for (const auto& remark : remarks) terminal_.info(remark);
    reports_->add(result.dir);
    if (!upload_) return;
    const auto all = "all are in " + (result.dir / "results.ndjson").string();
    try {
      const auto sent = upload_->send(documents, stop_);
      terminal_.info(fmt::format("sent      {} of {} documents", sent.sent, documents.size()));
      if (!sent.problems.empty())
        show(Error("not every document was accepted",
                   {.output_tail = join(sent.problems, "\n"), .hint = all, .exit_code = kCluster}),
             terminal_);
    } catch (const Cancelled&) {  // what is still to be said of the run is said all the same
      terminal_.info("not every document was sent: interrupted; " + all);
    }
  }

  const Options& options_;
  Terminal& terminal_;
  const std::stop_token stop_;
  const fs::path root_;
  const Instance instance_;
  const fs::path runs_;
  std::optional<testrun::Upload> upload_;
  std::optional<TestrunReports> reports_;
};

}  // namespace

int run_testruns(const Options& options, Terminal& terminal, std::stop_token stop) {
  return Session(options, terminal, std::move(stop)).go();
}

}  // namespace harness
