// The JSON of a repository, and of teams.
#include "github/people.h"
#include "github/settings.h"
#include "github/text.h"
#include "github/view.h"

namespace fakes::github {

namespace {

/// Templates (RFC 6570) of what is below a repository's URL, whether this fake has it or not.
constexpr std::pair<const char*, const char*> kUrls[] = {
    {"archive_url", "/{archive_format}{/ref}"},
    {"assignees_url", "/assignees{/user}"},
    {"blobs_url", "/git/blobs{/sha}"},
    {"branches_url", "/branches{/branch}"},
    {"collaborators_url", "/collaborators{/collaborator}"},
    {"comments_url", "/comments{/number}"},
    {"commits_url", "/commits{/sha}"},
    {"compare_url", "/compare/{base}...{head}"},
    {"contents_url", "/contents/{+path}"},
    {"contributors_url", "/contributors"},
    {"deployments_url", "/deployments"},
    {"downloads_url", "/downloads"},
    {"events_url", "/events"},
    {"forks_url", "/forks"},
    {"git_commits_url", "/git/commits{/sha}"},
    {"git_refs_url", "/git/refs{/sha}"},
    {"git_tags_url", "/git/tags{/sha}"},
    {"hooks_url", "/hooks"},
    {"issue_comment_url", "/issues/comments{/number}"},
    {"issue_events_url", "/issues/events{/number}"},
    {"issues_url", "/issues{/number}"},
    {"keys_url", "/keys{/key_id}"},
    {"labels_url", "/labels{/name}"},
    {"languages_url", "/languages"},
    {"merges_url", "/merges"},
    {"milestones_url", "/milestones{/number}"},
    {"notifications_url", "/notifications{?since,all,participating}"},
    {"pulls_url", "/pulls{/number}"},
    {"releases_url", "/releases{/id}"},
    {"stargazers_url", "/stargazers"},
    {"statuses_url", "/statuses/{sha}"},
    {"subscribers_url", "/subscribers"},
    {"subscription_url", "/subscription"},
    {"tags_url", "/tags"},
    {"teams_url", "/teams"},
    {"trees_url", "/git/trees{/sha}"}};

}  // namespace

Json View::repository(const Repository& r) const {
  const std::string api = url(r), web = html_url(r);
  int open = 0;
  for (const auto& [number, issue] : r.issues) open += issue.open;
  Json json{{"id", r.id},
            {"node_id", node_id("Repository", r.id)},
            {"name", r.name},
            {"full_name", r.full_name()},
            {"private", r.is_private},
            {"visibility", r.is_private ? "private" : "public"},
            {"owner", user(r.owner)},
            {"html_url", web},
            {"description", or_null(r.description)},
            {"fork", false},
            {"url", api},
            {"created_at", iso_time(r.created)},
            {"updated_at", iso_time(r.updated)},
            {"pushed_at", iso_time(r.pushed)},
            {"clone_url", urls_.git.empty() ? web + ".git" : urls_.git + "/repo/" + r.full_name()},
            {"has_issues", r.has_issues},
            {"open_issues_count", open},
            {"open_issues", open},
            {"default_branch", r.default_branch},
            {"topics", r.topics},
            {"homepage", or_null(r.homepage)},
            {"archived", r.archived}};
  if (!reader_.empty()) json["permissions"] = permissions_of(role_of_reader(r));
  for (const char* kind : {"git", "ssh", "svn"}) json[std::string(kind) + "_url"] = json["clone_url"];
  for (const char* none : {"language", "mirror_url", "license"}) json[none] = nullptr;
  for (const char* zero : {"size", "stargazers_count", "watchers_count", "forks_count", "forks", "watchers"})
    json[zero] = 0;
  for (const char* no : {"disabled", "has_pages", "has_discussions"}) json[no] = false;
  for (const auto& [name, at_first] : kSwitches)
    json[name] = r.switches.contains(name) ? r.switches.at(name) : at_first;
  for (const auto& [name, path] : kUrls) json[name] = api + path;
  return json;
}

Json View::full_repository(const Repository& r) const {
  Json json = repository(r);
  for (const char* zero : {"network_count", "subscribers_count"}) json[zero] = 0;
  json["web_commit_signoff_required"] = json["use_squash_pr_title_as_default"] = false;
  json["squash_merge_commit_title"] = "COMMIT_OR_PR_TITLE";
  json["squash_merge_commit_message"] = "COMMIT_MESSAGES";
  json["merge_commit_title"] = "MERGE_MESSAGE";
  json["merge_commit_message"] = "PR_TITLE";
  if (json["owner"]["type"] == "Organization") json["organization"] = json["owner"];
  return json;
}

/// Who has no role may do everything; an app what its token says.
std::string View::role_of_reader(const Repository& r) const {
  if (!token_) {
    const auto role = role_of(state_, r, reader_);
    return role.empty() ? "admin" : role;
  }
  const auto may = [&](const char* permission) {
    const auto found = token_->permissions.find(permission);
    return found != token_->permissions.end() && found->second == "write";
  };
  return may("administration") ? "admin" : may("contents") ? "push" : "pull";
}

Json View::team(const Organization& org, const Team& team, bool full) const {
  const std::string url =
      urls_.api + "/organizations/" + std::to_string(user_id(org.login)) + "/team/" + std::to_string(team.id);
  Json json{{"id", team.id},
            {"node_id", node_id("Team", team.id)},
            {"url", url},
            {"html_url", urls_.web + "/orgs/" + org.login + "/teams/" + team.slug},
            {"name", team.name},
            {"slug", team.slug},
            {"description", or_null(team.description)},
            {"privacy", team.privacy},
            {"notification_setting", team.notification},
            {"permission", team.permission},
            {"members_url", url + "/members{/member}"},
            {"repositories_url", url + "/repos"},
            {"parent", nullptr}};
  for (const auto& [slug, other] : org.teams)
    if (other.id == team.parent) json["parent"] = this->team(org, other, false);
  if (!full) return json;
  json["members_count"] = team.members.size();
  json["repos_count"] = team.repositories.size();
  json["created_at"] = json["updated_at"] = iso_time(0);
  json["organization"] = organization(org.login);
  return json;
}

Json View::asked_team(const Repository& r, const std::string& slug) const {
  if (const Team* found = team_of(state_, r, slug))
    return team(state_.data.organizations.at(lower(r.owner)), *found, false);
  return {{"id", user_id(slug)}, {"node_id", node_id("Team", user_id(slug))}, {"name", slug}, {"slug", slug}};
}

}  // namespace fakes::github
