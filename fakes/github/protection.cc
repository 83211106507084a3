// Branch protection: what is asked for, kept as GitHub's body has it, and shown as its answer has it.
#include "github/protection.h"

#include <algorithm>

#include "github/api.h"
#include "github/history.h"
#include "github/rights.h"
#include "github/text.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

const char* const kFlags[] = {
    "required_linear_history",          "allow_force_pushes", "allow_deletions",   "block_creations",
    "required_conversation_resolution", "lock_branch",        "allow_fork_syncing"};

Json strings_or_none(const Fields& fields, const char* name) {
  return fields.list(name).value_or(std::vector<std::string>{});
}

/// {"strict", "checks": [{"context", "app_id"}]}
Json status_checks(const Fields& fields, Json before = {{"strict", false}, {"checks", Json::array()}}) {
  if (const auto strict = fields.flag("strict")) before["strict"] = *strict;
  if (const auto contexts = fields.list("contexts")) {
    before["checks"] = Json::array();
    for (const auto& context : *contexts)
      before["checks"].push_back({{"context", context}, {"app_id", nullptr}});
  }
  if (fields.raw("checks")) {
    before["checks"] = Json::array();
    for (const auto& check : fields.objects("checks")) {
      const auto app = check.number("app_id");
      before["checks"].push_back(
          {{"context", check.required("context")}, {"app_id", app && *app > 0 ? Json(*app) : Json(nullptr)}});
    }
  }
  return before;
}

Json reviews(const Fields& fields, Json before = {{"dismiss_stale_reviews", false},
                                                  {"require_code_owner_reviews", false},
                                                  {"require_last_push_approval", false},
                                                  {"required_approving_review_count", 1}}) {
  for (const char* flag :
       {"dismiss_stale_reviews", "require_code_owner_reviews", "require_last_push_approval"})
    if (const auto value = fields.flag(flag)) before[flag] = *value;
  if (const auto count = fields.number("required_approving_review_count")) {
    if (*count < 0 || *count > 6) throw invalid("ProtectedBranch", "required_approving_review_count");
    before["required_approving_review_count"] = *count;
  }
  for (const char* who : {"dismissal_restrictions", "bypass_pull_request_allowances"})
    if (fields.raw(who)) {
      const auto of = fields.object(who);
      before[who] = {{"users", strings_or_none(of, "users")},
                     {"teams", strings_or_none(of, "teams")},
                     {"apps", strings_or_none(of, "apps")}};
    }
  return before;
}

struct Place {
  Repository& repository;
  std::string branch;
};

Place branch_in(Call& call) {
  auto& repository = call.repository();
  if (!repository.refs.contains("heads/" + call.param("branch"))) throw ApiError(404, "Branch not found");
  return {repository, call.param("branch")};
}

Json& protection_in(Call& call) {
  const auto [repository, branch] = branch_in(call);
  const auto found = repository.protections.find(branch);
  if (found == repository.protections.end()) throw ApiError(404, "Branch not protected");
  return found->second;
}

Json& part_in(Call& call, const char* part, const char* message) {
  Json& part_json = protection_in(call)[part];
  if (part_json.is_null()) throw ApiError(404, message);
  return part_json;
}

std::string url_of(const Call& call) {
  const auto& repository = *call.state.find_repository(call.param("owner") + "/" + call.param("repo"));
  return call.view.url(repository) + "/branches/" + call.param("branch") + "/protection";
}

Json status_checks_json(const Call& call, const Json& checks) {
  Json json = checks;
  json["url"] = url_of(call) + "/required_status_checks";
  json["contexts_url"] = url_of(call) + "/required_status_checks/contexts";
  json["contexts"] = Json::array();
  for (const auto& check : checks["checks"]) json["contexts"].push_back(check["context"]);
  return json;
}

Json people_json(const Call& call, const Json& who) {
  Json json{{"users", Json::array()}, {"teams", Json::array()}, {"apps", Json::array()}};
  for (const auto& login : who["users"]) json["users"].push_back(call.view.user(login));
  for (const char* kind : {"teams", "apps"})
    for (const std::string slug : who[kind])
      json[kind].push_back({{"id", user_id(slug)}, {"slug", slug}, {"name", slug}});
  return json;
}

Json reviews_json(const Call& call, const Json& given) {
  Json json = given;
  json["url"] = url_of(call) + "/required_pull_request_reviews";
  for (const char* who : {"dismissal_restrictions", "bypass_pull_request_allowances"})
    if (given.contains(who)) json[who] = people_json(call, given[who]);
  return json;
}

Json switch_json(const Call& call, const Json& protection, const char* name) {
  return {{"url", url_of(call) + "/" + name}, {"enabled", protection.value(name, false)}};
}

