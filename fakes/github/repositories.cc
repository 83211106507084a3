#include <algorithm>
#include <tuple>

#include "github/api.h"
#include "github/asked.h"
#include "github/changes.h"
#include "github/events.h"
#include "github/history.h"
#include "github/objects.h"
#include "github/settings.h"
#include "github/text.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

/// Those of the body that are there; the switches that PATCH has and a new repository has not are asked for
/// with `edits`.
void read_switches(const Fields& fields, Repository& repository, bool edits) {
  for (const auto& [name, at_first] : kSwitches) {
    const bool of_new =
        std::string_view(name) != "allow_update_branch" && std::string_view(name) != "allow_forking";
    const bool of_edit = std::string_view(name) != "has_downloads";
    if (edits ? !of_edit : !of_new) continue;
    if (const auto value = fields.flag(name)) repository.switches[name] = *value;
  }
}

/// Nothing where the body does not say it.
std::optional<bool> wanted_privacy(const Fields& fields) {
  const auto visibility = fields.text("visibility");
  const auto is_private = fields.flag("private");
  if (!visibility) return is_private;
  if (*visibility != "public" && *visibility != "private") throw invalid("Repository", "visibility");
  return *visibility == "private";
}

/// What a new repository is called: "a-b" for "a b". A change of its name is refused instead.
std::string name_for(const std::string& wanted) {
  std::string name;
  for (const char c : wanted) {
    const bool may_be = is_repository_name(std::string(1, c)) || c == '.';
    if (may_be || name.empty() || name.back() != '-') name += may_be ? c : '-';
  }
  return name;
}

Reply create(Call& call, const std::string& owner) {
  const auto fields = call.fields("Repository");
  const std::string name = name_for(fields.required("name"));
  const auto description = fields.text("description"), homepage = fields.text("homepage");
  const bool is_private = wanted_privacy(fields).value_or(false),
             has_issues = fields.flag("has_issues").value_or(true),
             auto_init = fields.flag("auto_init").value_or(false);
  Repository settings;
  read_switches(fields, settings, false);
  auto& repository = call.state.add_repository(owner, name);
  repository.description = description;
  repository.homepage = homepage;
  repository.is_private = is_private;
  repository.has_issues = has_issues;
  repository.switches = settings.switches;
  call.state.user(call.actor);
  if (auto_init) {
    const Person who{.name = call.actor, .email = call.actor + "@users.noreply.github.com", .date = now()};
    auto& objects = call.state.data.objects;
    const std::string readme = add_blob(objects, "# " + name + (description ? "\n" + *description : ""));
    const auto sha = add_commit(repository, {.sha = "",
                                             .tree = add_tree(objects, {{"README.md", {"100644", readme}}}),
                                             .message = "Initial commit",
                                             .login = call.actor,
                                             .parents = {},
                                             .author = who,
                                             .committer = who});
    repository.refs["heads/" + repository.default_branch] = sha;
  }
  return {.status = 201,
          .body = call.view.full_repository(repository),
          .headers = {{"Location", call.view.url(repository)}}};
}

Reply create_for_user(Call& call) { return create(call, call.actor); }

Reply create_for_organization(Call& call) {
  const std::string org = call.param("org");
  const User* found = call.state.find_user(org);
  if (!is_login(org) || (found && !found->organization)) throw not_found();
  auto reply = create(call, org);
  call.state.user(org, true);
  reply.body = call.view.full_repository(*call.state.find_repository(reply.body["full_name"]));
  return reply;
}

Reply get(Call& call) { return {.body = call.view.full_repository(call.repository())}; }

void tell(Call& call, Repository& repository, const std::string& action, const Json& changes = nullptr) {
  Json payload{{"action", action}};
  if (!changes.is_null()) payload["changes"] = changes;
  emit(call, repository, "repository", payload);
}

void set_privacy(Call& call, Repository& repository, bool is_private) {
  if (std::exchange(repository.is_private, is_private) == is_private) return;
  tell(call, repository, is_private ? "privatized" : "publicized");
  if (!is_private) emit(call, repository, "public", Json::object());
}

