#include <fmt/format.h>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/input.h"
#include "gerrit/patch_sets.h"
#include "gerrit/routes.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

struct Place {
  const Change* change;
  const Revision* revision;
};

/// The patch set that a commit is, in a branch.
std::optional<Place> patch_set_of(const State& state, const std::string& project, const std::string& branch,
                                  const std::string& sha) {
  for (const auto& [number, change] : state.changes)
    for (const auto& revision : change.revisions)
      if (change.project == project && change.branch == branch && revision.sha == sha)
        return Place{&change, &revision};
  return {};
}

void check_can_be_rebased(const Change& change, const Revision& revision) {
  if (change.status != Status::kNew)
    throw HttpError(409, fmt::format("Change {} is {}", change.number, name_of(change.status)));
  const auto parents = revision.commit.parents.size();
  if (parents != 1)
    throw HttpError(409, fmt::format("Error rebasing {}. Cannot rebase {}", change.number,
                                     parents > 1 ? "merge commits" : "commit with no ancestor"));
}

/// The newest patch set of the change that it depends on, or the branch's tip.
std::string default_base(const State& state, const Change& change, const Revision& revision, bool may_stay) {
  const auto& parent = revision.commit.parents[0];
  if (const auto on = patch_set_of(state, change.project, change.branch, parent)) {
    if (on->change->status == Status::kAbandoned)
      throw HttpError(409, "Cannot rebase a change with an abandoned parent: " + on->change->change_id);
    if (on->change->status == Status::kNew) {
      if (!may_stay && on->revision->number == on->change->current().number)
        throw HttpError(409, "Change is already based on the latest patch set of the dependent change.");
      return on->change->current().sha;
    }
  }
  const auto tip = tip_of(state, change.project, change.branch);
  if (!tip) throw HttpError(422, "The destination branch does not exist: " + full_name(change.branch));
  if (!may_stay && *tip == parent) throw HttpError(409, "Change is already up to date.");
  return *tip;
}

/// What a RebaseInput's base says: a change's number, refs/changes/NN/NUMBER/PS, or a patch set's commit.
std::optional<Place> named_base(const State& state, const Change& change, const std::string& base) {
  int number = 0, patch_set = 0;
  if (is_number(base)) number = std::stoi(base);
  if (base.starts_with("refs/changes/")) {
    const auto slash = base.rfind('/'), before = base.rfind('/', slash - 1);
    const auto last = base.substr(slash + 1), middle = base.substr(before + 1, slash - before - 1);
    if (is_number(last) && is_number(middle)) number = std::stoi(middle), patch_set = std::stoi(last);
  }
  if (const auto found = state.changes.find(number); found != state.changes.end()) {
    const auto& other = found->second;
    if (patch_set == 0) return Place{&other, &other.current()};
    for (const auto& revision : other.revisions)
      if (revision.number == patch_set) return Place{&other, &revision};
  }
  if (number > 0 && (is_number(base) ? base.size() < 7 : true))
    throw HttpError(422, "Base change not found: " + base);
  if (base.size() < 7 || !is_hex(base)) return {};
  std::optional<Place> newest;
  for (const auto& [other, one] : state.changes)
    for (const auto& revision : one.revisions)
      if (one.project == change.project && revision.sha.starts_with(lower(base)))
        newest = Place{&one, &revision};
  return newest;
}

std::string given_base(const State& state, const Change& change, const Revision& revision,
                       const std::string& base) {
  if (base.empty()) {
    const auto tip = tip_of(state, change.project, change.branch);
    if (!tip)
      throw HttpError(409, fmt::format("can't rebase onto tip of branch {}; branch doesn't exist",
                                       full_name(change.branch)));
    return *tip;
  }
  const auto on = named_base(state, change, base);
  if (!on) throw HttpError(409, "base revision is missing from the destination branch: " + base);
  const auto& other = *on->change;
  if (other.number == change.number)
    throw HttpError(409, fmt::format("cannot rebase change {} onto itself", change.number));
  if (other.project != change.project)
    throw HttpError(409, "base change is in wrong project: " + other.project);
  if (other.branch != change.branch)
    throw HttpError(409, fmt::format("base change is targeting wrong branch: {},{}", other.project,
                                     full_name(other.branch)));
  if (other.status == Status::kAbandoned)
    throw HttpError(409, "base change is abandoned: " + other.change_id);
  tree_of(state, revision.sha);
  tree_of(state, on->revision->sha);
  if (state.store->reaches(on->revision->sha, revision.sha))
    throw HttpError(
        409, fmt::format("base change {} is a descendant of the current change - recursion not allowed",
                         other.change_id));
  return on->revision->sha;
}

