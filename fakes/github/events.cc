#include "github/events.h"

#include <algorithm>

#include "github/history.h"
#include "github/text.h"

namespace fakes::github {

namespace {

Json person(const Person& person, const std::string& login) {
  Json json{{"name", person.name}, {"email", person.email}};
  if (!login.empty()) json["username"] = login;
  return json;
}

Json pushed(const Call& call, const Repository& repository, const Commit& commit) {
  Json json{{"id", commit.sha},
            {"tree_id", commit.tree},
            {"distinct", true},
            {"message", commit.message},
            {"timestamp", iso_time(commit.committer.date)},
            {"url", call.view.html_url(repository) + "/commit/" + commit.sha},
            {"author", person(commit.author, commit.login)},
            {"committer", person(commit.committer, commit.login)},
            {"added", Json::array()},
            {"removed", Json::array()},
            {"modified", Json::array()}};
  for (const auto& file : commit.files) {
    const std::string status = file.at("status");
    json[status == "added" || status == "removed" ? status : "modified"].push_back(file.at("filename"));
  }
  return json;
}

}  // namespace

void emit(Call& call, Repository& repository, const std::string& event, Json payload) {
  const auto wants = [&](const Hook& hook) {
    const auto has = [&](const std::string& name) {
      return std::find(hook.events.begin(), hook.events.end(), name) != hook.events.end();
    };
    return hook.active && (has(event) || has("*"));
  };
  bool complete = false;
  for (const auto& [id, hook] : repository.hooks) {
    if (!wants(hook)) continue;
    if (!std::exchange(complete, true)) {
      payload["repository"] = call.view.repository(repository);
      payload["sender"] = call.view.user(call.actor);
    }
    call.deliveries.add(hook, repository.id, event, payload);
  }
}

void emit_issue(Call& call, Repository& repository, Issue& issue, const std::string& action,
                const Json& more) {
  Json payload{{"action", action}};
  if (issue.pull) {
    payload["number"] = issue.number;
    payload["pull_request"] = call.view.pull(repository, issue, true);
  } else {
    payload["issue"] = call.view.issue(repository, issue);
  }
  payload.update(more);
  emit(call, repository, issue.pull ? "pull_request" : "issues", std::move(payload));
}

Json push_payload(const Call& call, const Repository& repository, const std::string& ref,
                  const std::string& before, const std::string& after, bool forced) {
  constexpr size_t kMost = 20;  // as many as GitHub names
  const bool deleted = after == kNoCommit;
  const std::string default_ref = "refs/heads/" + repository.default_branch;
  auto news = deleted ? std::vector<const Commit*>{} : history(repository, after, before);
  std::reverse(news.begin(), news.end());
  if (news.size() > kMost) news.erase(news.begin(), news.end() - kMost);
  Json commits = Json::array();
  for (const auto* commit : news) commits.push_back(pushed(call, repository, *commit));
  const Commit* head = deleted ? nullptr : find_commit(repository, after);
  return {{"ref", ref},
          {"before", before},
          {"after", after},
          {"created", before == kNoCommit},
          {"deleted", deleted},
          {"forced", forced},
          {"base_ref", nullptr},
          {"compare",
           call.view.html_url(repository) + "/compare/" + before.substr(0, 12) + "..." + after.substr(0, 12)},
          {"commits", commits},
          {"head_commit", head ? pushed(call, repository, *head) : Json(nullptr)},
          {"pusher", {{"name", call.actor}, {"email", call.actor + "@users.noreply.github.com"}}}};
}

void emit_push(Call& call, Repository& repository, const std::string& ref, const std::string& before,
               const std::string& after, bool forced) {
  emit(call, repository, "push", push_payload(call, repository, ref, before, after, forced));
}

}  // namespace fakes::github
