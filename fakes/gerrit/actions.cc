#include "gerrit/entities.h"
#include "gerrit/patch_sets.h"
#include "gerrit/routes.h"
#include "gerrit/submit_rule.h"

namespace fakes::gerrit {

namespace {

Json action(const char* method, const char* label, const char* title, bool enabled = true) {
  Json info{{"method", method}, {"label", label}, {"title", title}};
  if (enabled) info["enabled"] = true;
  return info;
}

http::Response list(Call& call) {
  auto& change = call.state.change(call.param("id"));
  return call.json(200, revision_actions(call, change, revision_of(change, call.param("revision"))));
}

}  // namespace

Json revision_actions(const Call& call, const Change& change, const Revision& revision) {
  Json actions = Json::object();
  if (!call.caller) return actions;
  if (change.status != Status::kAbandoned)
    actions["cherrypick"] = action("POST", "Cherry Pick", "Cherry pick change to a different branch");
  if (change.status != Status::kNew || revision.number != change.current().number) return actions;
  const bool one_parent = revision.commit.parents.size() == 1;
  const auto tip = tip_of(call.state, change.project, change.branch);
  actions["rebase"] = action("POST", "Rebase", "Rebase onto tip of branch or parent change",
                             one_parent && tip && *tip != revision.commit.parents[0]);
  const auto& project = call.state.project_of(change);
  if (labels_allow_submit(change, project) && !change.work_in_progress)
    actions["submit"] =
        action("POST", "Submit", "Submit patch set into the branch", is_mergeable(call.state, change));
  return actions;
}

Json change_actions(const Call& call, const Change& change) {
  Json actions = Json::object();
  if (!call.caller) return actions;
  actions["hashtags"] = action("POST", "Edit Hashtags", "");
  actions["hashtags"].erase("title");
  actions["topic"] = {{"method", "PUT"}, {"label", "Edit Topic"}, {"enabled", true}};
  switch (change.status) {
    case Status::kNew:
      actions["abandon"] = action("POST", "Abandon", "Abandon the change");
      actions["move"] = action("POST", "Move Change", "Move change to a different branch");
      actions["/"] = action("DELETE", "Delete", "Delete change");
      if (change.work_in_progress)
        actions["ready"] = action("POST", "Start Review", "Set Ready For Review");
      else
        actions["wip"] = action("POST", "WIP", "Set Work In Progress");
      break;
    case Status::kAbandoned:
      actions["restore"] = action("POST", "Restore", "Restore the change");
      actions["/"] = action("DELETE", "Delete", "Delete change");
      break;
    case Status::kMerged:
      actions["revert"] = action("POST", "Revert", "Revert the change");
      actions["revert_submission"] =
          action("POST", "Revert submission",
                 "Revert this change and all changes that have been submitted together with this change");
      break;
  }
  return actions;
}

std::vector<Endpoint> action_endpoints() {
  return {{"GET", "/changes/{id}/revisions/{revision}/actions", list}};
}

}  // namespace fakes::gerrit
