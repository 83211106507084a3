#include "gerrit/prow_admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "gerrit/fields.h"
#include "gerrit/ids.h"
#include "gerrit/lenient.h"
#include "gerrit/new_commit.h"
#include "gerrit/patch_sets.h"
#include "gerrit/seed.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Request;
using http::Response;

namespace {

Response done() { return {200, {{"Content-Type", "application/json"}}, ""}; }

/// The fields of an entity: those that Gerrit has, and no others. null is as if it was not there.
class Entity {
 public:
  Entity(const Json& json, const std::string& what, const std::vector<std::string>& known)
      : json_(json), what_(what) {
    if (!json_.is_object()) throw HttpError(400, what + ": an object is expected");
    for (auto field = json_.begin(); field != json_.end();)
      field = field->is_null() ? json_.erase(field) : std::next(field);
    for (const auto& [name, value] : json_.items())
      if (std::find(known.begin(), known.end(), name) == known.end())
        throw HttpError(400, fmt::format("{}: unknown field \"{}\"", what, name));
  }
  std::string text(const char* name) const {
    return get<std::string>(name, "", &Json::is_string, "a string");
  }
  int number(const char* name) const {
    if (json_.contains(name) && json_[name].is_string() && is_number(json_[name].get<std::string>()))
      return std::stoi(text(name));
    return get<int>(name, 0, &Json::is_number_integer, "a number");
  }
  bool flag(const char* name) const { return get<bool>(name, false, &Json::is_boolean, "true or false"); }
  Json part(const char* name) const { return json_.contains(name) ? json_[name] : Json(); }
  std::optional<Time> time(const char* name) const {
    const auto value = text(name);
    if (value.empty() || value.starts_with("0001-01-01")) return {};  // Go's for none
    const auto parsed = Fields(Json{{name, value}}, what_).time(name);
    return parsed;
  }
  const Json& json() const { return json_; }

