// Check runs and the suites that they are in.
#include <algorithm>

#include "github/api.h"
#include "github/asked.h"
#include "github/events.h"
#include "github/history.h"
#include "github/text.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

const std::vector<std::string> kStates{"queued", "in_progress", "completed"};
/// Those that an app may give: GitHub alone makes one stale.
const std::vector<std::string> kConclusions{"action_required", "cancelled", "failure",  "neutral",
                                            "success",         "skipped",   "timed_out"};

constexpr std::size_t kLongestOutput = 65535, kMostAnnotations = 50;  // in one request

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::vector<const CheckRun*> runs_of(const Repository& repository, Id suite) {
  std::vector<const CheckRun*> runs;
  for (const auto& [id, run] : repository.runs)
    if (run.suite == suite) runs.push_back(&run);
  return runs;
}

/// The last of each name.
std::vector<const CheckRun*> latest_of(std::vector<const CheckRun*> runs) {
  std::map<std::pair<Id, std::string>, const CheckRun*> last;
  for (const auto* run : runs) last[{run->suite, run->name}] = run;
  std::erase_if(runs, [&](const CheckRun* run) { return last[{run->suite, run->name}] != run; });
  return runs;
}

Json app_json(const Call& call, Id app) {
  const auto found = call.state.data.apps.find(app);
  return found == call.state.data.apps.end() ? Json(nullptr) : call.view.app(found->second);
}

Json suite_json(const Call& call, const Repository& repository, const CheckSuite& suite) {
  const auto runs = latest_of(runs_of(repository, suite.id));
  const bool done = !runs.empty() && std::all_of(runs.begin(), runs.end(),
                                                 [](const auto* run) { return run->status == "completed"; });
  const bool going =
      std::any_of(runs.begin(), runs.end(), [](const auto* run) { return run->status != "queued"; });
  std::string conclusion = "success";
  for (const auto* run : runs)
    if (run->conclusion && *run->conclusion != "success" && *run->conclusion != "neutral" &&
        *run->conclusion != "skipped")
      conclusion = *run->conclusion;
  const std::string url = call.view.url(repository) + "/check-suites/" + std::to_string(suite.id);
  const auto commit = repository.commits.find(suite.sha);
  return {
      {"id", suite.id},
      {"node_id", node_id("CheckSuite", suite.id)},
      {"head_branch", suite.branch.empty() ? Json(nullptr) : Json(suite.branch)},
      {"head_sha", suite.sha},
      {"status", done    ? "completed"
                 : going ? "in_progress"
                         : "queued"},
      {"conclusion", done ? Json(conclusion) : Json(nullptr)},
      {"url", url},
      {"before", nullptr},
      {"after", suite.sha},
      {"pull_requests", Json::array()},
      {"app", app_json(call, suite.app)},
      {"created_at", iso_time(suite.created)},
      {"updated_at", iso_time(suite.updated)},
      {"latest_check_runs_count", runs.size()},
      {"check_runs_url", url + "/check-runs"},
      {"head_commit",
       commit == repository.commits.end() ? Json(nullptr) : call.view.git_commit(repository, commit->second)},
      {"repository", call.view.repository(repository)}};
}

Json run_json(const Call& call, const Repository& repository, const CheckRun& run) {
  const std::string url = call.view.url(repository) + "/check-runs/" + std::to_string(run.id);
  Json output = run.output;
  for (const char* name : {"title", "summary", "text"})
    if (!output.contains(name)) output[name] = nullptr;
  output["annotations_count"] = run.annotations.size();
  output["annotations_url"] = url + "/annotations";
  Json pulls = Json::array();
  for (const auto& [number, issue] : repository.issues)
    if (issue.pull && issue.open && issue.pull->head.sha == run.sha)
      pulls.push_back({{"id", issue.id},
                       {"number", number},
                       {"url", call.view.url(repository) + "/pulls/" + std::to_string(number)},
                       {"head", {{"ref", issue.pull->head.ref}, {"sha", issue.pull->head.sha}}},
                       {"base", {{"ref", issue.pull->base.ref}, {"sha", issue.pull->base.sha}}}});
  return {{"id", run.id},
          {"node_id", node_id("CheckRun", run.id)},
          {"head_sha", run.sha},
          {"name", run.name},
          {"external_id", run.external_id},
          {"url", url},
          {"html_url", call.view.html_url(repository) + "/runs/" + std::to_string(run.id)},
          {"details_url", or_null(run.details_url)},
          {"status", run.status},
          {"conclusion", or_null(run.conclusion)},
          {"started_at", time_or_null(run.started)},
          {"completed_at", time_or_null(run.completed)},
          {"output", output},
          {"check_suite", {{"id", run.suite}}},
          {"app", app_json(call, repository.suites.at(run.suite).app)},
          {"pull_requests", pulls}};
}

