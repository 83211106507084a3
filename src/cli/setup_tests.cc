// Setup's part that lists and selects tests.
#include <fmt/format.h>

#include <map>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "cli/setup.h"
#include "cli/test_variables.h"
#include "cluster/ports.h"
#include "suite/environment.h"
#include "suite/results_json.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kApiDeadline{10};

std::string url_at(int port) {
  return port == 80 ? "http://localhost" : "http://localhost:" + std::to_string(port);
}

int port_of(const std::string& url) {
  const auto colon = url.rfind(':');
  return colon == std::string::npos || url[colon + 1] == '/' ? 80 : std::atoi(url.c_str() + colon + 1);
}

bool any_deployed(const Project& project) {
  return std::any_of(project.tests.begin(), project.tests.end(),
                     [](const auto& program) { return program.list_deployed; });
}

}  // namespace

void Setup::decide_url() {
  if (!planned_url_.empty()) return;
  const auto state = context_.instance.state();
  const int exact = context_.is_given ? 0 : context_.project.gateway_port;
  planned_url_ = exact > 0           ? url_at(exact)
                 : context_.is_given ? url_at(pick_gateway_port(false))
                 : state             ? state->url
                                     : url_at(pick_gateway_port());
  gateway_port_ = port_of(planned_url_);
}

std::vector<StepId> Setup::all_deployed() const {
  std::vector<StepId> steps{{"nodes"}, {"gateway"}};
  if (context_.project.hermetic) steps.push_back({"names"});
  if (deploys_everything()) steps.push_back({"remove components"});
  for (const auto& name : plan_.components) {
    steps.push_back({"deploy", name});
    if (has_reach(name)) steps.push_back({"reach", name});
  }
  return steps;
}

void Setup::add_tests(Graph& graph, std::vector<StepId> before) {
  const bool works_on_cluster = plan_.cluster != Plan::Cluster::none;
  graph.add({"list tests"}, before, [this](std::stop_token stop) {
    if (!is_listed_) list_programs(false, stop);
  });
  std::vector<StepId> listed{{"list tests"}};
  if (any_deployed(context_.project)) {
    auto after = works_on_cluster ? all_deployed() : std::vector<StepId>{};
    after.push_back({"list tests"});
    graph.add({"list deployed tests"}, after, [this](std::stop_token stop) { list_programs(true, stop); });
    listed.push_back({"list deployed tests"});
  }
  graph.add({"select tests"}, listed, [this](std::stop_token) { select_tests(); });
}

StepId Setup::before_deployment() const {
  return {any_deployed(context_.project) ? "list tests" : "select tests"};
}

std::filesystem::path Setup::api_for_tests() {
  if (!cluster_.api) return "";
  if (proxy_for_tests_)
    proxy_for_tests_->revive();
  else
    proxy_for_tests_ = std::make_unique<KubeProxy>(context_.instance.kubeconfig());
  return proxy_for_tests_->socket();
}

/// Those that run: and skip: of the entry leave.
std::vector<TestCase> Setup::tests_of(const ListRequest& request, std::stop_token stop) const {
  auto tests = list_tests(request, stop);
  const auto& program = request.program;
  if ((program.run.empty() && program.skip.empty()) || tests.empty()) return tests;
  try {
    return Selector({.run = program.run, .skip = program.skip}).select(std::move(tests));
  } catch (Error& e) {
    throw Error(
        fmt::format("{}:{}:{}: run: and skip: of these tests: {}", context_.project.file.filename().string(),
                    program.at.line, program.at.column, e.what()),
        {.hint = "they are as the flags -run and -skip", .exit_code = kUsage});
  }
}

void Setup::list_programs(bool deployed, std::stop_token stop) {
  const TempDir temporary;
  const bool is_there = deployed && cluster_.api;
  if (is_there) cluster_.api->wait_until_ready(kApiDeadline, stop);
  const auto variables =
      test_variables(context_, is_there && !cluster_.url.empty() ? cluster_.url : planned_url_,
                     is_there ? api_for_tests() : temporary.path() / "api", run_id_);
  for (const auto& program : context_.project.tests) {
    if (program.list_deployed != deployed) continue;
    if (deployed && !is_there) {
      context_.terminal.info(fmt::format(
          "the tests of {} are listed once it is deployed (list: deployed), and there is no cluster",
          program.path));
      continue;
    }
    auto environment = test_environment();
    if (program.control_plane)
      environment["KUBECONFIG"] = temporary.path() / "kubeconfig";
    else
      for (const auto& [name, value] : variables) environment[name] = value;
    for (const char* name : {"TMPDIR", "HARNESS_ARTIFACTS"}) environment[name] = temporary.path().string();
    for (const auto& [name, value] : program.env) environment[name] = value;
    ListRequest request{program, context_.project.root, context_.instance.dir() / "tests", environment};
    if (program.kind == TestProgram::Kind::helm)
      request.chart_tests = context_.objects.names_of_tests(*context_.project.component(program.path));
    for (auto& test : tests_of(request, stop)) listed_.push_back(std::move(test));
  }
}

