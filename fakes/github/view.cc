#include "github/view.h"

#include "github/history.h"
#include "github/text.h"

namespace fakes::github {

std::string node_id(const std::string& kind, Id id) {
  return base64(std::to_string(kind.size()) + ":" + kind + std::to_string(id));
}

Json time_or_null(Time time) { return time == 0 ? Json(nullptr) : Json(iso_time(time)); }

Json View::user(const std::string& login) const {
  if (login.empty()) return nullptr;
  const User* known = state_.find_user(login);
  const std::string name = known ? known->login : login, api = urls_.api + "/users/" + name;
  Json json{{"login", name},
            {"id", user_id(name)},
            {"node_id", node_id("User", user_id(name))},
            {"avatar_url", urls_.web + "/avatars/u/" + std::to_string(user_id(name))},
            {"gravatar_id", ""},
            {"url", api},
            {"html_url", urls_.web + "/" + name},
            {"type", known && known->organization ? "Organization"
                     : name.ends_with("[bot]")    ? "Bot"
                                                  : "User"},
            {"site_admin", false}};
  for (const char* list : {"followers", "subscriptions", "organizations", "repos", "received_events"})
    json[std::string(list) + "_url"] = api + "/" + (std::string(list) == "organizations" ? "orgs" : list);
  json["following_url"] = api + "/following{/other_user}";
  json["gists_url"] = api + "/gists{/gist_id}";
  json["starred_url"] = api + "/starred{/owner}{/repo}";
  json["events_url"] = api + "/events{/privacy}";
  return json;
}

Json View::full_user(const std::string& login) const {
  Json json = user(login);
  const User* known = state_.find_user(login);
  json["name"] = known && !known->name.empty() ? Json(known->name) : Json(nullptr);
  json["email"] = known && !known->email.empty() ? Json(known->email) : Json(nullptr);
  for (const char* absent : {"company", "location", "hireable", "bio", "twitter_username"})
    json[absent] = nullptr;
  json["blog"] = "";
  int repositories = 0;
  for (const auto& [key, repository] : state_.data.repositories)
    if (lower(repository.owner) == lower(login) && !repository.is_private) ++repositories;
  json["public_repos"] = repositories;
  for (const char* none : {"public_gists", "followers", "following"}) json[none] = 0;
  json["created_at"] = json["updated_at"] = iso_time(0);
  return json;
}

Json View::organization(const std::string& login) const {
  Json json = full_user(login);
  const std::string url = urls_.api + "/orgs/" + json["login"].get<std::string>();
  json["type"] = "Organization";
  json["description"] = nullptr;
  json["url"] = url;
  json["repos_url"] = url + "/repos";
  json["hooks_url"] = url + "/hooks";
  json["issues_url"] = url + "/issues";
  json["members_url"] = url + "/members{/member}";
  json["public_members_url"] = url + "/public_members{/member}";
  for (const char* yes : {"has_organization_projects", "has_repository_projects"}) json[yes] = true;
  json["is_verified"] = false;
  json["archived_at"] = nullptr;
  return json;
}

Json View::users(const std::vector<std::string>& logins) const {
  Json list = Json::array();
  for (const auto& login : logins) list.push_back(user(login));
  return list;
}

Json View::label(const Repository& r, const Label& l) const {
  return {{"id", l.id},
          {"node_id", node_id("Label", l.id)},
          {"url", url(r) + "/labels/" + url_encoded(l.name)},
          {"name", l.name},
          {"color", l.color},
          {"description", or_null(l.description)},
          {"default", false}};
}

Json View::labels(const Repository& r, const Issue& issue) const {
  Json list = Json::array();
  for (const Id id : issue.labels) list.push_back(label(r, r.labels.at(id)));
  return list;
}

Json View::status(const Repository& r, const std::string& sha, const Status& s) const {
  return {{"id", s.id},
          {"node_id", node_id("StatusContext", s.id)},
          {"url", url(r) + "/statuses/" + sha},
          {"avatar_url", user(s.creator)["avatar_url"]},
          {"state", s.state},
          {"context", s.context},
          {"description", or_null(s.description)},
          {"target_url", or_null(s.target_url)},
          {"creator", user(s.creator)},
          {"created_at", iso_time(s.created)},
          {"updated_at", iso_time(s.created)}};
}

Json View::hook(const Repository& r, const Hook& h) const {
  const std::string api = url(r) + "/hooks/" + std::to_string(h.id);
  Json config{{"url", h.url}, {"content_type", h.content_type}, {"insecure_ssl", h.insecure_ssl}};
  if (!h.secret.empty()) config["secret"] = "********";
  return {{"type", "Repository"},
          {"id", h.id},
          {"name", "web"},
          {"active", h.active},
          {"events", h.events},
          {"config", config},
          {"created_at", iso_time(h.created)},
          {"updated_at", iso_time(h.updated)},
          {"url", api},
          {"test_url", api + "/tests"},
          {"ping_url", api + "/pings"},
          {"deliveries_url", api + "/deliveries"}};
}

}  // namespace fakes::github