CheckSuite& suite_for(Call& call, Repository& repository, const std::string& sha) {
  const Id app = call.token ? call.token->app : 0;
  for (auto& [id, suite] : repository.suites)
    if (suite.sha == sha && suite.app == app) return suite;
  CheckSuite suite{
      .id = call.state.next_id(), .app = app, .sha = sha, .branch = "", .created = now(), .updated = now()};
  for (const auto& [name, tip] : repository.refs)
    if (name.starts_with("heads/") && tip == sha) suite.branch = name.substr(6);
  return repository.suites[suite.id] = suite;
}

Time time_in(const Fields& fields, const char* name, Time otherwise) {
  const auto text = fields.text(name);
  const auto time = text ? parse_time(*text) : otherwise;
  if (!time) throw invalid("CheckRun", name);
  return *time;
}

/// Everything of the body but name and commit.
void read(const Fields& fields, CheckRun& run) {
  const auto status = fields.text("status"), conclusion = fields.text("conclusion");
  if (const auto url = fields.text("details_url")) run.details_url = url;
  if (const auto id = fields.text("external_id")) run.external_id = *id;
  if (status && !contains(kStates, *status)) throw invalid("CheckRun", "status");
  if (conclusion && !contains(kConclusions, *conclusion)) throw invalid("CheckRun", "conclusion");
  if (status) run.status = *status;
  if (conclusion) run.conclusion = conclusion, run.status = "completed";
  if (run.status == "completed" && !run.conclusion)
    throw ApiError(422, "Invalid request.\n\nMissing conclusion for a completed check run.");
  if (status && *status != "completed" && !conclusion) run.conclusion.reset(), run.completed = 0;
  run.started =
      time_in(fields, "started_at", run.started == 0 && run.status != "queued" ? now() : run.started);
  run.completed = time_in(fields, "completed_at",
                          run.status == "completed" && run.completed == 0 ? now() : run.completed);
  if (fields.raw("actions")) {
    run.actions = Json::array();
    for (const auto& action : fields.objects("actions"))
      run.actions.push_back({{"label", action.required("label")},
                             {"description", action.required("description")},
                             {"identifier", action.required("identifier")}});
    if (run.actions.size() > 3) throw invalid("CheckRun", "actions");
  }
  if (!fields.raw("output")) return;
  const auto output = fields.object("output");
  run.output["summary"] = output.required("summary");
  for (const char* name : {"title", "text"})
    if (const auto text = output.text(name)) run.output[name] = *text;
  for (const char* name : {"summary", "text"})
    if (run.output.contains(name)) check_length(run.output[name], kLongestOutput, "CheckRun", name);
  const auto annotations = output.objects("annotations");
  if (annotations.size() > kMostAnnotations) throw invalid("CheckRun", "annotations");
  for (const auto& one : annotations) {
    if (!contains({"notice", "warning", "failure"}, one.required("annotation_level")))
      throw invalid("CheckRun", "annotation_level");
    Json annotation{{"path", one.required("path")},
                    {"message", one.required("message")},
                    {"annotation_level", one.required("annotation_level")}};
    for (const char* line : {"start_line", "end_line"}) {
      const auto number = one.number(line);
      if (!number) throw invalid("CheckRun", line, "missing_field");
      annotation[line] = *number;
    }
    for (const char* column : {"start_column", "end_column"})
      if (const auto number = one.number(column)) annotation[column] = *number;
    for (const char* text : {"title", "raw_details"}) annotation[text] = or_null(one.text(text));
    run.annotations.push_back(annotation);
  }
}

