#include "github/seed.h"

#include <algorithm>

#include "github/errors.h"
#include "github/history.h"
#include "github/people.h"
#include "github/seed_fields.h"
#include "github/seed_parts.h"

namespace fakes::github {

namespace {

void seed_user(State& state, const Json& json, const std::string& place) {
  if (json.is_string()) return seed_user(state, {{"login", json}}, place);
  SeedFields fields(json, place);
  const std::string login = fields.required("login"), type = fields.text("type", "User");
  if (!is_login(login)) fields.fail("has no login that can be one");
  if (type != "User" && type != "Organization")
    fields.fail("has a type that is neither User nor Organization");
  auto& user = state.user(login);
  user.login = login;
  user.name = fields.text("name");
  user.email = fields.text("email");
  user.organization = type == "Organization";
  fields.done();
}

Json seed_file(const Json& json, const std::string& place) {
  SeedFields fields(json, place);
  const std::string name = fields.required("filename"), patch = fields.text("patch");
  Json file{{"filename", name},
            {"status", fields.text("status", "modified")},
            {"additions", fields.get<std::int64_t>("additions").value_or(0)},
            {"deletions", fields.get<std::int64_t>("deletions").value_or(0)},
            {"sha", fields.sha("sha")}};
  if (file["sha"] == "") file["sha"] = sha1(name + "\n" + patch);
  if (!patch.empty()) file["patch"] = patch;
  if (const auto before = fields.get<std::string>("previous_filename")) file["previous_filename"] = *before;
  fields.done();
  return file;
}

Person seed_person(SeedFields& commit, const std::string& role, const Person& otherwise) {
  const Json* json = commit.find(role);
  if (!json) return otherwise;
  SeedFields fields(*json, commit.place() + "." + role);
  Person who{.name = fields.text("name", otherwise.name),
             .email = fields.text("email", otherwise.email),
             .date = fields.time("date", otherwise.date)};
  fields.done();
  return who;
}

std::string seed_commit(State& state, Repository& repository, const Json& json, const std::string& place) {
  SeedFields fields(json, place);
  Commit commit{.sha = fields.sha("sha"),
                .tree = fields.sha("tree"),
                .message = fields.text("message"),
                .login = fields.text("login"),
                .parents = {},
                .author = {},
                .committer = {}};
  if (const Json* contents = fields.find("contents")) {
    const std::string tree = seed_contents(state, *contents, place + ".contents");
    if (!commit.tree.empty() && commit.tree != tree)
      fields.fail("has a tree that is not that of its contents: " + tree);
    commit.tree = tree;
  }
  if (commit.tree.empty()) commit.tree = kEmptyTree;
  for (const auto& parent : fields.names("parents")) {
    if (!is_sha(parent)) fields.fail("has a parent that has not 40 hexadecimal digits");
    commit.parents.push_back(lower(parent));
  }
  commit.author = seed_person(fields, "author",
                              {.name = "Test", .email = "test@example.com", .date = repository.created});
  commit.committer = seed_person(fields, "committer", commit.author);
  fields.each("files", [&](const Json& one, const std::string& where) {
    commit.files.push_back(seed_file(one, where));
  });
  fields.done();
  return add_commit(repository, std::move(commit));
}

void seed_label(State& state, Repository& repository, const Json& json, const std::string& place) {
  if (json.is_string()) return seed_label(state, repository, {{"name", json}}, place);
  SeedFields fields(json, place);
  auto& label = state.find_or_add_label(repository, fields.required("name"));
  label.color = lower(fields.text("color", label.color));
  if (label.color.size() != 6 || label.color.find_first_not_of("0123456789abcdef") != std::string::npos)
    fields.fail("has a color that is not six hexadecimal digits");
  label.description = fields.get<std::string>("description");
  fields.done();
}

/// What issues and pull requests have in common.
Issue seed_common(State& state, Repository& repository, SeedFields& fields) {
  Issue issue;
  const auto number = fields.get<std::int64_t>("number").value_or(repository.last_number + 1);
  if (number < 1 || number > 1'000'000'000) fields.fail("has a number that cannot be one");
  issue.number = static_cast<int>(number);
  if (repository.issues.contains(issue.number))
    fields.fail("has the number " + std::to_string(number) + ", which is taken");
  repository.last_number = std::max(repository.last_number, issue.number);
  issue.id = state.next_id();
  issue.title = fields.required("title");
  issue.body = fields.get<std::string>("body");
  issue.user = fields.text("user", "ci-robot");
  if (!is_login(issue.user)) fields.fail("has a user that cannot be one");
  issue.user = state.user(issue.user).login;
  const std::string state_name = fields.text("state", "open");
  if (state_name != "open" && state_name != "closed")
    fields.fail("has a state that is neither open nor closed");
  issue.open = state_name == "open";
  for (const auto& name : fields.names("labels"))
    issue.labels.push_back(state.find_or_add_label(repository, name).id);
  issue.assignees = fields.names("assignees");
  if (!std::all_of(issue.assignees.begin(), issue.assignees.end(), is_login))
    fields.fail("has assignees that cannot be logins");
  fields.each("comments", [&](const Json& one, const std::string& where) {
    SeedFields comment(one, where);
    const Id id = state.next_id();
    const Time time = comment.time("created_at", repository.created);
    issue.comments[id] = {.id = id,
                          .user = comment.text("user", "ci-robot"),
                          .body = comment.required("body"),
                          .created = time,
                          .updated = time};
    comment.done();
  });
  state.touch(issue);
  issue.created = fields.time("created_at", repository.created);
  issue.updated = fields.time("updated_at", std::max(issue.created, repository.created));
  if (!issue.open) issue.closed = issue.updated, issue.closed_by = issue.user;
  return issue;
}

void seed_issue(State& state, Repository& repository, const Json& json, const std::string& place) {
  SeedFields fields(json, place);
  Issue issue = seed_common(state, repository, fields);
  if (!issue.open) issue.state_reason = "completed";
  fields.done();
  repository.issues[issue.number] = std::move(issue);
}

/// A branch that is not there yet gets the commit that the pull request names.
PullSide seed_side(Repository& repository, SeedFields& pull, const std::string& name) {
  const Json* json = pull.find(name);
  if (!json) pull.fail("needs \"" + name + "\"");
  SeedFields fields(*json, pull.place() + "." + name);
  PullSide side{
      .repository = name == "head" ? fields.text("repo", repository.full_name()) : repository.full_name(),
      .ref = fields.required("ref"),
      .sha = fields.sha("sha")};
  const bool ours = lower(side.repository) == lower(repository.full_name());
  const auto branch = repository.refs.find("heads/" + side.ref);
  if (side.sha.empty() && ours && branch != repository.refs.end()) side.sha = branch->second;
  if (side.sha.empty()) fields.fail("needs \"sha\": no branch of that name was seeded");
  fields.done();
  know_commit(repository, side.sha, repository.created);
  if (ours) repository.refs.try_emplace("heads/" + side.ref, side.sha);
  return side;
}

void seed_pull(State& state, Repository& repository, const Json& json, const std::string& place) {
  SeedFields fields(json, place);
  Issue issue = seed_common(state, repository, fields);
  auto& pull = issue.pull.emplace();
  if (fields.find("commits")) {
    pull.commits.emplace();
    fields.each("commits", [&](const Json& one, const std::string& where) {
      pull.commits->push_back(seed_commit(state, repository, one, where));
    });
  }
  fields.each("files", [&](const Json& one, const std::string& where) {
    pull.files.push_back(seed_file(one, where));
  });
  pull.base = seed_side(repository, fields, "base");
  pull.head = seed_side(repository, fields, "head");
  pull.draft = fields.get<bool>("draft").value_or(false);
  const Json* mergeable = fields.find("mergeable");
  pull.mergeable = mergeable || !json.contains("mergeable") ? fields.get<bool>("mergeable").value_or(true)
                                                            : std::optional<bool>{};
  pull.reviewers = fields.names("requested_reviewers");
  fields.done();
  repository.refs["pull/" + std::to_string(issue.number) + "/head"] = pull.head.sha;
  repository.issues[issue.number] = std::move(issue);
}

void seed_repository(State& state, const Json& json, const std::string& place) {
  SeedFields fields(json, place);
  const std::string full_name = fields.required("full_name");
  const auto slash = full_name.find('/');
  if (slash == std::string::npos || !is_login(full_name.substr(0, slash)) ||
      !is_repository_name(full_name.substr(slash + 1)))
    fields.fail("has a full_name that is no OWNER/NAME");
  if (state.find_repository(full_name)) fields.fail("exists: " + full_name);
  auto& repository = state.add_repository(full_name.substr(0, slash), full_name.substr(slash + 1));
  repository.is_private = fields.get<bool>("private").value_or(false);
  repository.has_issues = fields.get<bool>("has_issues").value_or(true);
  repository.description = fields.get<std::string>("description");
  repository.default_branch = fields.text("default_branch", repository.default_branch);
  repository.homepage = fields.get<std::string>("homepage");
  repository.archived = fields.get<bool>("archived").value_or(false);
  repository.topics = fields.names("topics");
  each_text(fields, "collaborators", [&](const std::string& login, const std::string& role) {
    if (!is_login(login) || std::find(std::begin(kRoles), std::end(kRoles), role) == std::end(kRoles))
      fields.fail("has the collaborator \"" + login + "\" with the permission \"" + role + "\"");
    repository.collaborators[lower(login)] = {.login = state.user(login).login, .role = role};
  });
  fields.each("commits",
              [&](const Json& one, const std::string& where) { seed_commit(state, repository, one, where); });
  if (const Json* branches = fields.find("branches")) {
    SeedFields names(*branches, place + ".branches");
    for (const auto& [name, sha] : branches->items()) {
      repository.refs["heads/" + name] = names.required_sha(name);
      know_commit(repository, repository.refs["heads/" + name], repository.created);
    }
  }
  if (const Json* tags = fields.find("tags")) {
    SeedFields names(*tags, place + ".tags");
    for (const auto& [name, sha] : tags->items()) {
      repository.refs["tags/" + name] = names.required_sha(name);
      know_commit(repository, repository.refs["tags/" + name], repository.created);
    }
  }
  fields.each("labels",
              [&](const Json& one, const std::string& where) { seed_label(state, repository, one, where); });
  fields.each("issues",
              [&](const Json& one, const std::string& where) { seed_issue(state, repository, one, where); });
  fields.each("pulls",
              [&](const Json& one, const std::string& where) { seed_pull(state, repository, one, where); });
  fields.done();
}

}  // namespace

void seed(State& state, const Json& json) {
  const std::lock_guard lock(state.mutex);
  State draft;
  draft.data = state.data;
  SeedFields fields(json, "seed");
  fields.each("users", [&](const Json& one, const std::string& place) { seed_user(draft, one, place); });
  fields.each("repositories",
              [&](const Json& one, const std::string& place) { seed_repository(draft, one, place); });
  fields.each("organizations",
              [&](const Json& one, const std::string& place) { seed_organization(draft, one, place); });
  fields.each("apps", [&](const Json& one, const std::string& place) { seed_app(draft, one, place); });
  if (const auto lenient = fields.get<bool>("lenient")) draft.data.lenient = *lenient;
  fields.done();
  state.data = std::move(draft.data);
}

}  // namespace fakes::github
