#include <fmt/format.h>

#include <algorithm>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/input.h"
#include "gerrit/patch_sets.h"
#include "gerrit/routes.h"
#include "gerrit/submit_rule.h"
#include "http/not_implemented.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

/// A patch set that another commit has as its parent.
struct Dependency {
  int change = 0, patch_set = 0;
  std::string parent, child;
};

/// What a change is submitted with: it and its open ancestors, the oldest first.
struct Submission {
  std::vector<int> changes;
  std::optional<Dependency> outdated;  ///< an ancestor that is not what its change is now
};

std::optional<std::pair<int, int>> patch_set_at(const State& state, const Change& of,
                                                const std::string& sha) {
  for (const auto& [number, change] : state.changes)
    for (const auto& revision : change.revisions)
      if (change.project == of.project && change.branch == of.branch && change.status == Status::kNew &&
          revision.sha == sha)
        return std::pair(number, revision.number);
  return {};
}

Submission submission_of(const State& state, const Change& top) {
  Submission all{.changes = {top.number}, .outdated = {}};
  std::vector<std::pair<std::string, std::string>> open;  // parent and child
  const auto add = [&](const Revision& revision) {
    for (const auto& parent : revision.commit.parents) open.emplace_back(parent, revision.sha);
  };
  add(top.current());
  while (!open.empty()) {
    const auto [parent, child] = open.back();
    open.pop_back();
    const auto on = patch_set_at(state, top, parent);
    if (!on || std::find(all.changes.begin(), all.changes.end(), on->first) != all.changes.end()) continue;
    const auto& change = state.changes.at(on->first);
    if (on->second != change.current().number && !all.outdated)
      all.outdated =
          Dependency{.change = on->first, .patch_set = on->second, .parent = parent, .child = child};
    all.changes.insert(all.changes.begin(), on->first);
    add(change.revisions.at(static_cast<size_t>(on->second) - 1));
  }
  return all;
}

/// Why none of it can be submitted, change by change, as Gerrit says it.
void check(const State& state, const Submission& submission, const Change& top) {
  std::vector<std::string> problems;
  for (const int number : submission.changes) {
    const auto& change = state.changes.at(number);
    const auto problem = submit_problem(change, state.project_of(change));
    if (!problem.empty()) problems.push_back(fmt::format("Change {}: {}", number, problem));
  }
  if (const auto& on = submission.outdated; on && problems.empty())
    problems.push_back(fmt::format(
        "Change {}: Depends on change that was not submitted. Commit {} depends on commit {}, which is "
        "outdated patch set {} of change {}. The latest patch set is {}.",
        top.number, on->child, on->parent, on->patch_set, on->change,
        state.changes.at(on->change).current().number));
  if (problems.empty() && !is_mergeable(state, top))
    problems.push_back(fmt::format(
        "Change {}: Change could not be merged due to a path conflict.\n\nPlease rebase the change "
        "locally and upload the rebased commit for review.",
        top.number));
  if (problems.empty()) return;
  const auto count = submission.changes.size();
  std::string text = fmt::format("Failed to submit {} change{} due to the following problems:", count,
                                 count == 1 ? "" : "s");
  for (const auto& problem : problems) text += "\n" + problem;
  throw HttpError(409, text);
}

/// What the branch is at afterwards: the change's commit where that is ahead, or a merge of both.
std::string merged_tip(State& state, const Change& top, int user) {
  const auto& sha = top.current().sha;
  const auto tip = tip_of(state, top.project, top.branch);
  if (!tip || *tip == sha || !is_known(state, *tip) || !is_known(state, sha)) return sha;
  if (state.store->reaches(sha, *tip)) return sha;
  if (state.store->reaches(*tip, sha)) return *tip;
  const auto base = state.store->merge_base(*tip, sha);
  const auto merged = state.store->merge(base.empty() ? Store::kEmptyTree : tree_of(state, base),
                                         tree_of(state, *tip), tree_of(state, sha));
  const auto person = committer(state, user);
  return state.store->write({.message = fmt::format("Merge \"{}\"\n", top.current().commit.subject()),
                             .parents = {*tip, sha},
                             .author = person,
                             .committer = person},
                            merged.tree);
}