Selector Setup::selector() const {
  const auto& o = context_.options;
  return Selector(
      {.run = o.run,
       .skip = o.skip,
       .labels = o.labels,
       .failed = o.failed,
       .names = o.failed ? History(context_.instance.history_file()).failed() : std::set<std::string>{}});
}

ShardTests Setup::chosen(std::vector<TestCase> tests) const {
  auto all = selector().select(std::move(tests));
  const auto& o = context_.options;
  if (!o.shard) return {.tests = std::move(all)};
  const bool is_timed = fs::exists(o.timings);
  return shard_of(std::move(all), *o.shard,
                  is_timed ? seconds_of(read_results(o.timings).results) : std::map<std::string, double>{});
}

void Setup::take_shard(const ShardTests& part) {
  const auto& o = context_.options;
  shard_ = {o.shard->index, o.shard->count, part.tests.size(), part.of, part.cut};
  context_.terminal.info(fmt::format(
      "shard {} of {}: {} of {} tests{}", o.shard->index, o.shard->count, part.tests.size(), part.of,
      o.timings.empty() || fs::exists(o.timings)
          ? ""
          : fmt::format("; {} is missing, so each test counts the same", o.timings.string())));
}

void Setup::select_tests() {
  if (listed_.empty())
    throw Error(context_.project.file.filename().string() + " lists no tests",
                {.hint = "add an entry to tests:", .exit_code = kUsage});
  check_names();
  auto part = chosen(std::move(listed_));
  if (context_.options.shard) take_shard(part);
  tests_ = std::move(part.tests);
  if (context_.options.list) return;
  for (const auto& test : tests_)
    if (test.breakage)
      context_.terminal.info(fmt::format("{}{}; this run is going to fail", test.breakage->reason,
                                         test.place().empty() ? "" : " (" + test.place() + ")"));
}

std::set<const TestProgram*> Setup::chosen_programs() const {
  std::set<const TestProgram*> programs;
  for (const auto& program : context_.project.tests)
    if (program.list_deployed) programs.insert(&program);
  try {
    // Of which shard a test is, is known once all are.
    const bool are_all = !any_deployed(context_.project);
    for (const auto& test : are_all ? chosen(listed_).tests : selector().select(listed_))
      if (!test.breakage) programs.insert(test.program);
  } catch (const Error&) {  // perhaps of those that are listed later
    if (programs.empty()) throw;
  }
  return programs;
}

void Setup::leave_out_unused(std::stop_token stop) {
  const auto& project = context_.project;
  if (!may_leave_out(plan_, context_.options, project)) return;
  decide_url();
  const Plan listing{.builders = builders_of_tests(project), .tests = true};
  Graph graph([](const StepId&) { return kBuild; });
  graph.add({"list tests"}, add_builders(graph, listing),
            [this](std::stop_token cancelled) { list_programs(false, cancelled); });
  graph.run(stop);
  is_listed_ = true;
  const auto programs = chosen_programs();
  if (std::all_of(programs.begin(), programs.end(), [](const auto* one) { return one->control_plane; }))
    plan_ = apart(std::move(plan_), context_.options, project);
  else if (plan_.cluster != Plan::Cluster::none && context_.options.chooses())
    plan_ = without_unused(std::move(plan_), project, context_.objects.images(),
                           used_components(project, programs));
  for (const auto& name : plan_.left_out) arrivals_.end(name);  // nothing comes with these
}

std::set<std::string> Setup::unused_components() const {
  if (plan_.cluster != Plan::Cluster::none) return plan_.left_out;
  std::set<const TestProgram*> programs;
  for (const auto& test : tests_) programs.insert(test.program);
  if (programs.empty() || !context_.options.chooses()) return {};
  const auto used = used_components(context_.project, programs);
  std::set<std::string> unused;
  for (const auto& component : context_.project.components)
    if (!used.contains(component.name)) unused.insert(component.name);
  return unused;
}

/// Test names must be unique for -run, logs and reports.
void Setup::check_names() const {
  const auto file = context_.project.file.filename().string();
  const auto at = [&](const TestCase& test) { return fmt::format("{}:{}", file, test.program->at.line); };
  std::map<std::string, const TestCase*> tests;
  for (const auto& test : listed_)
    if (const auto [other, is_new] = tests.emplace(test.full_name(), &test); !is_new)
      throw Error(
          fmt::format("duplicate test name {}: {} and {}", test.full_name(), at(*other->second), at(test)),
          {.hint = other->second->program == test.program
                       ? "test names must be unique for -run, logs and reports"
                       : "name: at an entry of tests: comes before the names of its tests",
           .exit_code = kUsage});
  for (const auto& test : listed_) {
    if (!test.suite.empty() || !test.program->cases) continue;
    const auto other = tests.lower_bound(test.name + "/");
    if (other != tests.end() && other->first.starts_with(test.name + "/"))
      throw Error(fmt::format("{} at {} may record cases that are called as {} at {} is", test.name, at(test),
                              other->first, at(*other->second)),
                  {.hint = "give it another name:", .exit_code = kUsage});
  }
}

}  // namespace harness