 private:
  template <typename Value>
  Value get(const char* name, Value otherwise, bool (Json::*is)() const noexcept, const char* type) const {
    if (!json_.contains(name)) return otherwise;
    if (!(json_[name].*is)()) throw HttpError(400, fmt::format("{}.{}: {} is expected", what_, name, type));
    return json_[name].get<Value>();
  }
  Json json_;
  std::string what_;
};

const std::vector<std::string> kAccount{"_account_id",      "name",     "display_name", "email",
                                        "secondary_emails", "username", "avatars",      "_more_accounts",
                                        "status",           "inactive", "tags"};
const std::vector<std::string> kBranch{"ref", "revision", "can_delete", "web_links"};
const std::vector<std::string> kMessage{"id",      "author", "real_author",      "date",
                                        "message", "tag",    "_revision_number", "accounts_in_message"};
const std::vector<std::string> kRevision{"draft",
                                         "kind",
                                         "_number",
                                         "created",
                                         "uploader",
                                         "real_uploader",
                                         "ref",
                                         "fetch",
                                         "commit",
                                         "files",
                                         "actions",
                                         "reviewed",
                                         "commit_with_footers",
                                         "messageWithFooter",
                                         "push_certificate",
                                         "description",
                                         "branch",
                                         "parents_data"};
const std::vector<std::string> kChange{"id",
                                       "triplet_id",
                                       "project",
                                       "branch",
                                       "topic",
                                       "attention_set",
                                       "removed_from_attention_set",
                                       "assignee",
                                       "hashtags",
                                       "custom_keyed_values",
                                       "change_id",
                                       "subject",
                                       "status",
                                       "created",
                                       "updated",
                                       "submitted",
                                       "submitter",
                                       "starred",
                                       "stars",
                                       "reviewed",
                                       "submit_type",
                                       "mergeable",
                                       "submittable",
                                       "insertions",
                                       "deletions",
                                       "total_comment_count",
                                       "unresolved_comment_count",
                                       "_number",
                                       "_virtual_id_number",
                                       "owner",
                                       "actions",
                                       "requirements",
                                       "submit_requirements",
                                       "submit_records",
                                       "labels",
                                       "permitted_labels",
                                       "removable_labels",
                                       "removable_reviewers",
                                       "reviewers",
                                       "pending_reviewers",
                                       "reviewer_updates",
                                       "messages",
                                       "current_revision",
                                       "current_revision_number",
                                       "revisions",
                                       "meta_rev_id",
                                       "tracking_ids",
                                       "_more_changes",
                                       "problems",
                                       "is_private",
                                       "work_in_progress",
                                       "has_review_started",
                                       "revert_of",
                                       "submission_id",
                                       "cherry_pick_of_change",
                                       "cherry_pick_of_patch_set",
                                       "contains_git_conflicts",
                                       "base_change"};

int add(State& state, const Entity& account) {
  const int id = account.number("_account_id");
  if (id <= 0) throw HttpError(400, "account._account_id: a number above 0 is expected");
  auto& made = state.accounts[id];
  made = {.id = id,
          .username = account.text("username"),
          .name = account.text("name"),
          .email = account.text("email"),
          .registered = state.now()};
  state.next_account = std::max(state.next_account, id + 1);
  return id;
}

/// Whom an AccountInfo of a change means; whoever adds it where it means nobody.
int account(State& state, const Json& info, int otherwise) {
  if (!info.is_object()) return otherwise;
  const Entity given(info, "account", kAccount);
  const int id = given.number("_account_id");
  if (id > 0) return state.accounts.contains(id) ? id : add(state, given);
  return given.text("username").empty() ? otherwise : state.login(given.text("username"));
}

int adder(State& state) { return state.self ? *state.self : state.login("anybody"); }

Response add_account(State& state, const Request& request) {
  add(state, Entity(http::parse_json(request.body), "account", kAccount));
  return done();
}

Response add_branch(State& state, const Request& request) {
  const Entity branch(http::parse_json(request.body), "branch", kBranch);
  const int user = adder(state);
  const auto ref = full_name(request.params.at("branch"));
  if (!is_ref_name(ref))
    throw HttpError(400, "branch: no branch can be called \"" + request.params.at("branch") + "\"");
  auto& project = named_project(state, request.params.at("project"), user);
  const auto revision = branch.text("revision");
  if (revision.empty())
    named_branch(state, project, ref, user);
  else
    project.branches[ref] = revision;
  return done();
}

void add_revisions(State& state, Change& change, const Entity& given, const std::string& message) {
  const auto current = given.text("current_revision");
  std::vector<std::pair<int, std::string>> order;
  const auto revisions = given.part("revisions");
  if (!revisions.is_null() && !revisions.is_object())
    throw HttpError(400, "change.revisions: an object is expected");
  for (const auto& [sha, info] : revisions.items())
    order.emplace_back(Entity(info, "revision", kRevision).number("_number"), sha);
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return std::tuple(a.second == current, a.first, a.second) <
           std::tuple(b.second == current, b.first, b.second);
  });
  if (order.empty()) order.emplace_back(1, current.empty() ? sha1_hex(change.change_id + message) : current);
  for (const auto& [number, sha] : order) {
    const Json info = revisions.is_object() ? revisions.at(sha) : Json::object();
    const Entity revision(info, "revision", kRevision);
    const auto created = revision.time("created").value_or(change.created);
    const auto person = person_of(state.accounts.at(change.owner), created);
    Revision made{.sha = sha,
                  .number = static_cast<int>(change.revisions.size()) + 1,
                  .uploader = account(state, revision.part("uploader"), change.owner),
                  .created = created,
                  .commit = {.message = message, .parents = {}, .author = person, .committer = person},
                  .given = revision.json()};
    made.given.erase("created");
    made.given.erase("uploader");
    if (revision.number("_number") == 0) made.given.erase("_number");
    const auto files = revision.part("files");
    for (const auto& [path, file] : files.items()) made.files[path] = file;
    made.given.erase("files");
    change.revisions.push_back(std::move(made));
  }
}

