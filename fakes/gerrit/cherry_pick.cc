#include <fmt/format.h>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/input.h"
#include "gerrit/new_commit.h"
#include "gerrit/patch_sets.h"
#include "gerrit/routes.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

struct Source {
  const Change* change = nullptr;  ///< none where a commit of a branch is picked
  int patch_set = 0;
  std::string project, sha;
  Commit commit;
};

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// The commit that the pick goes on top of: the branch's tip, or one that the input names.
std::string base_of(const State& state, const Source& source, const std::string& branch,
                    const std::string& base) {
  const auto tip = tip_of(state, source.project, branch);
  if (!tip) throw HttpError(400, fmt::format("Branch {} does not exist.", full_name(branch)));
  if (base.empty()) return *tip;
  if (!is_sha(base)) throw HttpError(400, fmt::format("Base {} doesn't represent a valid SHA-1", base));
  if (!is_known(state, base)) throw HttpError(422, fmt::format("Base {} doesn't exist", base));
  for (const auto& [number, change] : state.changes)
    for (const auto& revision : change.revisions)
      if (revision.sha == base && change.project == source.project && change.branch == branch) {
        if (change.status == Status::kAbandoned)
          throw HttpError(409, fmt::format("Change {} with commit {} is abandoned", number, base));
        return base;
      }
  if (is_known(state, *tip) && state.store->reaches(*tip, base)) return base;
  throw HttpError(422, fmt::format("Commit {} does not exist on branch {}", base, full_name(branch)));
}

struct Pick {
  std::string tree;
  std::vector<std::string> conflicts;
};

Pick picked(State& state, const Source& source, const std::string& base, const Input& input) {
  const int parents = static_cast<int>(source.commit.parents.size());
  const int parent = input.has("parent") ? input.number("parent") : 1;
  if (parent < 1 || parent > parents)
    throw HttpError(
        400, fmt::format("Cherry Pick: Parent {} does not exist. Please specify a parent in range [1, {}].",
                         parent, parents));
  const auto& from = source.commit.parents.at(static_cast<size_t>(parent) - 1);
  const auto base_tree = tree_of(state, base);
  const auto merged = state.store->merge(tree_of(state, from), base_tree, tree_of(state, source.sha),
                                         input.flag("allow_conflicts"));
  if (merged.tree.empty()) throw HttpError(409, "Cherry pick failed: " + conflict_text(merged.conflicts));
  if (merged.tree == base_tree && !input.flag("allow_empty"))
    throw HttpError(409, "Cherry pick failed: identical tree");
  return {.tree = merged.tree, .conflicts = merged.conflicts};
}

void keep_reviewers(Change& change, const Change& source, int user) {
  for (const auto& [account, role] : source.reviewers)
    if (account != user) change.reviewers[account] = role;
  if (source.owner != user) change.reviewers[source.owner] = Role::kReviewer;
}

Response cherry_pick(Call& call, const Source& source) {
  const int user = call.user();
  const auto input = Input::of(call.request);
  auto& state = call.state;
  if (trimmed(input.text("destination")).empty()) throw HttpError(400, "destination must be non-empty");
  const auto branch = short_name(full_name(trimmed(input.text("destination"))));
  const auto base = base_of(state, source, branch, input.text("base"));
  auto message = trimmed(input.text("message"));
  if (message.empty()) message = source.commit.message;
  auto change_id = change_id_of("\n" + message);
  if (change_id.empty()) change_id = new_change_id(state, source.project, branch, message);
  message = trimmed(with_change_id(message, change_id)) + "\n";
  const auto pick = picked(state, source, base, input);
  auto* existing = change_in_branch(state, source.project, branch, change_id);
  if (existing && existing->status != Status::kNew)
    throw HttpError(
        409, fmt::format(
                 "Cherry-pick with Change-Id {} could not update the existing change {} in destination "
                 "branch {} of project {}, because the change was closed ({})",
                 change_id, existing->number, full_name(branch), source.project, name_of(existing->status)));
  Commit commit{.message = message,
                .parents = {base},
                .author = source.commit.author,
                .committer = committer(state, user)};
  auto revision = make_revision(state, user, commit, pick.tree);
  auto topic = input.topic();
  if (topic.empty() && source.change && !source.change->topic.empty())
    topic = source.change->topic + "-" + branch;
  const auto of =
      source.change ? std::optional(std::pair(source.change->number, source.patch_set)) : std::nullopt;
  Change* change = existing;
  if (existing) {
    auto& added = add_patch_set(*existing, std::move(revision), "REWORK");
    say(*existing, user, added.created,
        fmt::format("Uploaded patch set {}.{}", added.number, conflict_note(pick.conflicts)),
        "autogenerated:gerrit:newPatchSet");
  } else {
    const auto from = source.change ? "branch " + source.change->branch : "commit " + source.sha;
    change = &add_change(
        state, user, source.project, branch, change_id, std::move(revision),
        fmt::format("Patch Set 1: Cherry Picked from {}.{}", from, conflict_note(pick.conflicts)));
    if (source.change && input.flag("keep_reviewers")) keep_reviewers(*change, *source.change, user);
    change->work_in_progress = (source.change && source.change->work_in_progress) || !pick.conflicts.empty();
  }
  if (!topic.empty()) change->topic = topic;
  change->cherry_pick_of = of;
  auto info = change_info(call, *change, {});
  if (!pick.conflicts.empty()) info["contains_git_conflicts"] = true;
  return call.json(200, info);
}

Response cherry_pick_revision(Call& call) {
  auto& change = call.state.change(call.param("id"));
  const auto& revision = revision_of(change, call.param("revision"));
  return cherry_pick(call, {.change = &change,
                            .patch_set = revision.number,
                            .project = change.project,
                            .sha = revision.sha,
                            .commit = revision.commit});
}

Response cherry_pick_commit(Call& call) {
  const auto& project = call.state.project(call.param("name"));
  const auto sha = resolve(call.state, project, call.param("commit"));
  if (!sha || !is_hex(call.param("commit"))) throw HttpError(404, "Not found: " + call.param("commit"));
  tree_of(call.state, *sha);
  return cherry_pick(call, {.project = project.name, .sha = *sha, .commit = call.state.store->read(*sha)});
}

}  // namespace

std::vector<Endpoint> cherry_pick_endpoints() {
  const char* takes =
      "message destination base parent keep_reviewers allow_conflicts topic allow_empty validation_options "
      "notify notify_details";
  return {{"POST", "/changes/{id}/revisions/{revision}/cherrypick", cherry_pick_revision, takes},
          {"POST", "/projects/{name}/commits/{commit}/cherrypick", cherry_pick_commit, takes}};
}

}  // namespace fakes::gerrit
