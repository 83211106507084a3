#include <algorithm>
#include <set>

#include "github/api.h"
#include "github/events.h"
#include "github/history.h"
#include "github/text.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

Hook& found(Call& call, Repository& repository) {
  const auto hook = repository.hooks.find(call.id("hook"));
  if (hook == repository.hooks.end()) throw not_found();
  return hook->second;
}

Json json_of(const Call& call, const Repository& repository, const Hook& hook) {
  Json json = call.view.hook(repository, hook);
  json["last_response"] = call.deliveries.last_response(hook.id);
  return json;
}

/// Of the hook's configuration whatever is given. Clients give insecure_ssl as a string or a number.
void read_config(const Fields& config, Hook& hook) {
  if (const auto url = config.text("url")) hook.url = *url;
  if (const auto type = config.text("content_type")) hook.content_type = *type;
  if (const auto secret = config.text("secret"); secret && *secret != "********") hook.secret = *secret;
  if (const Json* value = config.raw("insecure_ssl")) {
    if (!value->is_string() && !value->is_number_integer()) throw invalid("Hook", "insecure_ssl");
    hook.insecure_ssl = *value == "1" || *value == 1 ? "1" : "0";
  }
  const std::string url = lower(hook.url);
  const bool http = url.starts_with("http://") || url.starts_with("https://");
  if (!http || url.ends_with("//") ||
      std::any_of(url.begin(), url.end(), [](char c) { return c >= 0 && c <= ' '; }))
    throw invalid("Hook", "url", "custom", "url is missing or is no http or https URL");
  if (hook.content_type != "json" && hook.content_type != "form") throw invalid("Hook", "content_type");
}

void ping(Call& call, const Repository& repository, const Hook& hook) {
  call.deliveries.add(hook, repository.id, "ping",
                      {{"zen", "Anything added dilutes everything else."},
                       {"hook_id", hook.id},
                       {"hook", json_of(call, repository, hook)},
                       {"repository", call.view.repository(repository)},
                       {"sender", call.view.user(call.actor)}});
}

/// What a repository's hook may ask for (https://docs.github.com/webhooks/webhook-events-and-payloads).
const std::set<std::string> kEvents = {"*",
                                       "branch_protection_configuration",
                                       "branch_protection_rule",
                                       "check_run",
                                       "check_suite",
                                       "code_scanning_alert",
                                       "commit_comment",
                                       "create",
                                       "custom_property",
                                       "custom_property_values",
                                       "delete",
                                       "dependabot_alert",
                                       "deploy_key",
                                       "deployment",
                                       "deployment_protection_rule",
                                       "deployment_review",
                                       "deployment_status",
                                       "discussion",
                                       "discussion_comment",
                                       "fork",
                                       "gollum",
                                       "issue_comment",
                                       "issue_dependencies",
                                       "issues",
                                       "label",
                                       "member",
                                       "merge_group",
                                       "meta",
                                       "milestone",
                                       "package",
                                       "page_build",
                                       "ping",
                                       "project",
                                       "project_card",
                                       "project_column",
                                       "public",
                                       "pull_request",
                                       "pull_request_review",
                                       "pull_request_review_comment",
                                       "pull_request_review_thread",
                                       "push",
                                       "registry_package",
                                       "release",
                                       "repository",
                                       "repository_advisory",
                                       "repository_dispatch",
                                       "repository_import",
                                       "repository_ruleset",
                                       "repository_vulnerability_alert",
                                       "secret_scanning_alert",
                                       "secret_scanning_alert_location",
                                       "secret_scanning_scan",
                                       "security_and_analysis",
                                       "star",
                                       "status",
                                       "sub_issues",
                                       "team_add",
                                       "watch",
                                       "workflow_dispatch",
                                       "workflow_job",
                                       "workflow_run"};
/// Those of which the fake has what they tell of, and does not tell it.
const std::set<std::string> kUntold = {"branch_protection_configuration", "branch_protection_rule", "meta"};

void check_events(const std::vector<std::string>& events) {
  for (const auto& event : events) {
    if (!kEvents.contains(event)) throw custom("Hook", "\"" + event + "\" is not an event of a repository");
    if (kUntold.contains(event)) throw http::NotImplemented("events: " + event);
  }
}

