#include <fmt/format.h>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/input.h"
#include "gerrit/message_rules.h"
#include "gerrit/patch_sets.h"
#include "gerrit/routes.h"
#include "http/not_implemented.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

const Response kDone{.status = 204};

Edit* edit_of(Change& change, int user) {
  const auto found = change.edits.find(user);
  return found == change.edits.end() ? nullptr : &found->second;
}

Edit& required_edit(Change& change, int user) {
  auto* edit = edit_of(change, user);
  if (!edit) throw HttpError(409, fmt::format("change {} doesn't have change edit", change.number));
  return *edit;
}

/// The caller's edit; one of the current patch set is begun where there is none.
Edit begun(const State& state, Change& change, int user) {
  if (change.status != Status::kNew)
    throw HttpError(409, fmt::format("change {} is {}", change.number, name_of(change.status)));
  if (auto* edit = edit_of(change, user)) return *edit;
  const auto& current = change.current();
  return {.base = current.number,
          .commit = current.commit,
          .tree = tree_of(state, current.sha),
          .sha = current.sha};
}

void keep(State& state, Change& change, int user, Edit edit) {
  edit.commit.committer = committer(state, user);
  edit.sha = state.store->write(edit.commit, edit.tree);
  change.edits[user] = std::move(edit);
  change.updated = state.now();
}

/// What a PUT gives as a file: the body as it is, or "binary_content": "data:text/plain;base64,..." of a JSON
/// body.
std::string given_content(const http::Request& request) {
  const auto type = lower(http::header(request.headers, "Content-Type"));
  if (!type.starts_with("application/json")) return request.body;
  const auto input = Input::of(request);
  if (input.has("file_mode")) throw http::NotImplemented("file_mode");
  if (!input.has("binary_content")) throw HttpError(400, "either binary_content or file_mode is required");
  const auto content = input.text("binary_content");
  const auto comma = content.find(";base64,");
  if (!content.starts_with("data:") || comma == std::string::npos)
    throw HttpError(400, "File must be encoded with base64 data uri");
  return base64_decoded(content.substr(comma + 8));
}

Response get(Call& call) {
  auto& change = call.state.change(call.param("id"));
  const auto* edit = edit_of(change, call.user());
  if (!edit) return kDone;
  Revision revision{.sha = edit->sha, .commit = edit->commit};
  Json info{{"commit", commit_info(call.state, change, revision, true)},
            {"base_patch_set_number", edit->base},
            {"base_revision", change.revisions.at(static_cast<size_t>(edit->base) - 1).sha},
            {"ref", fmt::format("refs/users/{:02}/{}/edit-{}/{}", *call.caller % 100, *call.caller,
                                change.number, edit->base)}};
  if (call.query.find("list")) {
    info["files"] = Json::object();
    for (const auto& [path, file] :
         call.state.store->files(base_tree_of(call.state, edit->commit), edit->tree))
      info["files"][path] = file;
  }
  return call.json(200, info);
}

Response put_file(Call& call) {
  const int user = call.user();
  auto& change = call.state.change(call.param("id"));
  auto edit = begun(call.state, change, user);
  const auto& path = call.param("path");
  if (path == "/COMMIT_MSG") throw HttpError(400, "Invalid path: /COMMIT_MSG");
  const auto tree = call.state.store->edited(edit.tree, {{path, given_content(call.request)}});
  if (tree == edit.tree) throw HttpError(409, "no changes were made");
  edit.tree = tree;
  keep(call.state, change, user, edit);
  return kDone;
}

Response delete_file(Call& call) {
  const int user = call.user();
  auto& change = call.state.change(call.param("id"));
  auto edit = begun(call.state, change, user);
  const auto tree = call.state.store->edited(edit.tree, {{call.param("path"), std::nullopt}});
  if (tree == edit.tree) throw HttpError(409, "no changes were made");
  edit.tree = tree;
  keep(call.state, change, user, edit);
  return kDone;
}

Response get_file(Call& call) {
  auto& change = call.state.change(call.param("id"));
  const auto* edit = edit_of(change, call.user());
  const auto file = edit ? call.state.store->file(edit->tree, call.param("path")) : std::nullopt;
  if (!edit) throw HttpError(404, "Not found: " + call.param("path"));
  if (!file) return kDone;
  return base64(file->content, "text/plain");
}

