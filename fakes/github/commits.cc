#include <algorithm>

#include "github/api.h"
#include "github/asked.h"
#include "github/difference.h"
#include "github/history.h"
#include "github/statuses.h"
#include "github/text.h"

namespace fakes::github {

namespace {

bool touches(const Call& call, const Repository& repository, const Commit& commit, const std::string& path) {
  for (const auto& file : files_of_commit(call.state.data.objects, repository, commit)) {
    const std::string name = file.at("filename");
    if (name == path || name.starts_with(path + "/")) return true;
  }
  return false;
}

Reply list(Call& call) {
  auto& repository = call.repository();
  const std::string ref = call.query.get("sha", repository.default_branch), path = call.query.get("path"),
                    author = lower(call.query.get("author")), committer = lower(call.query.get("committer"));
  const Commit* tip = find_commit(repository, ref);
  if (!tip && repository.refs.empty()) throw ApiError(409, "Git Repository is empty.");
  if (!tip) throw not_found();
  const auto since = asked_time(call, "since", "Commit"), until = asked_time(call, "until", "Commit");
  auto all = history(repository, tip->sha);
  std::erase_if(all, [&](const Commit* one) {
    return (since && one->committer.date < *since) || (until && one->committer.date > *until) ||
           (!path.empty() && !touches(call, repository, *one, path)) ||
           (!committer.empty() && committer != lower(one->login) &&
            committer != lower(one->committer.email)) ||
           (!author.empty() && author != lower(one->login) && author != lower(one->author.email));
  });
  return paged(call, all, [&](const Commit* one) { return call.view.commit(repository, *one); });
}

Reply as_text(const Call& call, std::string text) {
  return {.text = std::move(text), .type = "application/vnd.github.v3." + call.form + "; charset=utf-8"};
}

Reply get(Call& call) {
  auto& repository = call.repository();
  const Commit& commit = commit_called(call, repository, call.param("ref"));
  const auto& objects = call.state.data.objects;
  if (call.form == "sha") return as_text(call, commit.sha);
  if (call.form == "diff") return as_text(call, diff_text(files_of_commit(objects, repository, commit)));
  if (call.form == "patch") return as_text(call, patch_text(objects, repository, {&commit}));
  Json json = call.view.commit(repository, commit, true);
  const Json all = std::exchange(json["files"], Json::array());
  auto page = page_of(call, all.size(), 300);
  for (auto i = page.begin; i < page.end; ++i) json["files"].push_back(all[i]);
  return {.body = json, .headers = std::move(page.headers)};
}

/// The pull requests that a commit came in by, and those that are open with it.
Reply pulls(Call& call) {
  auto& repository = call.repository();
  const std::string sha = commit_called(call, repository, call.param("ref")).sha;
  std::vector<const Issue*> found;
  for (const auto& [number, issue] : repository.issues) {
    if (!issue.pull) continue;
    const auto commits = commits_of(repository, *issue.pull);
    if (issue.pull->merge_commit == sha ||
        std::any_of(commits.begin(), commits.end(), [&](const Commit* one) { return one->sha == sha; }))
      found.push_back(&issue);
  }
  return paged(call, found, [&](const Issue* one) { return call.view.pull(repository, *one, false); });
}

Reply branches_where_head(Call& call) {
  auto& repository = call.repository();
  const std::string sha = commit_called(call, repository, call.param("ref")).sha;
  Json list = Json::array();
  for (const auto& [name, tip] : repository.refs)
    if (name.starts_with("heads/") && tip == sha) {
      const Json branch = call.view.branch(repository, name.substr(6), tip, false);
      list.push_back(
          {{"name", branch["name"]}, {"commit", branch["commit"]}, {"protected", branch["protected"]}});
    }
  return {.body = list};
}

Person person(const Fields& fields, const Person& otherwise) {
  Person who = otherwise;
  if (const auto name = fields.text("name")) who.name = *name;
  if (const auto email = fields.text("email")) who.email = *email;
  if (const auto date = fields.text("date")) {
    const auto time = parse_time(*date);
    if (!time) throw invalid("Commit", "date");
    who.date = *time;
  }
  return who;
}

/// Of the objects, or of a commit that is there.
bool knows_tree(const Call& call, const Repository& repository, const std::string& tree) {
  return tree == kEmptyTree || call.state.data.objects.trees.contains(tree) ||
         std::any_of(repository.commits.begin(), repository.commits.end(),
                     [&](const auto& one) { return one.second.tree == tree; });
}

Reply create(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("Commit");
  const Person actor{.name = call.actor, .email = call.actor + "@users.noreply.github.com", .date = now()};
  Commit commit{.sha = "",
                .tree = lower(fields.required("tree")),
                .message = fields.required("message"),
                .login = call.state.user(call.actor).login,
                .parents = fields.list("parents").value_or(std::vector<std::string>{}),
                .author = person(fields.object("author"), actor),
                .committer = actor};
  commit.committer = person(fields.object("committer"), fields.has("author") ? commit.author : actor);
  if (!is_sha(commit.tree)) throw invalid("Commit", "tree");
  if (!knows_tree(call, repository, commit.tree)) throw ApiError(422, "Tree SHA does not exist");
  for (auto& parent : commit.parents) {
    parent = lower(parent);
    if (!repository.commits.contains(parent))
      throw ApiError(422, "Parent SHA does not exist or is not a commit object");
  }
  const std::string sha = add_commit(repository, std::move(commit));
  const Json json = call.view.git_commit(repository, repository.commits.at(sha));
  return {.status = 201, .body = json, .headers = {{"Location", json["url"].get<std::string>()}}};
}

Reply get_git_commit(Call& call) {
  auto& repository = call.repository();
  const auto found = repository.commits.find(lower(call.param("sha")));
  if (found == repository.commits.end()) throw not_found();
  return {.body = call.view.git_commit(repository, found->second)};
}

}  // namespace

const Commit& commit_called(Call& call, Repository& repository, const std::string& ref) {
  if (const Commit* found = find_commit(repository, ref)) return *found;
  if (!call.state.data.lenient) throw ApiError(422, "No commit found for SHA: " + ref);
  know_commit(repository, lower(ref), now());
  return repository.commits.at(lower(ref));
}

void add_commit_routes(Api& api) {
  const std::string repository = "/repos/{owner}/{repo}";
  api.on("GET", repository + "/commits", "?sha ?path ?author ?committer ?since ?until ?page ?per_page", list);
  api.on("GET", repository + "/commits/{ref...}", "?page ?per_page +diff +patch +sha", get);
  api.on("GET", repository + "/commits/{ref...}/status", "?page ?per_page", [](Call& call) {
    auto& of = call.repository();
    return combined_status_of(call, of, commit_called(call, of, call.param("ref")));
  });
  api.on("GET", repository + "/commits/{ref...}/statuses", "?page ?per_page", [](Call& call) {
    auto& of = call.repository();
    return statuses_of(call, of, commit_called(call, of, call.param("ref")));
  });
  api.on("GET", repository + "/commits/{ref...}/pulls", "?page ?per_page +raw", pulls);
  api.on("GET", repository + "/commits/{ref...}/branches-where-head", "", branches_where_head);
  api.on("POST", repository + "/git/commits",
         "message tree parents author author.name author.email author.date committer committer.name "
         "committer.email committer.date",
         create);
  api.on("GET", repository + "/git/commits/{sha}", "", get_git_commit);
}

}  // namespace fakes::github