Reply create(Call& call) {
  constexpr size_t kMost = 20;  // GitHub has as many for one event
  auto& repository = call.repository();
  const auto fields = call.fields("Hook");
  if (fields.text("name").value_or("web") != "web") throw invalid("Hook", "name");
  Hook hook{.active = fields.flag("active").value_or(true),
            .events = fields.list("events").value_or(std::vector<std::string>{"push"})};
  check_events(hook.events);
  read_config(fields.object("config"), hook);
  for (const auto& [id, other] : repository.hooks)
    if (other.url == hook.url && other.events == hook.events)
      throw custom("Hook", "Hook already exists on this repository");
  if (repository.hooks.size() >= kMost)
    throw custom("Hook", "The repository has reached the limit of hooks.");
  hook.id = call.state.next_id();
  hook.created = hook.updated = now();
  repository.hooks[hook.id] = hook;
  const Json json = json_of(call, repository, hook);
  if (hook.active) ping(call, repository, hook);
  return {.status = 201, .body = json, .headers = {{"Location", json["url"].get<std::string>()}}};
}

Reply list(Call& call) {
  auto& repository = call.repository();
  std::vector<const Hook*> all;
  for (const auto& [id, hook] : repository.hooks) all.push_back(&hook);
  return paged(call, all, [&](const Hook* one) { return json_of(call, repository, *one); });
}

Reply get(Call& call) {
  auto& repository = call.repository();
  return {.body = json_of(call, repository, found(call, repository))};
}

Reply edit(Call& call) {
  auto& repository = call.repository();
  auto& hook = found(call, repository);
  const auto fields = call.fields("Hook");
  Hook changed = hook;
  if (const auto events = fields.list("events")) changed.events = *events;
  for (const auto& event : fields.list("add_events").value_or(std::vector<std::string>{}))
    if (std::find(changed.events.begin(), changed.events.end(), event) == changed.events.end())
      changed.events.push_back(event);
  for (const auto& event : fields.list("remove_events").value_or(std::vector<std::string>{}))
    std::erase(changed.events, event);
  if (const auto active = fields.flag("active")) changed.active = *active;
  check_events(changed.events);
  if (fields.raw("config")) changed.secret.clear();  // GitHub takes the whole configuration from a request
  const auto config = fields.object("config");
  if (config.text("secret") == "********") changed.secret = hook.secret;
  read_config(config, changed);
  changed.updated = now();
  hook = changed;
  return {.body = json_of(call, repository, hook)};
}

Reply remove(Call& call) {
  auto& repository = call.repository();
  const Id id = found(call, repository).id;
  repository.hooks.erase(id);
  call.deliveries.remove(id);
  return {.status = 204};
}

Json config_of(const Call& call, const Repository& repository, const Hook& hook) {
  return call.view.hook(repository, hook)["config"];
}

Reply get_config(Call& call) {
  auto& repository = call.repository();
  return {.body = config_of(call, repository, found(call, repository))};
}

Reply edit_config(Call& call) {
  auto& repository = call.repository();
  auto& hook = found(call, repository);
  Hook changed = hook;
  read_config(call.fields("Hook"), changed);
  changed.updated = now();
  hook = changed;
  return {.body = config_of(call, repository, hook)};
}

/// A push event, as if the last push came again; a hook that wants none gets none.
Reply test(Call& call) {
  auto& repository = call.repository();
  const Hook& hook = found(call, repository);
  if (std::find(hook.events.begin(), hook.events.end(), "push") == hook.events.end()) return {.status = 204};
  const auto tip = repository.refs.find("heads/" + repository.default_branch);
  if (tip == repository.refs.end()) return {.status = 204};
  const auto& parents = repository.commits.at(tip->second).parents;
  Json payload = push_payload(call, repository, "refs/" + tip->first,
                              parents.empty() ? kNoCommit : parents[0], tip->second, false);
  payload["repository"] = call.view.repository(repository);
  payload["sender"] = call.view.user(call.actor);
  call.deliveries.add(hook, repository.id, "push", payload);
  return {.status = 204};
}

