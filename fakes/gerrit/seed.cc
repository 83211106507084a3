#include "gerrit/seed.h"

#include <fmt/format.h>

#include "gerrit/ids.h"
#include "gerrit/labels.h"
#include "gerrit/new_commit.h"
#include "gerrit/patch_sets.h"
#include "gerrit/projects.h"
#include "http/message.h"

namespace fakes::gerrit {

using http::HttpError;

namespace {

void seed_account(State& state, Fields& fields) {
  const auto username = fields.text("username");
  int id = fields.number("_account_id");
  if (username.empty() && id == 0) fields.fail("username", "is missing, and so is _account_id");
  for (const auto& [other, account] : state.accounts) {
    if (username.empty() || account.username != username) continue;
    if (id != 0 && id != other) fields.fail("username", fmt::format("\"{}\" is account {}", username, other));
    id = other;
  }
  if (id < 0) fields.fail("_account_id", "must be above 0");
  if (id == 0) id = state.login(username);
  state.next_account = std::max(state.next_account, id + 1);
  auto [place, fresh] = state.accounts.try_emplace(id, Account{.id = id, .registered = state.now()});
  auto& account = place->second;
  if (!username.empty()) account.username = username;
  account.name = fields.text("name", account.name);
  account.email = fields.text("email", account.email);
  fields.expect_no_more();
}

void seed_labels(Project& project, Fields& fields) {
  if (!fields.has("labels")) return;
  project.labels.clear();
  for (const auto& [name, value] : fields.pairs("labels")) {
    try {
      project.labels[name] = defined(Label{.values = {{0, "No score"}}}, Input(value));
    } catch (const HttpError& e) {
      fields.fail("labels." + name, e.what());
    }
  }
}

/// A commit of these contents on top of the branch's tip; the first one has no parent.
std::string seeded_commit(State& state, Fields& fields, const std::string& tip) {
  const auto contents = seeded_contents(fields);
  const auto person =
      person_of({.username = "seed", .name = "seed", .email = "seed@example.com"}, state.now());
  const Commit commit{.message = fields.text("message", "Seeded\n"),
                      .parents = tip.empty() ? std::vector<std::string>{} : std::vector{tip},
                      .author = person,
                      .committer = person};
  const auto tree = state.store->edited(tip.empty() ? Store::kEmptyTree : tree_of(state, tip), contents);
  return state.store->write(commit, tree);
}

void seed_project(State& state, Fields& fields) {
  const auto name = project_name(fields.required_text("name"));
  auto [place, fresh] = state.projects.try_emplace(name, Project{.name = name, .labels = default_labels()});
  auto& project = place->second;
  project.description = fields.text("description", project.description);
  if (fields.has("head")) project.head = full_name(fields.required_text("head"));
  for (const auto& [branch, sha] : fields.pairs("branches")) {
    const auto ref = full_name(branch);
    if (!is_ref_name(ref)) fields.fail("branches", fmt::format("\"{}\" is not the name of a branch", branch));
    if (sha.is_object()) {
      Fields commit(sha, fields.place("branches." + branch));
      const auto before = project.branches.find(ref);
      project.branches[ref] =
          seeded_commit(state, commit, before == project.branches.end() ? "" : before->second);
      commit.expect_no_more();
      continue;
    }
    if (!sha.is_string() || !is_sha(sha.get<std::string>()))
      fields.fail(
          "branches." + branch,
          "a commit's 40 lower-case hexadecimal digits, or an object with its contents, are expected");
    project.branches[ref] = sha.get<std::string>();
  }
  seed_labels(project, fields);
  fields.expect_no_more();
}

}  // namespace

int seeded_account(State& state, const Fields& fields, const std::string& name, const Json& value) {
  if (value.is_number_integer()) {
    const auto id = value.get<std::int64_t>();
    if (id > 0 && id < 1'000'000'000 && state.accounts.contains(static_cast<int>(id)))
      return static_cast<int>(id);
    throw HttpError(422, fmt::format("{}: there is no account {}", fields.place(name), id));
  }
  if (!value.is_string() || value.get<std::string>().empty())
    fields.fail(name, "a user name or the number of an account is expected");
  const auto who = value.get<std::string>();
  const auto found = find_accounts(state, who, {});
  if (found.size() > 1) throw HttpError(422, fmt::format("{}: \"{}\" is ambiguous", fields.place(name), who));
  return found.empty() ? state.login(who) : found[0];
}

std::map<std::string, std::optional<std::string>> seeded_contents(Fields& fields) {
  std::map<std::string, std::optional<std::string>> contents;
  for (const auto& [path, text] : fields.pairs("contents")) {
    if (!text.is_null() && !text.is_string()) fields.fail("contents." + path, "a text or null is expected");
    contents[path] = text.is_null() ? std::nullopt : std::optional(text.get<std::string>());
  }
  return contents;
}

void seed(State& state, const Json& json) {
  State next = state;
  Fields fields(json, "");
  for (auto& account : fields.objects("accounts")) seed_account(next, account);
  for (auto& project : fields.objects("projects")) seed_project(next, project);
  for (auto& change : fields.objects("changes")) seed_change(next, change);
  fields.expect_no_more();
  state = std::move(next);
}

}  // namespace fakes::gerrit