Json restrictions_json(const Call& call, const Json& given) {
  Json json = people_json(call, given);
  json["url"] = url_of(call) + "/restrictions";
  for (const char* kind : {"users", "teams", "apps"})
    json[std::string(kind) + "_url"] = url_of(call) + "/restrictions/" + kind;
  return json;
}

Json protection_json(const Call& call, const Json& given) {
  Json json{{"url", url_of(call)},
            {"enforce_admins", switch_json(call, given, "enforce_admins")},
            {"required_signatures", switch_json(call, given, "required_signatures")}};
  if (!given["required_status_checks"].is_null())
    json["required_status_checks"] = status_checks_json(call, given["required_status_checks"]);
  if (!given["required_pull_request_reviews"].is_null())
    json["required_pull_request_reviews"] = reviews_json(call, given["required_pull_request_reviews"]);
  if (!given["restrictions"].is_null()) json["restrictions"] = restrictions_json(call, given["restrictions"]);
  for (const char* flag : kFlags) json[flag] = {{"enabled", given.value(flag, false)}};
  return json;
}

Reply get(Call& call) { return {.body = protection_json(call, protection_in(call))}; }

Reply set(Call& call) {
  const auto [repository, branch] = branch_in(call);
  const auto fields = call.fields("ProtectedBranch");
  for (const char* name :
       {"required_status_checks", "enforce_admins", "required_pull_request_reviews", "restrictions"})
    if (!fields.has(name))
      throw ApiError(422, "Invalid request.\n\n\"" + std::string(name) + "\" wasn't supplied.");
  Json given{{"enforce_admins", fields.flag("enforce_admins").value_or(false)}};
  given["required_status_checks"] = fields.raw("required_status_checks")
                                        ? status_checks(fields.object("required_status_checks"))
                                        : Json(nullptr);
  given["required_pull_request_reviews"] = fields.raw("required_pull_request_reviews")
                                               ? reviews(fields.object("required_pull_request_reviews"))
                                               : Json(nullptr);
  given["restrictions"] = nullptr;
  if (fields.raw("restrictions")) {
    const auto who = fields.object("restrictions");
    given["restrictions"] = {{"users", strings_or_none(who, "users")},
                             {"teams", strings_or_none(who, "teams")},
                             {"apps", strings_or_none(who, "apps")}};
  }
  for (const char* flag : kFlags) given[flag] = fields.flag(flag).value_or(false);
  const auto before = repository.protections.find(branch);
  given["required_signatures"] =
      before != repository.protections.end() && before->second.value("required_signatures", false);
  repository.protections[branch] = given;
  return {.body = protection_json(call, given)};
}

Reply remove(Call& call) {
  protection_in(call);
  call.repository().protections.erase(call.param("branch"));
  return {.status = 204};
}

constexpr const char* kNoChecks = "Required status checks not enabled";

Reply edit_checks(Call& call) {
  Json& checks = part_in(call, "required_status_checks", kNoChecks);
  checks = status_checks(call.fields("ProtectedBranch"), checks);
  return {.body = status_checks_json(call, checks)};
}

/// PUT replaces, POST adds, DELETE takes away: a list, or an object that has it.
Reply contexts(Call& call) {
  Json& checks = part_in(call, "required_status_checks", kNoChecks);
  if (!call.reads()) {
    const auto given =
        call.body.is_array()
            ? Fields::strings(call.body, "ProtectedBranch", "contexts")
            : call.fields("ProtectedBranch").list("contexts").value_or(std::vector<std::string>{});
    Json left = Json::array();
    for (const auto& check : checks["checks"])
      if (call.request.method != "PUT" &&
          std::find(given.begin(), given.end(), check["context"].get<std::string>()) == given.end())
        left.push_back(check);
    if (call.request.method != "DELETE")
      for (const auto& one : given) left.push_back({{"context", one}, {"app_id", nullptr}});
    checks["checks"] = left;
  }
  return {.body = status_checks_json(call, checks)["contexts"]};
}

Reply edit_reviews(Call& call) {
  Json& part = part_in(call, "required_pull_request_reviews", "Not Found");
  part = reviews(call.fields("ProtectedBranch"), part);
  return {.body = reviews_json(call, part)};
}

Reply remove_part(Call& call, const char* part) {
  part_in(call, part, "Not Found") = nullptr;
  return {.status = 204};
}

Reply flip(Call& call, const char* name) {
  Json& protection = protection_in(call);
  if (call.request.method == "DELETE") {
    protection[name] = false;
    return {.status = 204};
  }
  if (!call.reads()) protection[name] = true;
  return {.body = switch_json(call, protection, name)};
}

/// Whether the rules hold for who asks.
bool is_bound(const Call& call, const Repository& repository, const Json& rules) {
  return rules.value("enforce_admins", false) || is_no_administrator(call, repository);
}