/// Takes a file back to what the parent has, or gives it another name; without either an edit begins.
Response post(Call& call) {
  const int user = call.user();
  auto& change = call.state.change(call.param("id"));
  const auto input = Input::of(call.request);
  if (edit_of(change, user) && !input.has("restore_path") && !input.has("old_path"))
    throw HttpError(409, fmt::format("edit already exists for the change {}", change.number));
  auto edit = begun(call.state, change, user);
  std::map<std::string, std::optional<std::string>> contents;
  if (const auto path = input.text("restore_path"); !path.empty()) {
    const auto file = call.state.store->file(base_tree_of(call.state, edit.commit), path);
    contents[path] = file ? std::optional(file->content) : std::nullopt;
  } else if (const auto from = input.text("old_path"); !from.empty()) {
    const auto file = call.state.store->file(edit.tree, from);
    if (!file) throw HttpError(409, "no changes were made");
    if (input.text("new_path").empty()) throw HttpError(400, "new_path is required");
    contents[from] = std::nullopt;
    contents[input.text("new_path")] = file->content;
  }
  const auto tree = call.state.store->edited(edit.tree, contents);
  if (!contents.empty() && tree == edit.tree) throw HttpError(409, "no changes were made");
  edit.tree = tree;
  keep(call.state, change, user, edit);
  return kDone;
}

Response remove(Call& call) {
  const int user = call.user();
  auto& change = call.state.change(call.param("id"));
  if (change.edits.erase(user) == 0) throw HttpError(404, "Not found: edit");
  return kDone;
}

Response get_message(Call& call) {
  auto& change = call.state.change(call.param("id"));
  const auto* edit = edit_of(change, call.user());
  if (!edit) throw HttpError(404, "Not found: edit");
  return base64(edit->commit.message, "text/plain");
}

Response put_message(Call& call) {
  const int user = call.user();
  auto& change = call.state.change(call.param("id"));
  const auto message = checked_message(Input::of(call.request, "message").text("message"), change.change_id);
  auto edit = begun(call.state, change, user);
  if (message == edit.commit.message)
    throw HttpError(409, "New commit message cannot be same as existing commit message");
  edit.commit.message = message;
  keep(call.state, change, user, edit);
  return kDone;
}

Response publish(Call& call) {
  const int user = call.user();
  auto& change = call.state.change(call.param("id"));
  Input::of(call.request);
  const auto edit = required_edit(change, user);
  if (change.status != Status::kNew)
    throw HttpError(409, fmt::format("change {} is {}", change.number, name_of(change.status)));
  if (edit.base != change.current().number)
    throw HttpError(409, "only edit for current patch set can be published");
  const auto& current = change.current();
  const bool same_tree = edit.tree == tree_of(call.state, current.sha),
             same_text = edit.commit.message == current.commit.message;
  const auto& added = add_patch_set(change, make_revision(call.state, user, edit.commit, edit.tree),
                                    !same_tree  ? "REWORK"
                                    : same_text ? "NO_CHANGE"
                                                : "NO_CODE_CHANGE");
  say(change, user, added.created,
      fmt::format("Patch Set {}: Published edit on patch set {}.", added.number, edit.base),
      "autogenerated:gerrit:newPatchSet");
  change.edits.erase(user);
  return kDone;
}

Response rebase(Call& call) {
  const int user = call.user();
  auto& change = call.state.change(call.param("id"));
  auto edit = required_edit(change, user);
  const auto& base = change.revisions.at(static_cast<size_t>(edit.base) - 1);
  const auto& current = change.current();
  if (edit.base == current.number) throw HttpError(409, "edit is already based on latest patch set");
  const auto merged =
      call.state.store->merge(tree_of(call.state, base.sha), tree_of(call.state, current.sha), edit.tree);
  if (merged.tree.empty())
    throw HttpError(
        409,
        fmt::format(
            "Rebasing change edit onto another patchset results in merge conflicts.\n\n{}\n\nDownload the "
            "edit patchset and rebase manually to preserve changes.",
            conflict_text(merged.conflicts)));
  edit.tree = merged.tree;
  edit.commit.parents = current.commit.parents;
  edit.base = current.number;
  keep(call.state, change, user, edit);
  return kDone;
}

}  // namespace

std::vector<Endpoint> edit_endpoints() {
  return {{"GET", "/changes/{id}/edit", get, "?list"},
          {"POST", "/changes/{id}/edit", post, "restore_path old_path new_path"},
          {"DELETE", "/changes/{id}/edit", remove},
          {"PUT", "/changes/{id}/edit/{path}", put_file, "binary_content file_mode"},
          {"GET", "/changes/{id}/edit/{path}", get_file},
          {"DELETE", "/changes/{id}/edit/{path}", delete_file},
          {"GET", "/changes/{id}/edit:message", get_message},
          {"PUT", "/changes/{id}/edit:message", put_message, "message"},
          {"POST", "/changes/{id}/edit:publish", publish, "notify notify_details"},
          {"POST", "/changes/{id}/edit:rebase", rebase}};
}

}  // namespace fakes::gerrit