void tell(Call& call, Repository& repository, const CheckRun& run, const std::string& action) {
  emit(call, repository, "check_run", {{"action", action}, {"check_run", run_json(call, repository, run)}});
  auto& suite = repository.suites.at(run.suite);
  suite.updated = now();
  const Json json = suite_json(call, repository, suite);
  if (action == "completed" && json["status"] == "completed")
    emit(call, repository, "check_suite", {{"action", "completed"}, {"check_suite", json}});
}

/// Check runs are made by apps.
void need_app(const Call& call) {
  if (!call.token && !call.state.data.lenient) throw ApiError(403, "You must authenticate via a GitHub App.");
}

Reply create(Call& call) {
  auto& repository = call.repository();
  need_app(call);
  const auto fields = call.fields("CheckRun");
  CheckRun run{.name = fields.required("name"), .sha = lower(fields.required("head_sha"))};
  run.sha = commit_called(call, repository, run.sha).sha;
  read(fields, run);
  if (fields.raw("output") && !run.output.contains("title"))
    throw invalid("CheckRun", "title", "missing_field");
  run.id = call.state.next_id();
  run.suite = suite_for(call, repository, run.sha).id;
  const auto& added = repository.runs[run.id] = run;
  tell(call, repository, added, run.status == "completed" ? "completed" : "created");
  const Json json = run_json(call, repository, added);
  return {.status = 201, .body = json, .headers = {{"Location", json["url"].get<std::string>()}}};
}

CheckRun& found(Call& call, Repository& repository) {
  const auto run = repository.runs.find(call.id("run"));
  if (run == repository.runs.end()) throw not_found();
  return run->second;
}

Reply get(Call& call) {
  auto& repository = call.repository();
  return {.body = run_json(call, repository, found(call, repository))};
}

Reply edit(Call& call) {
  auto& repository = call.repository();
  auto& run = found(call, repository);
  need_app(call);
  if (call.token && repository.suites.at(run.suite).app != call.token->app)
    throw ApiError(403, "Invalid app_id `" + std::to_string(call.token->app) +
                            "` - check run can only be modified by the GitHub App that created it.");
  const auto fields = call.fields("CheckRun");
  CheckRun changed = run;
  if (const auto name = fields.text("name")) changed.name = *name;
  read(fields, changed);
  const bool ended = changed.status == "completed" && run.status != "completed";
  run = changed;
  if (ended) tell(call, repository, run, "completed");
  return {.body = run_json(call, repository, run)};
}

Reply annotations(Call& call) {
  auto& repository = call.repository();
  return paged(call, found(call, repository).annotations, [](const Json& one) { return one; });
}

Reply rerequest(Call& call) {
  auto& repository = call.repository();
  tell(call, repository, found(call, repository), "rerequested");
  return {.status = 201, .body = Json::object()};
}

Reply list_runs(Call& call, const Repository& repository, std::vector<const CheckRun*> runs) {
  const std::string name = call.query.get("check_name"), status = call.query.get("status"),
                    filter = call.query.get("filter", "latest");
  if (filter != "latest" && filter != "all") throw invalid("CheckRun", "filter");
  if (!status.empty() && !contains(kStates, status)) throw invalid("CheckRun", "status");
  if (filter == "latest") runs = latest_of(std::move(runs));
  std::erase_if(runs, [&](const CheckRun* run) {
    return (!name.empty() && run->name != name) || (!status.empty() && run->status != status);
  });
  auto page = paged(call, runs, [&](const CheckRun* run) { return run_json(call, repository, *run); });
  page.body = {{"total_count", runs.size()}, {"check_runs", std::move(page.body)}};
  return page;
}

