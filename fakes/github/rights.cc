// What a role and an app's permissions allow
// (https://docs.github.com/organizations/managing-user-access-to-your-organizations-repositories,
// https://docs.github.com/rest/authentication/permissions-required-for-github-apps).
#include "github/rights.h"

#include <algorithm>

#include "github/people.h"
#include "github/text.h"

namespace fakes::github {

namespace {

/// What changes something below /repos/OWNER/NAME/ and what that takes. Of several that fit the first counts.
struct Right {
  const char* path;         ///< `*` is one segment, `**` at the end any number of them
  const char* permissions;  ///< of an app: one of them
  const char* role;
  const char* method = "";  ///< "" is any
  bool own = false;         ///< whoever wrote it may do it too
};
constexpr Right kRights[] = {{"", "administration", "admin"},
                             {"transfer", "administration", "admin"},
                             {"topics", "administration", "maintain"},
                             {"branches/**", "administration", "admin"},
                             {"collaborators/**", "administration", "admin"},
                             {"invitations/**", "administration", "admin"},
                             {"hooks/**", "repository_hooks", "admin"},
                             {"git/**", "contents", "push"},
                             {"contents/**", "contents", "push"},
                             {"merges", "contents", "push"},
                             {"releases/**", "contents", "push"},
                             {"statuses/**", "statuses", "push"},
                             {"check-runs/**", "checks", "push"},
                             {"check-suites/**", "checks", "push"},
                             {"labels/**", "issues pull_requests", "push"},
                             {"milestones/**", "issues pull_requests", "push"},
                             {"pulls/*/merge", "contents", "push"},
                             {"pulls/*/update-branch", "pull_requests", "push"},
                             {"pulls/*/reviews/*/dismissals", "pull_requests", "push"},
                             {"pulls/*/requested_reviewers", "pull_requests", "triage"},
                             {"pulls/*", "pull_requests", "push", "PATCH", true},
                             {"pulls/comments/*", "pull_requests", "push", "", true},
                             {"pulls/**", "pull_requests", "pull"},
                             {"issues/*/labels/**", "issues pull_requests", "triage"},
                             {"issues/*/assignees", "issues pull_requests", "triage"},
                             {"issues/*/lock", "issues pull_requests", "push"},
                             {"issues/comments/*", "issues pull_requests", "push", "", true},
                             {"issues/*", "issues pull_requests", "triage", "PATCH", true},
                             {"issues/**", "issues pull_requests", "pull"}};

std::vector<std::string> segments_of(const std::string& path) {
  std::vector<std::string> segments;
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    segments.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

bool fits(const Right& right, const std::string& method, const std::vector<std::string>& path) {
  if (*right.method != 0 && method != right.method) return false;
  const auto pattern = segments_of(right.path);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == "**") return true;
    if (i >= path.size() || (pattern[i] != "*" && pattern[i] != path[i])) return false;
  }
  return pattern.size() == path.size();
}

std::vector<std::string> path_below(const Call& call) {
  auto path = segments_of(call.request.path.substr(call.request.path.find("/repos/") + 7));
  path.erase(path.begin(), path.begin() + std::min<std::ptrdiff_t>(2, std::ssize(path)));
  return path;
}

const Right* right_for(const Call& call, const std::vector<std::string>& path) {
  const auto found = std::find_if(std::begin(kRights), std::end(kRights),
                                  [&](const Right& right) { return fits(right, call.request.method, path); });
  return found == std::end(kRights) ? nullptr : found;
}

/// Of the issue, pull request or comment that the path names.
bool is_own(const Call& call, const Repository& repository, const std::vector<std::string>& path) {
  const std::string me = lower(call.actor), &name = path.back();
  for (const auto& [number, issue] : repository.issues) {
    if (path.size() == 2 && std::to_string(number) == name) return lower(issue.user) == me;
    for (const auto& [id, comment] : issue.comments)
      if (path.size() == 3 && std::to_string(id) == name) return lower(comment.user) == me;
    if (issue.pull)
      for (const auto& [id, comment] : issue.pull->comments)
        if (path.size() == 3 && std::to_string(id) == name) return lower(comment.user) == me;
  }
  return false;
}

bool is_granted(const Token& token, const std::string& permissions, const Repository& repository,
                const std::vector<std::string>& path, bool reads) {
  const auto has = [&](const char* name) {
    const auto found = token.permissions.find(name);
    return found != token.permissions.end() &&
           (reads || found->second == "write" || found->second == "admin");
  };
  if (permissions != "issues pull_requests") return has(permissions.c_str());
  const bool is_issue = path.size() > 1 && path[0] == "issues" &&
                        std::any_of(repository.issues.begin(), repository.issues.end(), [&](const auto& one) {
                          return std::to_string(one.first) == path[1] && !one.second.pull;
                        });
  return has("issues") || (!is_issue && path.size() > 1 && has("pull_requests"));
}

std::ptrdiff_t rank_of(const std::string& role) {
  return std::find(std::begin(kRoles), std::end(kRoles), role) - std::begin(kRoles);
}

}  // namespace

void check_rights(const Call& call, const Repository& repository) {
  const auto path = path_below(call);
  const bool hooks = !path.empty() && path[0] == "hooks";
  if (call.reads() && !hooks) return;
  const Right* right = right_for(call, path);
  if (!right) return;
  if (call.token) {
    if (!is_granted(*call.token, right->permissions, repository, path, call.reads()))
      throw ApiError(403, "Resource not accessible by integration");
    return;
  }
  const std::string role = role_of(call.state, repository, call.actor);
  if (role.empty() || rank_of(role) >= rank_of(right->role)) return;
  const bool leaves = call.request.method == "DELETE" && path.size() == 2 && path[0] == "collaborators" &&
                      lower(path[1]) == lower(call.actor);
  if (leaves || (right->own && is_own(call, repository, path))) return;
  if (call.reads()) throw not_found();
  throw ApiError(403, "Must have " + std::string(right->role) + " rights to Repository.");
}

bool is_no_administrator(const Call& call, const Repository& repository) {
  const std::string role = role_of(call.state, repository, call.actor);
  return call.token || (!role.empty() && role != "admin");
}

bool may_triage(const Call& call, const Repository& repository) {
  const std::string role = role_of(call.state, repository, call.actor);
  return call.token || role.empty() || rank_of(role) >= rank_of("triage");
}

bool may_approve(const State& state, const Repository& repository, const std::string& login) {
  const std::string role = role_of(state, repository, login);
  return role.empty() || rank_of(role) >= rank_of("push");
}

}  // namespace fakes::github
