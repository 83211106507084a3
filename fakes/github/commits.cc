#include "github/api.h"
#include "github/history.h"
#include "github/statuses.h"
#include "github/text.h"

namespace fakes::github {

namespace {

const Commit& commit_called(const Repository& repository, const std::string& ref) {
  const Commit* found = find_commit(repository, ref);
  if (!found) throw ApiError(422, "No commit found for SHA: " + ref);
  return *found;
}

bool touches(const Commit& commit, const std::string& path) {
  for (const auto& file : commit.files) {
    const std::string name = file.at("filename");
    if (name == path || name.starts_with(path + "/")) return true;
  }
  return false;
}

Reply list(Call& call) {
  auto& repository = call.repository();
  const std::string ref = call.query.get("sha", repository.default_branch), path = call.query.get("path"),
                    author = lower(call.query.get("author"));
  const Commit* tip = find_commit(repository, ref);
  if (!tip && repository.refs.empty()) throw ApiError(409, "Git Repository is empty.");
  if (!tip) throw not_found();
  const auto since = parse_time(call.query.get("since")), until = parse_time(call.query.get("until"));
  auto all = history(repository, tip->sha);
  std::erase_if(all, [&](const Commit* one) {
    return (since && one->committer.date < *since) || (until && one->committer.date > *until) ||
           (!path.empty() && !touches(*one, path)) ||
           (!author.empty() && author != lower(one->login) && author != lower(one->author.email));
  });
  return paged(call, all, [&](const Commit* one) { return call.view.commit(repository, *one); });
}

/// A ref may contain slashes, so what follows it is taken off its end.
Reply under_commit(Call& call) {
  auto& repository = call.repository();
  std::string ref = call.param("ref");
  const auto ends = [&](std::string_view what) {
    if (!ref.ends_with(what)) return false;
    ref.resize(ref.size() - what.size());
    return true;
  };
  if (ends("/status")) return combined_status_of(call, repository, commit_called(repository, ref));
  if (ends("/statuses")) return statuses_of(call, repository, commit_called(repository, ref));
  return {.body = call.view.commit(repository, commit_called(repository, ref), true)};
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

void add_commit_routes(Api& api) {
  const std::string repository = "/repos/{owner}/{repo}";
  api.on("GET", repository + "/commits", list);
  api.on("GET", repository + "/commits/{ref...}", under_commit);
  api.on("POST", repository + "/git/commits", create);
  api.on("GET", repository + "/git/commits/{sha}", get_git_commit);
}

}  // namespace fakes::github
