// Two commits compared, and one branch merged into another.
#include <algorithm>

#include "github/api.h"
#include "github/changes.h"
#include "github/difference.h"
#include "github/history.h"
#include "github/protection.h"
#include "github/text.h"

namespace fakes::github {

namespace {

/// "branch", "owner:branch" or "owner:repository:branch"; of another repository the commits are taken over.
const Commit& commit_in(Call& call, Repository& repository, const std::string& name) {
  const auto first = name.find(':'), second = name.find(':', first + 1);
  if (first == std::string::npos) {
    if (const Commit* own = find_commit(repository, name)) return *own;
    throw not_found();
  }
  const std::string other_name =
      name.substr(0, first) + "/" +
      (second == std::string::npos ? repository.name : name.substr(first + 1, second - first - 1));
  const Repository* other = call.state.find_repository(other_name);
  const Commit* found =
      other ? find_commit(*other, name.substr((second == std::string::npos ? first : second) + 1)) : nullptr;
  if (!found) throw not_found();
  const std::string sha = found->sha;
  for (const auto* one : history(*other, sha)) repository.commits.try_emplace(one->sha, *one);
  return repository.commits.at(sha);
}

Reply compare(Call& call) {
  auto& repository = call.repository();
  const std::string both = call.param("basehead");
  const auto dots = both.find("...");
  if (dots == std::string::npos) throw not_found();
  const Commit &base = commit_in(call, repository, both.substr(0, dots)),
               &head = commit_in(call, repository, both.substr(dots + 3));
  const std::string fork = merge_base(repository, base.sha, head.sha);
  if (fork.empty())
    throw ApiError(
        404, "No common ancestor between " + both.substr(0, dots) + " and " + both.substr(dots + 3) + ".");
  auto ahead = history(repository, head.sha, base.sha);
  const auto behind = history(repository, base.sha, head.sha);
  std::reverse(ahead.begin(), ahead.end());
  const auto& objects = call.state.data.objects;
  const auto text = [&](std::string what) {
    return Reply{.text = std::move(what),
                 .type = "application/vnd.github.v3." + call.form + "; charset=utf-8"};
  };
  if (call.form == "patch") return text(patch_text(objects, repository, ahead));
  const Json files = files_between(objects, repository, fork, head.sha);
  if (call.form == "diff") return text(diff_text(files));
  const bool paginated = call.query.find("page") || call.query.find("per_page");
  auto page = page_of(call, ahead.size(), paginated ? 100 : 250);
  const std::string url = call.view.url(repository) + "/compare/",
                    html = call.view.html_url(repository) + "/compare/" + both;
  Json json{{"url", url + both},
            {"html_url", html},
            {"permalink_url", html},
            {"diff_url", html + ".diff"},
            {"patch_url", html + ".patch"},
            {"base_commit", call.view.commit(repository, base)},
            {"merge_base_commit", call.view.commit(repository, repository.commits.at(fork))},
            {"status", ahead.empty() && behind.empty() ? "identical"
                       : behind.empty()                ? "ahead"
                       : ahead.empty()                 ? "behind"
                                                       : "diverged"},
            {"ahead_by", ahead.size()},
            {"behind_by", behind.size()},
            {"total_commits", ahead.size()},
            {"commits", Json::array()},
            {"files", Json::array()}};
  for (auto i = page.begin; i < page.end; ++i)
    json["commits"].push_back(call.view.commit(repository, *ahead[i]));
  if (page.begin == 0)
    for (const auto& file : files) json["files"].push_back(call.view.file(repository, head.sha, file));
  return {.body = json, .headers = std::move(page.headers)};
}

Reply merge(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("Merge");
  const std::string base = fields.required("base"), head = fields.required("head");
  const auto message = fields.text("commit_message");
  const auto branch = repository.refs.find("heads/" + base);
  if (branch == repository.refs.end()) throw ApiError(404, "Base does not exist");
  const Commit* theirs = find_commit(repository, head);
  if (!theirs) throw ApiError(404, "Head does not exist");
  const std::string tip = branch->second, sha = theirs->sha;
  if (is_ancestor(repository, sha, tip)) return {.status = 204};
  const auto tree =
      merged_tree(call.state.data.objects, repository, merge_base(repository, tip, sha), tip, sha);
  if (!tree) throw ApiError(409, "Merge conflict");
  const Person who{.name = call.actor, .email = call.actor + "@users.noreply.github.com", .date = now()};
  const std::string merged =
      add_commit(repository, {.sha = "",
                              .tree = *tree,
                              .message = message.value_or("Merge " + head + " into " + base),
                              .login = call.state.user(call.actor).login,
                              .parents = {tip, sha},
                              .author = who,
                              .committer = who});
  check_push(call, repository, "heads/" + base, false, false, 409);
  set_ref(call, repository, "heads/" + base, merged);
  return {.status = 201, .body = call.view.commit(repository, repository.commits.at(merged))};
}

}  // namespace

void add_compare_routes(Api& api) {
  const std::string repository = "/repos/{owner}/{repo}";
  api.on("GET", repository + "/compare/{basehead...}", "?page ?per_page +diff +patch", compare);
  api.on("POST", repository + "/merges", "base head commit_message", merge);
}

}  // namespace fakes::github