Reply send_ping(Call& call) {
  auto& repository = call.repository();
  ping(call, repository, found(call, repository));
  return {.status = 204};
}

Json headers_json(const std::vector<std::pair<std::string, std::string>>& headers) {
  Json json = Json::object();
  for (const auto& [name, value] : headers) json[name] = value;
  return json;
}

Json delivery_json(const Repository& repository, const Delivery& d, bool full) {
  Json json{{"id", d.id},
            {"guid", d.guid},
            {"delivered_at", iso_time(d.delivered)},
            {"redelivery", d.redelivery},
            {"duration", d.duration},
            {"status", d.status},
            {"status_code", d.status_code},
            {"event", d.event},
            {"action", d.action.empty() ? Json(nullptr) : Json(d.action)},
            {"installation_id", nullptr},
            {"repository_id", repository.id},
            {"attempts", d.attempts}};
  if (!full) return json;
  json["url"] = "";
  json["request"] = {{"headers", headers_json(d.request_headers)}, {"payload", Json::parse(d.body)}};
  json["response"] = {{"headers", headers_json(d.response_headers)},
                      {"payload", d.attempts == 0 ? Json(nullptr) : Json(d.response_body)}};
  return json;
}

Reply deliveries(Call& call) {
  auto& repository = call.repository();
  auto all = call.deliveries.list(found(call, repository).id);
  const Id first = call.query.number("cursor").value_or(0);
  const std::string status = call.query.get("status");
  if (!status.empty() && status != "success" && status != "failure") throw invalid("Hook", "status");
  std::erase_if(all, [&](const Delivery& one) {
    return (first > 0 && one.id > first) ||
           (!status.empty() && (one.status == "OK") != (status == "success"));
  });
  const auto size = static_cast<std::size_t>(std::clamp(call.query.number("per_page").value_or(30), 1, 100));
  Reply reply{.body = Json::array()};
  for (std::size_t i = 0; i < std::min(size, all.size()); ++i)
    reply.body.push_back(delivery_json(repository, all[i], false));
  if (size < all.size())
    reply.headers.emplace_back("Link", "<" + call.path + "?per_page=" + std::to_string(size) +
                                           (status.empty() ? "" : "&status=" + status) +
                                           "&cursor=" + std::to_string(all[size].id) + ">; rel=\"next\"");
  return reply;
}

Reply delivery(Call& call) {
  auto& repository = call.repository();
  const auto one = call.deliveries.find(found(call, repository).id, call.id("delivery"));
  if (!one) throw not_found();
  return {.body = delivery_json(repository, *one, true)};
}

Reply redeliver(Call& call) {
  auto& repository = call.repository();
  if (!call.deliveries.again(found(call, repository), repository.id, call.id("delivery"))) throw not_found();
  return {.status = 202, .body = Json::object()};
}

}  // namespace

void add_hook_routes(Api& api) {
  const std::string hooks = "/repos/{owner}/{repo}/hooks";
  api.on("POST", hooks,
         "name active events config config.url config.content_type config.secret config.insecure_ssl",
         create);
  api.on("GET", hooks, "?page ?per_page", list);
  api.on("GET", hooks + "/{hook}", "", get);
  api.on("PATCH", hooks + "/{hook}",
         "active events add_events remove_events config config.url config.content_type config.secret "
         "config.insecure_ssl",
         edit);
  api.on("DELETE", hooks + "/{hook}", "", remove);
  api.on("GET", hooks + "/{hook}/config", "", get_config);
  api.on("PATCH", hooks + "/{hook}/config", "url content_type secret insecure_ssl", edit_config);
  api.on("POST", hooks + "/{hook}/tests", "", test);
  api.on("POST", hooks + "/{hook}/pings", "", send_ping);
  api.on("GET", hooks + "/{hook}/deliveries", "?per_page ?cursor ?status", deliveries);
  api.on("GET", hooks + "/{hook}/deliveries/{delivery}", "", delivery);
  api.on("POST", hooks + "/{hook}/deliveries/{delivery}/attempts", "", redeliver);
}

}  // namespace fakes::github