/// Adds the patch set that `revision` is on top of `base`. Gives back the paths with conflicts, which are
/// there if they may.
std::vector<std::string> rebase_onto(State& state, Change& change, const Revision& revision,
                                     const std::string& base, int user, bool keep_conflicts) {
  const auto result = state.store->merge(tree_of(state, revision.commit.parents[0]), tree_of(state, base),
                                         tree_of(state, revision.sha), keep_conflicts);
  if (!result.conflicts.empty() && !keep_conflicts)
    throw HttpError(409, fmt::format("Change {} could not be rebased due to a conflict during merge.\n\n{}",
                                     change.number, conflict_text(result.conflicts)));
  auto commit = revision.commit;
  commit.parents = {base};
  commit.committer = committer(state, user);
  const int before = revision.number;
  auto& added = add_patch_set(change, make_revision(state, user, commit, result.tree),
                              result.conflicts.empty() ? "TRIVIAL_REBASE" : "REWORK");
  if (!result.conflicts.empty()) change.work_in_progress = true;
  say(change, user, added.created,
      fmt::format("Patch Set {}: Patch Set {} was rebased{}", added.number, before,
                  conflict_note(result.conflicts)),
      "autogenerated:gerrit:newPatchSet");
  return result.conflicts;
}

Response rebase(Call& call, Change& change, const Revision& revision) {
  const int user = call.user();
  const auto input = Input::of(call.request);
  const bool keep_conflicts = input.flag("allow_conflicts"), has_base = input.has("base");
  const auto given = input.text("base");
  check_can_be_rebased(change, revision);
  const auto base = has_base ? given_base(call.state, change, revision, given)
                             : default_base(call.state, change, revision, false);
  if (base == revision.commit.parents[0]) throw HttpError(409, "Change is already up to date.");
  const Revision from = revision;  // the list of patch sets grows
  const auto conflicts = rebase_onto(call.state, change, from, base, user, keep_conflicts);
  auto info = change_info(call, change, {"CURRENT_REVISION", "CURRENT_COMMIT"});
  if (!conflicts.empty()) info["contains_git_conflicts"] = true;
  return call.json(200, info);
}

Response rebase_change(Call& call) {
  auto& change = call.state.change(call.param("id"));
  return rebase(call, change, change.current());
}

Response rebase_revision(Call& call) {
  auto& change = call.state.change(call.param("id"));
  return rebase(call, change, revision_of(change, call.param("revision")));
}

/// The change and its open ancestors, the oldest first.
std::vector<Change*> chain_of(State& state, Change& top) {
  std::vector<Change*> chain{&top};
  for (;;) {
    const auto& parents = chain.front()->current().commit.parents;
    if (parents.size() != 1) return chain;
    const auto on = patch_set_of(state, top.project, top.branch, parents[0]);
    if (!on || on->change->status != Status::kNew) return chain;
    chain.insert(chain.begin(), &state.changes.at(on->change->number));
    if (chain.size() > state.changes.size()) return chain;
  }
}

Response rebase_chain(Call& call) {
  const int user = call.user();
  auto& top = call.state.change(call.param("id"));
  const auto input = Input::of(call.request);
  const auto chain = chain_of(call.state, top);
  for (const auto* change : chain) check_can_be_rebased(*change, change->current());
  State next = call.state;  // all or none
  std::string base = input.has("base") ? given_base(next, *chain[0], chain[0]->current(), input.text("base"))
                                       : default_base(next, *chain[0], chain[0]->current(), true);
  bool moved = false, conflicts = false;
  std::vector<int> numbers;
  for (const auto* one : chain) numbers.push_back(one->number);
  for (const int number : numbers) {
    auto& change = next.changes.at(number);
    if (change.current().commit.parents[0] != base) {
      const Revision from = change.current();
      conflicts |= !rebase_onto(next, change, from, base, user, input.flag("allow_conflicts")).empty();
      moved = true;
    }
    base = change.current().sha;
  }
  if (!moved) throw HttpError(409, "The whole chain is already up to date.");
  call.state = std::move(next);
  Json infos = Json::array();
  for (const int number : numbers)
    infos.push_back(change_info(call, call.state.changes.at(number), {"CURRENT_REVISION", "CURRENT_COMMIT"}));
  Json answer{{"rebased_changes", infos}};
  if (conflicts) answer["contains_git_conflicts"] = true;
  return call.json(200, answer);
}

}  // namespace

std::vector<Endpoint> rebase_endpoints() {
  const char* takes = "base allow_conflicts validation_options";
  return {{"POST", "/changes/{id}/rebase", rebase_change, takes},
          {"POST", "/changes/{id}/revisions/{revision}/rebase", rebase_revision, takes},
          {"POST", "/changes/{id}/rebase:chain", rebase_chain, takes}};
}

}  // namespace fakes::gerrit