Response submit_change(Call& call, Change& change, int user) {
  auto& state = call.state;
  if (change.status != Status::kNew) throw HttpError(409, "change is " + name_of(change.status));
  if (!tip_of(state, change.project, change.branch))
    throw HttpError(409, fmt::format("destination branch \"{}\" not found.", full_name(change.branch)));
  const auto submission = submission_of(state, change);
  check(state, submission, change);
  const auto tip = merged_tip(state, change, user);
  for (const int number : submission.changes) {
    auto& one = state.changes.at(number);
    const Time now = state.now();
    one.status = Status::kMerged;
    one.submitted = now;
    one.submitter = user;
    one.submission_id = std::to_string(change.number);
    say(one, user, now, "Change has been successfully merged", "autogenerated:gerrit:merged");
  }
  state.projects.at(change.project).branches[full_name(change.branch)] = tip;
  return call.json(200, change_info(call, change, {}));
}

int submitter(Call& call) {
  const int user = call.user();
  const auto input = Input::of(call.request);
  const auto other = input.text("on_behalf_of");
  return other.empty() ? user : account_of(call.state, other, user, 422);
}

Response submit(Call& call) {
  const int user = submitter(call);
  return submit_change(call, call.state.change(call.param("id")), user);
}

Response submit_revision(Call& call) {
  const int user = submitter(call);
  auto& change = call.state.change(call.param("id"));
  const auto& revision = revision_of(change, call.param("revision"));
  if (change.status == Status::kNew && revision.number != change.current().number)
    throw HttpError(409, fmt::format("revision {} is not current revision", revision.sha));
  return submit_change(call, change, user);
}

Response submitted_together(Call& call) {
  const auto& change = call.state.change(call.param("id"));
  ChangeOptions options;
  bool with_counts = false;
  for (const auto& option : call.query.all("o")) {
    if (option == "NON_VISIBLE_CHANGES")
      with_counts = true;
    else if (option == "TOPIC_CLOSURE")
      throw http::NotImplemented("?o=TOPIC_CLOSURE");
    else
      options.insert(option);
  }
  check_options(options);
  std::vector<int> numbers;
  if (change.status == Status::kNew) {
    numbers = submission_of(call.state, change).changes;
    std::reverse(numbers.begin(), numbers.end());
  } else if (change.status == Status::kMerged && !change.submission_id.empty()) {
    for (const auto& [number, other] : call.state.changes)
      if (other.status == Status::kMerged && other.submission_id == change.submission_id)
        numbers.insert(numbers.begin(), number);
  }
  if (numbers.size() < 2) numbers.clear();
  options.insert({"CURRENT_REVISION", "SUBMITTABLE"});
  Json list = Json::array();
  for (const int number : numbers) list.push_back(change_info(call, call.state.changes.at(number), options));
  return call.json(200, with_counts ? Json{{"changes", list}, {"non_visible_changes", 0}} : list);
}

Response mergeable(Call& call) {
  auto& change = call.state.change(call.param("id"));
  revision_of(change, call.param("revision"));
  if (change.status != Status::kNew) throw HttpError(409, "change is " + name_of(change.status));
  return call.json(200, {{"submit_type", "MERGE_IF_NECESSARY"},
                         {"strategy", "recursive"},
                         {"mergeable", is_mergeable(call.state, change)}});
}

Response submit_type(Call& call) {
  revision_of(call.state.change(call.param("id")), call.param("revision"));
  return call.json(200, "MERGE_IF_NECESSARY");
}

}  // namespace

bool is_mergeable(const State& state, const Change& change) {
  if (!change.mergeable) return false;
  const auto& sha = change.current().sha;
  const auto tip = tip_of(state, change.project, change.branch);
  if (!tip || !is_known(state, *tip) || !is_known(state, sha)) return true;
  auto& store = *state.store;
  const auto base = store.merge_base(*tip, sha);
  if (base == *tip || base == sha) return true;
  return store
      .merge(base.empty() ? Store::kEmptyTree : store.tree_of(base), store.tree_of(*tip), store.tree_of(sha))
      .conflicts.empty();
}

std::vector<Endpoint> submit_endpoints() {
  const char* takes = "on_behalf_of wait_for_merge notify notify_details";
  return {{"POST", "/changes/{id}/submit", submit, takes},
          {"POST", "/changes/{id}/revisions/{revision}/submit", submit_revision, takes},
          {"GET", "/changes/{id}/submitted_together", submitted_together, "?o"},
          {"GET", "/changes/{id}/revisions/{revision}/mergeable", mergeable},
          {"GET", "/changes/{id}/revisions/{revision}/submit_type", submit_type}};
}

}  // namespace fakes::gerrit