Response add_change(State& state, const Request& request) {
  const Entity given(http::parse_json(request.body), "change", kChange);
  const int user = adder(state);
  const auto& project = named_project(state, request.params.at("project"), user);
  const auto branch = given.text("branch").empty() ? "master" : short_name(given.text("branch"));
  named_branch(state, state.projects.at(project.name), branch, user);
  const auto change_id = given.text("change_id").empty() ? given.text("id") : given.text("change_id");
  if (change_id.empty()) throw HttpError(400, "change.change_id: is missing");
  auto* known = change_in_branch(state, project.name, branch, change_id);
  const int wanted = given.number("_number");
  const int number = known                                           ? known->number
                     : wanted > 0 && !state.changes.contains(wanted) ? wanted
                                                                     : state.next_change;
  const std::map<std::string, Status> statuses{{"", Status::kNew},
                                               {"NEW", Status::kNew},
                                               {"MERGED", Status::kMerged},
                                               {"ABANDONED", Status::kAbandoned}};
  const auto status = statuses.find(given.text("status"));
  if (status == statuses.end()) throw HttpError(400, "change.status: is none of NEW, MERGED, ABANDONED");
  Change change{.number = number,
                .project = project.name,
                .branch = branch,
                .change_id = change_id,
                .topic = given.text("topic")};
  change.given = given.json();
  change.status = status->second;
  change.owner = account(state, given.part("owner"), user);
  change.created = given.time("created").value_or(state.now());
  change.work_in_progress = given.flag("work_in_progress");
  change.is_private = given.flag("is_private");
  const auto subject = given.text("subject");
  add_revisions(state, change, given, subject.empty() ? "Change " + change_id + "\n" : subject + "\n");
  const auto messages = given.part("messages");
  if (!messages.is_null() && !messages.is_array())
    throw HttpError(400, "change.messages: a list is expected");
  for (const auto& info : messages) {
    const Entity message(info, "message", kMessage);
    auto& said = say(change, {}, message.time("date").value_or(state.now()), message.text("message"),
                     message.text("tag"));
    if (!message.text("id").empty()) said.id = message.text("id");
    if (message.part("author").is_object()) said.author = account(state, message.part("author"), user);
    if (message.number("_revision_number") > 0) said.revision = message.number("_revision_number");
  }
  change.updated = given.time("updated").value_or(change.created);
  if (change.status == Status::kMerged) {
    change.submitted = given.time("submitted").value_or(change.updated);
    change.submitter = account(state, given.part("submitter"), change.owner);
  }
  // What is told by the state itself must not stand in the way of it.
  for (const char* field :
       {"messages", "revisions", "current_revision", "status", "updated", "created", "owner", "project",
        "branch", "topic", "_number", "subject", "work_in_progress", "is_private", "submitted", "submitter"})
    change.given.erase(field);
  state.next_change = std::max(state.next_change, number + 1);
  state.changes[number] = std::move(change);
  return done();
}

Response login(State& state, const Request& request) {
  const auto& id = request.params.at("id");
  if (!is_number(id) || !state.accounts.contains(std::stoi(id)))
    throw HttpError(403, "there is no account " + id + "; POST /admin/add/account adds one");
  state.self = std::stoi(id);
  return done();
}

}  // namespace

std::vector<AdminRoute> prow_admin_routes() {
  return {{"POST", "/admin/add/account", add_account},
          {"POST", "/admin/add/branch/{project}/{branch}", add_branch},
          {"POST", "/admin/add/change/{project}", add_change},
          {"GET", "/admin/login/{id}", login},
          {"POST", "/admin/login/{id}", login}};
}

}  // namespace fakes::gerrit
