#include "gerrit/lenient.h"

#include <algorithm>

#include "gerrit/ids.h"
#include "gerrit/input.h"
#include "gerrit/new_commit.h"
#include "gerrit/patch_sets.h"
#include "gerrit/projects.h"

namespace fakes::gerrit {

namespace {

constexpr const char* kProject = "lenient";  // of a change that is named without one

std::string part(const std::string& text, size_t begin, size_t end) {
  return begin >= text.size() ? "" : text.substr(begin, end == std::string::npos ? end : end - begin);
}

/// The change that an id means (rest-api-changes.html#change-id): PROJECT~BRANCH~Change-Id, PROJECT~NUMBER, a
/// number or a Change-Id.
void named_change(State& state, const std::string& id, int user) {
  if (id.empty() || !find_changes(state, id).empty()) return;
  const auto last = id.rfind('~');
  const auto first = last == std::string::npos || last == 0 ? std::string::npos : id.rfind('~', last - 1);
  const auto tail = last == std::string::npos ? id : id.substr(last + 1);
  const bool is_change_id = tail.starts_with('I') && is_sha(lower(tail.substr(1)));
  if (!is_number(tail) && !is_change_id) return;
  const auto project =
      last == std::string::npos ? kProject : id.substr(0, first == std::string::npos ? last : first);
  const auto branch = first == std::string::npos ? "master" : short_name(part(id, first + 1, last));
  if (is_number(tail) && (std::stoi(tail) == 0 || state.changes.contains(std::stoi(tail)))) return;
  auto& home = named_project(state, project, user);
  named_branch(state, home, branch, user);
  const auto message = "Change " + tail + "\n";
  const auto change_id = is_change_id ? tail : new_change_id(state, home.name, branch, message);
  const auto person = committer(state, user);
  const auto tip = tip_of(state, home.name, branch).value_or("");
  if (is_number(tail)) state.next_change = std::stoi(tail);
  add_change(state, user, home.name, branch, change_id,
             make_revision(state, user,
                           {.message = with_change_id(message, change_id),
                            .parents = {tip},
                            .author = person,
                            .committer = person},
                           is_known(state, tip) ? tree_of(state, tip) : Store::kEmptyTree),
             "Uploaded patch set 1.");
  for (const auto& [number, other] : state.changes)
    state.next_change = std::max(state.next_change, number + 1);
}

}  // namespace

Project& named_project(State& state, const std::string& name, int user) {
  const auto clean = project_name(name);
  if (const auto found = state.projects.find(clean); found != state.projects.end()) return found->second;
  auto& project = state.projects[clean] = {.name = clean, .description = "", .labels = default_labels()};
  project.branches[project.head] = initial_commit(state, user, state.now());
  return project;
}

void named_branch(State& state, Project& project, const std::string& branch, int user) {
  const auto ref = full_name(branch);
  if (project.branches.contains(ref) || !ref.starts_with("refs/heads/") || !is_ref_name(ref)) return;
  const auto head = project.branches.find(project.head);
  project.branches[ref] =
      head != project.branches.end() ? head->second : initial_commit(state, user, state.now());
}

void make_what_is_named(Call& call, const std::string& pattern) {
  const int user = call.user();
  const auto& params = call.request.params;
  const bool makes = call.request.method == "PUT" &&
                     (pattern == "/projects/{name}" || pattern == "/projects/{name}/branches/{branch}");
  if (pattern.starts_with("/projects/{name}") && !(makes && pattern == "/projects/{name}")) {
    auto& project = named_project(call.state, call.param("name"), user);
    if (params.contains("branch") && !makes) named_branch(call.state, project, call.param("branch"), user);
  }
  if (pattern.starts_with("/changes/{id}")) named_change(call.state, call.param("id"), user);
  if (pattern.starts_with("/accounts/{id}")) {
    const auto& id = call.param("id");
    if (id != "self" && id != "me" && !is_number(id) && find_accounts(call.state, id, user).empty())
      call.state.login(id);
  }
  if (pattern != "/changes" || call.request.method != "POST") return;
  const auto input = Input::of(call.request);
  if (input.text("project").empty()) return;
  auto& project = named_project(call.state, input.text("project"), user);
  if (!input.text("branch").empty() && !input.flag("new_branch"))
    named_branch(call.state, project, input.text("branch"), user);
}

}  // namespace fakes::gerrit