/// Whether who asks is one of those that the branch is restricted to.
bool may_push(const Call& call, const Json& rules) {
  const Json& only = rules["restrictions"];
  if (only.is_null()) return true;
  const auto has = [](const Json& all, const std::string& name) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Json& one) { return lower(one.get<std::string>()) == lower(name); });
  };
  if (call.token) return has(only["apps"], call.state.data.apps.at(call.token->app).slug);
  const auto org = call.state.data.organizations.find(lower(call.param("owner")));
  if (org != call.state.data.organizations.end())
    for (const auto& [slug, team] : org->second.teams)
      if (has(only["teams"], slug) && team.members.contains(lower(call.actor))) return true;
  return has(only["users"], call.actor);
}

bool is_good(const CheckRun& run) {
  return run.conclusion == "success" || run.conclusion == "neutral" || run.conclusion == "skipped";
}

bool has_passed(const Repository& repository, const std::string& sha, const std::string& context,
                const Json& app) {
  bool good = false;
  if (const auto statuses = repository.statuses.find(sha);
      statuses != repository.statuses.end() && app.is_null())
    for (const auto& status : statuses->second)
      if (status.context == context) good = status.state == "success";
  for (const auto& [id, run] : repository.runs)
    if (run.sha == sha && run.name == context &&
        (app.is_null() || app == repository.suites.at(run.suite).app))
      good = is_good(run);
  return good;
}

bool is_behind(const Repository& repository, const Pull& pull) {
  const auto tip = repository.refs.find("heads/" + pull.base.ref);
  return tip != repository.refs.end() && !is_ancestor(repository, tip->second, pull.head.sha);
}

/// Whether the last of each context and of each check run is good.
bool all_passed(const Repository& repository, const std::string& sha) {
  std::map<std::string, bool> statuses, runs;
  if (const auto all = repository.statuses.find(sha); all != repository.statuses.end())
    for (const auto& status : all->second) statuses[status.context] = status.state == "success";
  for (const auto& [id, run] : repository.runs)
    if (run.sha == sha) runs[run.name] = is_good(run);
  const auto good = [](const auto& one) { return one.second; };
  return std::all_of(statuses.begin(), statuses.end(), good) && std::all_of(runs.begin(), runs.end(), good);
}

void check_statuses(const Repository& repository, const Issue& issue, const Json& checks) {
  const std::string& head = issue.pull->head.sha;
  for (const auto& check : checks["checks"])
    if (!has_passed(repository, head, check["context"], check["app_id"]))
      throw ApiError(405,
                     "Required status check \"" + check["context"].get<std::string>() + "\" is expected.");
  if (checks.value("strict", false) && is_behind(repository, *issue.pull))
    throw ApiError(405, "Head branch is not up to date with the base branch.");
}

void check_reviews(const State& state, const Repository& repository, const Issue& issue, const Json& wanted) {
  for (const char* name : {"require_code_owner_reviews", "require_last_push_approval"})
    if (wanted.value(name, false)) throw http::NotImplemented(std::string("a merge under ") + name);
  if (wanted.contains("bypass_pull_request_allowances"))
    throw http::NotImplemented("a merge under bypass_pull_request_allowances");
  std::map<std::string, std::string> last;  // of each reviewer
  for (const auto& [id, review] : issue.pull->reviews)
    if (review.state != "PENDING" && review.state != "COMMENTED" &&
        may_approve(state, repository, review.user))
      last[lower(review.user)] = review.state;
  const auto approvals =
      std::count_if(last.begin(), last.end(), [](const auto& one) { return one.second == "APPROVED"; });
  const bool refused = std::any_of(last.begin(), last.end(),
                                   [](const auto& one) { return one.second == "CHANGES_REQUESTED"; });
  const auto needed = wanted["required_approving_review_count"].get<std::int64_t>();
  if (refused || approvals < needed)
    throw ApiError(405, "At least " + std::to_string(needed) +
                            " approving review is required by reviewers with write access.");
}

}  // namespace

void check_protection(const Call& call, const Repository& repository, const Issue& issue,
                      const std::string& method) {
  const auto found = repository.protections.find(issue.pull->base.ref);
  if (found == repository.protections.end() || !is_bound(call, repository, found->second)) return;
  const Json &rules = found->second, &checks = rules["required_status_checks"],
             &reviews = rules["required_pull_request_reviews"];
  if (rules.value("lock_branch", false)) throw ApiError(405, "Cannot change this locked branch");
  if (rules.value("required_linear_history", false) && method == "merge")
    throw ApiError(405, "This branch must not contain merge commits.");
  for (const char* name : {"required_signatures", "required_conversation_resolution"})
    if (rules.value(name, false)) throw http::NotImplemented(std::string("a merge under ") + name);
  if (!checks.is_null()) check_statuses(repository, issue, checks);
  if (!reviews.is_null()) check_reviews(call.state, repository, issue, reviews);
  if (!may_push(call, rules)) throw ApiError(405, "You're not authorized to push to this branch.");
}

