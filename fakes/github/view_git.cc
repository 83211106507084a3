// The JSON of commits and refs.
#include "github/difference.h"
#include "github/text.h"
#include "github/view.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

Json person(const Person& p) { return {{"name", p.name}, {"email", p.email}, {"date", iso_time(p.date)}}; }

Json unsigned_commit() {
  return {{"verified", false},
          {"reason", "unsigned"},
          {"signature", nullptr},
          {"payload", nullptr},
          {"verified_at", nullptr}};
}

/// None where a seed named the tree alone.
Json files_known(const Objects& objects, const Repository& r, const Commit& c) {
  try {
    return files_of_commit(objects, r, c);
  } catch (const http::NotImplemented&) {
    return Json::array();
  }
}

}  // namespace

Json View::git_commit(const Repository& r, const Commit& c) const {
  Json parents = Json::array();
  for (const auto& sha : c.parents)
    parents.push_back({{"sha", sha},
                       {"url", url(r) + "/git/commits/" + sha},
                       {"html_url", html_url(r) + "/commit/" + sha}});
  return {{"sha", c.sha},
          {"node_id", base64("Commit:" + c.sha)},
          {"url", url(r) + "/git/commits/" + c.sha},
          {"html_url", html_url(r) + "/commit/" + c.sha},
          {"author", person(c.author)},
          {"committer", person(c.committer)},
          {"message", c.message},
          {"tree", {{"sha", c.tree}, {"url", url(r) + "/git/trees/" + c.tree}}},
          {"parents", parents},
          {"verification", unsigned_commit()}};
}

Json View::commit(const Repository& r, const Commit& c, bool full) const {
  const std::string api = url(r) + "/commits/" + c.sha;
  Json parents = Json::array();
  for (const auto& sha : c.parents)
    parents.push_back(
        {{"sha", sha}, {"url", url(r) + "/commits/" + sha}, {"html_url", html_url(r) + "/commit/" + sha}});
  Json json{{"sha", c.sha},
            {"node_id", base64("Commit:" + c.sha)},
            {"commit",
             {{"author", person(c.author)},
              {"committer", person(c.committer)},
              {"message", c.message},
              {"tree", {{"sha", c.tree}, {"url", url(r) + "/git/trees/" + c.tree}}},
              {"url", url(r) + "/git/commits/" + c.sha},
              {"comment_count", 0},
              {"verification", unsigned_commit()}}},
            {"url", api},
            {"html_url", html_url(r) + "/commit/" + c.sha},
            {"comments_url", api + "/comments"},
            {"author", user(c.login)},
            {"committer", user(c.login)},
            {"parents", parents}};
  if (!full) return json;
  const Json files = files_known(state_.data.objects, r, c);
  std::int64_t additions = 0, deletions = 0;
  for (const auto& file : files) {
    additions += file.at("additions").get<std::int64_t>();
    deletions += file.at("deletions").get<std::int64_t>();
  }
  json["stats"] = {{"additions", additions}, {"deletions", deletions}, {"total", additions + deletions}};
  json["files"] = Json::array();
  for (const auto& one : files) json["files"].push_back(file(r, c.sha, one));
  return json;
}

Json View::file(const Repository& r, const std::string& sha, const Json& file) const {
  const std::string name = file.at("filename").get<std::string>();
  Json json = file;
  json["changes"] = file.at("additions").get<std::int64_t>() + file.at("deletions").get<std::int64_t>();
  json["blob_url"] = html_url(r) + "/blob/" + sha + "/" + name;
  json["raw_url"] = html_url(r) + "/raw/" + sha + "/" + name;
  json["contents_url"] = url(r) + "/contents/" + name + "?ref=" + sha;
  return json;
}

namespace {

/// What a branch shows of its protection to everybody.
Json protection_of(const Repository& r, const std::string& name) {
  Json checks{{"enforcement_level", "off"}, {"contexts", Json::array()}, {"checks", Json::array()}};
  const auto rules = r.protections.find(name);
  if (rules == r.protections.end()) return {{"enabled", false}, {"required_status_checks", checks}};
  const Json& wanted = rules->second["required_status_checks"];
  if (!wanted.is_null()) {
    checks["enforcement_level"] = rules->second.value("enforce_admins", false) ? "everyone" : "non_admins";
    checks["checks"] = wanted["checks"];
    for (const auto& check : wanted["checks"]) checks["contexts"].push_back(check["context"]);
  }
  return {{"enabled", true}, {"required_status_checks", checks}};
}

}  // namespace

Json View::branch(const Repository& r, const std::string& name, const std::string& sha, bool full) const {
  const std::string api = url(r) + "/branches/" + name;
  Json json{{"name", name},
            {"commit", {{"sha", sha}, {"url", url(r) + "/commits/" + sha}}},
            {"protected", r.protections.contains(name)},
            {"protection_url", api + "/protection"},
            {"protection", protection_of(r, name)}};
  if (!full) return json;
  if (const auto found = r.commits.find(sha); found != r.commits.end())
    json["commit"] = commit(r, found->second);
  json["_links"] = {{"self", api}, {"html", html_url(r) + "/tree/" + name}};
  return json;
}

Json View::ref(const Repository& r, const std::string& name, const std::string& sha) const {
  return {{"ref", "refs/" + name},
          {"node_id", base64("Ref:" + r.full_name() + ":" + name)},
          {"url", url(r) + "/git/refs/" + name},
          {"object",
           {{"sha", sha},
            {"type", r.tags.contains(sha) ? "tag" : "commit"},
            {"url", url(r) + (r.tags.contains(sha) ? "/git/tags/" : "/git/commits/") + sha}}}};
}

}  // namespace fakes::github
