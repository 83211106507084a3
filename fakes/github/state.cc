#include "github/state.h"

#include <algorithm>

#include "github/errors.h"
#include "github/text.h"

namespace fakes::github {

namespace {

constexpr const char* kNameChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

}  // namespace

bool is_login(const std::string& text) {
  return !text.empty() && text.size() <= 100 &&
         text.find_first_not_of(std::string(kNameChars) + "[]") == std::string::npos;
}

bool is_repository_name(const std::string& text) {
  return !text.empty() && text.size() <= 100 && text != "." && text != ".." && !text.ends_with(".git") &&
         text.find_first_not_of(kNameChars) == std::string::npos;
}

Id user_id(const std::string& login) {
  return static_cast<Id>(std::stoul(sha1(lower(login)).substr(0, 7), nullptr, 16)) + 1;
}

User& State::user(const std::string& login, bool organization) {
  return data.users
      .try_emplace(lower(login), User{.login = login, .name = "", .email = "", .organization = organization})
      .first->second;
}

const User* State::find_user(const std::string& login) const {
  const auto found = data.users.find(lower(login));
  return found == data.users.end() ? nullptr : &found->second;
}

Repository* State::find_repository(const std::string& full_name) {
  const auto found = data.repositories.find(lower(full_name));
  return found == data.repositories.end() ? nullptr : &found->second;
}

const Repository* State::find_repository(const std::string& full_name) const {
  return const_cast<State*>(this)->find_repository(full_name);
}

Repository* State::find_repository_by_id(const std::string& id) {
  for (auto& [key, repository] : data.repositories)
    if (std::to_string(repository.id) == id) return &repository;
  return nullptr;
}

Repository* State::named_repository(const std::string& owner, const std::string& name) {
  if (!is_login(owner) || !is_repository_name(name)) return nullptr;
  user(owner);
  return &add_repository(owner, name);
}

Issue& State::named_issue(Repository& repository, int number) {
  const auto [place, added] = repository.issues.try_emplace(number);
  Issue& issue = place->second;
  if (!added) return issue;
  issue.id = next_id();
  issue.number = number;
  issue.title = "#" + std::to_string(number);
  issue.user = user("ci-robot").login;
  issue.created = now();
  touch(issue);
  repository.last_number = std::max(repository.last_number, number);
  return issue;
}

Organization& State::organization(const std::string& login) {
  user(login, true);
  return data.organizations
      .try_emplace(lower(login), Organization{.login = login, .members = {}, .teams = {}})
      .first->second;
}

Repository& State::add_repository(const std::string& owner, const std::string& name) {
  if (!is_login(owner) || !is_repository_name(name)) throw invalid("Repository", "name");
  const auto [place, added] = data.repositories.try_emplace(lower(owner + "/" + name));
  if (!added)
    throw ApiError(422, "Repository creation failed.",
                   Json::array({{{"resource", "Repository"},
                                 {"code", "custom"},
                                 {"field", "name"},
                                 {"message", "name already exists on this account"}}}));
  auto& repository = place->second;
  data.moved.erase(lower(owner + "/" + name));
  repository.id = next_id();
  repository.owner = owner;
  repository.name = name;
  repository.created = repository.updated = repository.pushed = now();
  return repository;
}

void State::touch(Issue& issue) {
  issue.updated = now();
  issue.touched = ++data.last_touch;
}

Label* State::find_label(Repository& repository, const std::string& name) {
  for (auto& [id, label] : repository.labels)
    if (lower(label.name) == lower(name)) return &label;
  return nullptr;
}

Label& State::find_or_add_label(Repository& repository, const std::string& name) {
  if (Label* label = find_label(repository, name)) return *label;
  const Id id = next_id();
  return repository.labels[id] = Label{.id = id, .name = name};
}

}  // namespace fakes::github
