#include "github/statuses.h"

#include <algorithm>
#include <set>

#include "github/api.h"
#include "github/asked.h"
#include "github/events.h"
#include "github/history.h"
#include "github/text.h"

namespace fakes::github {

namespace {

const std::vector<Status>& of(Repository& repository, const Commit& commit) {
  static const std::vector<Status> kNone;
  const auto found = repository.statuses.find(commit.sha);
  return found == repository.statuses.end() ? kNone : found->second;
}

void tell(Call& call, Repository& repository, const Commit& commit, const Status& status) {
  Json payload = call.view.status(repository, commit.sha, status);
  for (const char* other : {"url", "node_id", "creator"}) payload.erase(other);
  payload["sha"] = commit.sha;
  payload["name"] = repository.full_name();
  payload["commit"] = call.view.commit(repository, commit);
  payload["branches"] = Json::array();
  for (const auto& [name, sha] : repository.refs)
    if (name.starts_with("heads/") && sha == commit.sha)
      payload["branches"].push_back(call.view.branch(repository, name.substr(6), sha, false));
  emit(call, repository, "status", payload);
}

Reply create(Call& call) {
  constexpr int kMost = 1000;
  auto& repository = call.repository();
  const auto fields = call.fields("Status");
  const std::string sha = lower(call.param("sha"));
  if (!call.state.data.lenient && (!is_sha(sha) || !repository.commits.contains(sha)))
    throw ApiError(422, "No commit found for SHA: " + call.param("sha"));
  if (call.state.data.lenient) commit_called(call, repository, sha);
  Status status{.state = fields.required("state"),
                .context = fields.text("context").value_or("default"),
                .creator = call.state.user(call.actor).login,
                .description = fields.text("description"),
                .target_url = fields.text("target_url"),
                .created = now()};
  if (status.state != "error" && status.state != "failure" && status.state != "pending" &&
      status.state != "success")
    throw invalid("Status", "state", "custom", "state is not included in the list");
  check_length(status.description, 140, "Status", "description");
  check_length(status.context, 255, "Status", "context");
  if (status.target_url && !status.target_url->empty() && !status.target_url->starts_with("http://") &&
      !status.target_url->starts_with("https://"))
    throw invalid("Status", "target_url", "custom", "target_url must use http(s) scheme");
  auto& all = repository.statuses[sha];
  if (std::count_if(all.begin(), all.end(),
                    [&](const Status& one) { return one.context == status.context; }) >= kMost)
    throw custom("Status", "This SHA and context has reached the maximum number of statuses.");
  status.id = call.state.next_id();
  all.push_back(status);
  tell(call, repository, repository.commits.at(sha), status);
  const Json json = call.view.status(repository, sha, status);
  return {.status = 201, .body = json, .headers = {{"Location", json["url"].get<std::string>()}}};
}

Reply list(Call& call) {
  auto& repository = call.repository();
  const Commit* commit = find_commit(repository, call.param("sha"));
  if (!commit) throw not_found();
  return statuses_of(call, repository, *commit);
}

std::string sum_of(const std::vector<const Status*>& latest) {
  bool pending = latest.empty();
  for (const auto* status : latest) {
    if (status->state == "error" || status->state == "failure") return "failure";
    pending = pending || status->state == "pending";
  }
  return pending ? "pending" : "success";
}

}  // namespace

Reply statuses_of(Call& call, Repository& repository, const Commit& commit) {
  std::vector<const Status*> all;
  for (const auto& one : of(repository, commit)) all.insert(all.begin(), &one);
  return paged(call, all, [&](const Status* one) { return call.view.status(repository, commit.sha, *one); });
}

Reply combined_status_of(Call& call, Repository& repository, const Commit& commit) {
  const auto& all = of(repository, commit);
  std::set<std::string> contexts;
  std::vector<const Status*> latest;
  for (auto one = all.rbegin(); one != all.rend(); ++one)
    if (contexts.insert(one->context).second) latest.push_back(&*one);
  auto page = paged(call, latest, [&](const Status* one) {
    Json json = call.view.status(repository, commit.sha, *one);
    json.erase("creator");
    return json;
  });
  const std::string url = call.view.url(repository) + "/commits/" + commit.sha;
  page.body = {{"state", sum_of(latest)},
               {"statuses", std::move(page.body)},
               {"sha", commit.sha},
               {"total_count", latest.size()},
               {"repository", call.view.repository(repository)},
               {"commit_url", url},
               {"url", url + "/status"}};
  return page;
}

void add_status_routes(Api& api) {
  api.on("POST", "/repos/{owner}/{repo}/statuses/{sha}", "state target_url description context", create);
  api.on("GET", "/repos/{owner}/{repo}/statuses/{sha...}", "?page ?per_page", list);
}

}  // namespace fakes::github
