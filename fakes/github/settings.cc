// A repository's topics, and its move to another name or owner.
#include "github/settings.h"

#include <algorithm>

#include "github/api.h"
#include "github/text.h"

namespace fakes::github {

namespace {

Reply topics(Call& call) {
  auto& repository = call.repository();
  auto page = page_of(call, repository.topics.size());
  Json names = Json::array();
  for (auto i = page.begin; i < page.end; ++i) names.push_back(repository.topics[i]);
  return {.body = {{"names", names}}, .headers = std::move(page.headers)};
}

bool is_topic(const std::string& text) {
  return !text.empty() && text.size() <= 50 && text[0] != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

Reply set_topics(Call& call) {
  constexpr std::size_t kMost = 20;
  auto& repository = call.repository();
  const auto fields = call.fields("Repository");
  auto names = fields.list("names");
  if (!names) throw invalid("Repository", "names", "missing_field");
  for (auto& name : *names) {
    name = lower(name);
    if (!is_topic(name))
      throw ApiError(422, "Validation Failed",
                     Json::array({"Topics must start with a lowercase letter or number, consist of 50 "
                                  "characters or less, and can include hyphens."}));
  }
  if (names->size() > kMost)
    throw ApiError(422, "Validation Failed", Json::array({"A repository cannot have more than 20 topics."}));
  std::vector<std::string> unique;
  for (const auto& name : *names)
    if (std::find(unique.begin(), unique.end(), name) == unique.end()) unique.push_back(name);
  repository.topics = unique;
  return {.body = {{"names", unique}}};
}

Reply transfer(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("Repository");
  const std::string owner = fields.required("new_owner"),
                    name = fields.text("new_name").value_or(repository.name);
  const Json before = call.view.repository(repository);
  move_repository(call.state, repository, owner, name);
  return {.status = 202, .body = before};
}

void rename_in(std::set<std::string>& names, const std::string& from, const std::string& to) {
  if (names.erase(from) > 0) names.insert(to);
}

}  // namespace

void move_repository(State& state, Repository& repository, const std::string& owner,
                     const std::string& name) {
  const std::string before = lower(repository.full_name()), after = lower(owner + "/" + name),
                    full_name = owner + "/" + name;
  if (!is_login(owner) || !is_repository_name(name)) throw invalid("Repository", "name");
  if (before != after && state.data.repositories.contains(after))
    throw custom("Repository", "name already exists on this account");
  for (auto& [key, other] : state.data.repositories)
    for (auto& [number, issue] : other.issues)
      if (issue.pull)
        for (auto* side : {&issue.pull->head, &issue.pull->base})
          if (lower(side->repository) == before) side->repository = full_name;
  for (auto& [key, org] : state.data.organizations)
    for (auto& [slug, team] : org.teams)
      if (auto node = team.repositories.extract(before)) {
        node.key() = after;
        team.repositories.insert(std::move(node));
      }
  for (auto& [id, installation] : state.data.installations)
    if (installation.repositories) rename_in(*installation.repositories, before, after);
  for (auto& [value, token] : state.data.tokens)
    if (token.repositories) rename_in(*token.repositories, before, after);
  repository.owner = owner;
  repository.name = name;
  auto node = state.data.repositories.extract(before);
  node.key() = after;
  state.data.repositories.insert(std::move(node));
  state.data.moved.erase(after);
  if (before != after) state.data.moved[before] = repository.id;
}

void add_settings_routes(Api& api) {
  const std::string repository = "/repos/{owner}/{repo}";
  api.on("GET", repository + "/topics", "?page ?per_page", topics);
  api.on("PUT", repository + "/topics", "names", set_topics);
  api.on("POST", repository + "/transfer", "new_owner new_name", transfer);
}

}  // namespace fakes::github