Reply edit(Call& call) {
  auto& repository = call.repository(true);
  const auto fields = call.fields("Repository");
  const auto branch = fields.text("default_branch"), description = fields.text("description"),
             homepage = fields.text("homepage"), name = fields.text("name");
  const auto is_private = wanted_privacy(fields), has_issues = fields.flag("has_issues"),
             archived = fields.flag("archived");
  Repository settings;
  read_switches(fields, settings, true);
  const bool has_description = fields.has("description"), has_homepage = fields.has("homepage");
  if (repository.archived && archived.value_or(true))
    throw ApiError(403, "Repository was archived so is read-only.");
  if (branch && !repository.refs.contains("heads/" + *branch)) throw invalid("Repository", "default_branch");
  if (name && *name != repository.name) {
    const std::string before = repository.name;
    move_repository(call.state, repository, repository.owner, *name);
    tell(call, repository, "renamed", {{"repository", {{"name", {{"from", before}}}}}});
  }
  if (branch) repository.default_branch = *branch;
  if (has_description) repository.description = description;
  if (has_homepage) repository.homepage = homepage;
  if (has_issues) repository.has_issues = *has_issues;
  for (const auto& [key, value] : settings.switches) repository.switches[key] = value;
  if (is_private) set_privacy(call, repository, *is_private);
  if (archived && std::exchange(repository.archived, *archived) != *archived)
    tell(call, repository, *archived ? "archived" : "unarchived");
  repository.updated = now();
  return {.body = call.view.full_repository(repository)};
}

Reply remove(Call& call) {
  auto& repository = call.repository(true);
  tell(call, repository, "deleted");
  call.state.data.repositories.erase(lower(repository.full_name()));
  return {.status = 204};
}

/// Sorted by full_name, created, updated or pushed, as the query says; names ascend, times descend unless it
/// says else.
Reply sorted(Call& call, std::vector<const Repository*> found, const std::string& usual) {
  const std::string key = call.query.get("sort", usual);
  const bool ascending = asks_ascending(call, key == "full_name", "Repository");
  if (key != "full_name" && key != "created" && key != "updated" && key != "pushed")
    throw invalid("Repository", "sort");
  const auto rank = [&](const Repository* one) {
    const Time time = key == "created"   ? one->created
                      : key == "updated" ? one->updated
                      : key == "pushed"  ? one->pushed
                                         : 0;
    return std::tuple(time, key == "full_name" ? lower(one->full_name()) : "", one->id);
  };
  std::sort(found.begin(), found.end(),
            [&](const auto* a, const auto* b) { return ascending ? rank(a) < rank(b) : rank(b) < rank(a); });
  return paged(call, found, [&](const Repository* one) { return call.view.repository(*one); });
}

bool is_of_type(const Repository& repository, const std::string& type) {
  if (type == "public" || type == "private") return repository.is_private == (type == "private");
  return type != "forks";  // there are none
}

Reply list_of(Call& call, const std::string& owner) {
  const std::string type = call.query.get("type");
  if (type == "member") throw http::NotImplemented("?type=member");
  std::vector<const Repository*> found;
  for (const auto& [key, repository] : call.state.data.repositories)
    if (lower(repository.owner) == lower(owner) && (!repository.is_private || !call.actor.empty()) &&
        is_of_type(repository, type))
      found.push_back(&repository);
  return sorted(call, std::move(found), "created");
}