Reply runs_of_commit(Call& call) {
  auto& repository = call.repository();
  const std::string sha = commit_called(call, repository, call.param("ref")).sha;
  const auto app = call.query.number("app_id");
  std::vector<const CheckRun*> runs;
  for (const auto& [id, run] : repository.runs)
    if (run.sha == sha && (!app || repository.suites.at(run.suite).app == *app)) runs.push_back(&run);
  return list_runs(call, repository, std::move(runs));
}

CheckSuite& found_suite(Call& call, Repository& repository) {
  const auto suite = repository.suites.find(call.id("suite"));
  if (suite == repository.suites.end()) throw not_found();
  return suite->second;
}

Reply runs_of_suite(Call& call) {
  auto& repository = call.repository();
  return list_runs(call, repository, runs_of(repository, found_suite(call, repository).id));
}

Reply suites_of_commit(Call& call) {
  auto& repository = call.repository();
  const std::string sha = commit_called(call, repository, call.param("ref")).sha,
                    name = call.query.get("check_name");
  const auto app = call.query.number("app_id");
  std::vector<const CheckSuite*> all;
  for (const auto& [id, suite] : repository.suites) {
    const auto runs = runs_of(repository, id);
    const bool named = name.empty() || std::any_of(runs.begin(), runs.end(),
                                                   [&](const auto* run) { return run->name == name; });
    if (suite.sha == sha && named && (!app || suite.app == *app)) all.push_back(&suite);
  }
  auto page = paged(call, all, [&](const CheckSuite* one) { return suite_json(call, repository, *one); });
  page.body = {{"total_count", all.size()}, {"check_suites", std::move(page.body)}};
  return page;
}

Reply create_suite(Call& call) {
  auto& repository = call.repository();
  need_app(call);
  const std::string sha =
      commit_called(call, repository, lower(call.fields("CheckSuite").required("head_sha"))).sha;
  const auto before = repository.suites.size();
  const auto& suite = suite_for(call, repository, sha);
  return {.status = repository.suites.size() > before ? 201 : 200,
          .body = suite_json(call, repository, suite)};
}

Reply get_suite(Call& call) {
  auto& repository = call.repository();
  return {.body = suite_json(call, repository, found_suite(call, repository))};
}

Reply rerequest_suite(Call& call) {
  auto& repository = call.repository();
  emit(call, repository, "check_suite",
       {{"action", "rerequested"},
        {"check_suite", suite_json(call, repository, found_suite(call, repository))}});
  return {.status = 201, .body = Json::object()};
}

}  // namespace

void add_check_routes(Api& api) {
  const std::string repository = "/repos/{owner}/{repo}", runs = repository + "/check-runs",
                    suites = repository + "/check-suites", commit = repository + "/commits/{ref...}",
                    list_of = "?check_name ?status ?filter ?page ?per_page";
  std::string fields =
      "name details_url external_id status started_at conclusion completed_at output output.title "
      "output.summary output.text "
      "output.annotations actions actions[].label actions[].description actions[].identifier ";
  for (const std::string name : {"path", "start_line", "end_line", "start_column", "end_column",
                                 "annotation_level", "message", "title", "raw_details"})
    fields += "output.annotations[]." + name + " ";
  api.on("POST", runs, fields + "head_sha", create);
  api.on("GET", runs + "/{run}", "", get);
  api.on("PATCH", runs + "/{run}", fields, edit);
  api.on("GET", runs + "/{run}/annotations", "?page ?per_page", annotations);
  api.on("POST", runs + "/{run}/rerequest", "", rerequest);
  api.on("GET", commit + "/check-runs", list_of + " ?app_id", runs_of_commit);
  api.on("GET", commit + "/check-suites", "?app_id ?check_name ?page ?per_page", suites_of_commit);
  api.on("POST", suites, "head_sha", create_suite);
  api.on("GET", suites + "/{suite}", "", get_suite);
  api.on("GET", suites + "/{suite}/check-runs", list_of, runs_of_suite);
  api.on("POST", suites + "/{suite}/rerequest", "", rerequest_suite);
}

}  // namespace fakes::github