std::string merge_state_of(const State& state, const Repository& repository, const Issue& issue) {
  const auto found = repository.protections.find(issue.pull->base.ref);
  if (found != repository.protections.end()) {
    const Json &rules = found->second, &checks = rules["required_status_checks"],
               &reviews = rules["required_pull_request_reviews"];
    try {
      if (!reviews.is_null()) check_reviews(state, repository, issue, reviews);
      if (!checks.is_null() && checks.value("strict", false) && is_behind(repository, *issue.pull))
        return "behind";
      if (!checks.is_null()) check_statuses(repository, issue, checks);
    } catch (const ApiError&) {
      return "blocked";
    } catch (const http::NotImplemented&) {
      return "unknown";
    }
  }
  return all_passed(repository, issue.pull->head.sha) ? "clean" : "unstable";
}

void check_push(const Call& call, const Repository& repository, const std::string& ref, bool forced,
                bool gone, int status) {
  const auto found =
      ref.starts_with("heads/") ? repository.protections.find(ref.substr(6)) : repository.protections.end();
  if (found == repository.protections.end()) return;
  const Json& rules = found->second;
  if (gone && !rules.value("allow_deletions", false))
    throw ApiError(status, "Cannot delete a protected branch");
  if (forced && !rules.value("allow_force_pushes", false))
    throw ApiError(status, "Cannot force-push to this protected branch");
  if (gone || !is_bound(call, repository, rules)) return;
  if (!may_push(call, rules)) throw ApiError(status, "You're not authorized to push to this branch.");
  const bool by_pull =
      !rules["required_pull_request_reviews"].is_null() || !rules["required_status_checks"].is_null();
  if (by_pull || rules.value("lock_branch", false))
    throw ApiError(status, "Protected branch update failed for refs/" + ref +
                               ". Changes must be made through a pull request.");
}

void add_protection_routes(Api& api) {
  const std::string base = "/repos/{owner}/{repo}/branches/{branch...}/protection",
                    checks = base + "/required_status_checks",
                    pulls = base + "/required_pull_request_reviews";
  const auto people = [](const std::string& of) {
    return of + " " + of + ".users " + of + ".teams " + of + ".apps ";
  };
  const auto inner = [&](const std::string& prefix) {
    std::string names;
    for (const std::string name : {"dismiss_stale_reviews", "require_code_owner_reviews",
                                   "require_last_push_approval", "required_approving_review_count"})
      names += prefix + name + " ";
    return names + people(prefix + "dismissal_restrictions") +
           people(prefix + "bypass_pull_request_allowances");
  };
  std::string all =
      "enforce_admins required_status_checks required_status_checks.strict required_status_checks.contexts "
      "required_status_checks.checks "
      "required_status_checks.checks[].context required_status_checks.checks[].app_id "
      "required_pull_request_reviews " +
      inner("required_pull_request_reviews.") + people("restrictions");
  for (const char* flag : kFlags) all += std::string(flag) + " ";
  api.on("GET", base, "", get);
  api.on("PUT", base, all, set);
  api.on("DELETE", base, "", remove);
  api.on("GET", checks, "", [](Call& call) {
    return Reply{.body = status_checks_json(call, part_in(call, "required_status_checks", kNoChecks))};
  });
  api.on("PATCH", checks, "strict contexts checks checks[].context checks[].app_id", edit_checks);
  api.on("DELETE", checks, "", [](Call& call) { return remove_part(call, "required_status_checks"); });
  api.on("GET", checks + "/contexts", "", contexts);
  for (const char* method : {"PUT", "POST", "DELETE"})
    api.on(method, checks + "/contexts", "contexts", contexts);
  api.on("GET", pulls, "", [](Call& call) {
    return Reply{.body = reviews_json(call, part_in(call, "required_pull_request_reviews", "Not Found"))};
  });
  api.on("PATCH", pulls, inner(""), edit_reviews);
  api.on("DELETE", pulls, "", [](Call& call) { return remove_part(call, "required_pull_request_reviews"); });
  api.on("GET", base + "/restrictions", "", [](Call& call) {
    return Reply{.body =
                     restrictions_json(call, part_in(call, "restrictions", "Push restrictions not enabled"))};
  });
  api.on("DELETE", base + "/restrictions", "", [](Call& call) { return remove_part(call, "restrictions"); });
  for (const char* name : {"enforce_admins", "required_signatures"})
    for (const char* method : {"GET", "POST", "DELETE"})
      api.on(method, base + "/" + name, "", [name](Call& call) { return flip(call, name); });
}

}  // namespace fakes::github