/// Those that the caller owns, works on, or has by an organization.
Reply list_own(Call& call) {
  const std::string me = lower(call.need_actor()),
                    affiliation = call.query.get("affiliation", "owner,collaborator,organization_member"),
                    visibility = call.query.get("visibility"), type = call.query.get("type");
  if (!type.empty() && (call.query.find("visibility") || call.query.find("affiliation")))
    throw ApiError(422, "If you specify visibility or affiliation, you cannot specify type.");
  const auto has = [&](const char* kind) {
    if (type == "owner" || type == "member")
      return std::string_view(kind) == "owner" ? type == "owner" : type == "member";
    return affiliation.find(kind) != std::string::npos;
  };
  std::vector<const Repository*> found;
  for (const auto& [key, repository] : call.state.data.repositories) {
    const auto org = call.state.data.organizations.find(lower(repository.owner));
    const auto collaborator = repository.collaborators.find(me);
    const bool mine = (has("owner") && lower(repository.owner) == me) ||
                      (has("collaborator") && collaborator != repository.collaborators.end() &&
                       !collaborator->second.pending) ||
                      (has("organization_member") && org != call.state.data.organizations.end() &&
                       org->second.members.contains(me));
    if (mine && is_of_type(repository, type) && is_of_type(repository, visibility))
      found.push_back(&repository);
  }
  return sorted(call, std::move(found), "full_name");
}

Reply list_of_user(Call& call) {
  const std::string& login = call.param("login");
  const auto& all = call.state.data.repositories;
  if (!call.state.find_user(login) && std::none_of(all.begin(), all.end(), [&](const auto& one) {
        return lower(one.second.owner) == lower(login);
      }))
    throw not_found();
  return list_of(call, login);
}

/// Every public one, by its id.
Reply list_all(Call& call) {
  constexpr std::size_t kPage = 100;
  const Id since = call.query.number("since").value_or(0);
  std::map<Id, const Repository*> found;
  for (const auto& [key, repository] : call.state.data.repositories)
    if (!repository.is_private && repository.id > since) found[repository.id] = &repository;
  Reply reply{.body = Json::array()};
  for (const auto& [id, repository] : found) {
    if (reply.body.size() == kPage) {
      reply.headers.emplace_back(
          "Link", "<" + call.path + "?since=" + reply.body.back()["id"].dump() + ">; rel=\"next\"");
      break;
    }
    reply.body.push_back(call.view.repository(*repository));
  }
  return reply;
}

Reply get_by_id(Call& call) {
  const Repository* found = call.state.find_repository_by_id(call.param("id"));
  if (!found || (found->is_private && call.actor.empty())) throw not_found();
  return {.body = call.view.full_repository(*found)};
}

}  // namespace

void add_repository_routes(Api& api) {
  const std::string common =
      "name description homepage private has_issues has_projects has_wiki is_template auto_init "
      "allow_squash_merge allow_merge_commit "
      "allow_rebase_merge allow_auto_merge delete_branch_on_merge has_downloads visibility ";
  const std::string off_for_user = "has_discussions=false",
                    off_for_org = "use_squash_pr_title_as_default=false";
  const std::string order = "?sort ?direction ?page ?per_page";
  api.on("POST", "/user/repos", common + off_for_user, create_for_user);
  api.on("POST", "/orgs/{org}/repos", common + off_for_org, create_for_organization);
  api.on("GET", "/user/repos", order + " ?affiliation ?visibility ?type", list_own);
  api.on("GET", "/users/{login}/repos", order + " ?type", list_of_user);
  api.on("GET", "/orgs/{org}/repos", order + " ?type",
         [](Call& call) { return list_of(call, call.param("org")); });
  api.on("GET", "/repositories", "?since", list_all);
  api.on("GET", "/repositories/{id}", "", get_by_id);
  api.on("GET", "/repos/{owner}/{repo}", "", get);
  api.on("PATCH", "/repos/{owner}/{repo}",
         "name description homepage private visibility archived default_branch has_issues has_projects "
         "has_wiki is_template allow_squash_merge "
         "allow_merge_commit allow_rebase_merge allow_auto_merge delete_branch_on_merge allow_update_branch "
         "allow_forking use_squash_pr_title_as_default=false web_commit_signoff_required=false",
         edit);
  api.on("DELETE", "/repos/{owner}/{repo}", "", remove);
}

}  // namespace fakes::github
