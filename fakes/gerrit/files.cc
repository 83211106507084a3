#include <fmt/chrono.h>
#include <fmt/format.h>

#include "gerrit/entities.h"
#include "gerrit/file_diff.h"
#include "gerrit/ids.h"
#include "gerrit/patch_sets.h"
#include "gerrit/routes.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

struct At {
  Change& change;
  Revision& revision;
};

At at(Call& call) {
  auto& change = call.state.change(call.param("id"));
  return {change, revision_of(change, call.param("revision"))};
}

/// The tree that a patch set is compared with: that of another patch set (?base), of one of its parents
/// (?parent, from 1), or of what it was made from.
std::string other_side(Call& call, const At& it) {
  const auto& commit = it.revision.commit;
  if (const auto base = call.query.find("base"); base && !base->empty()) {
    if (const auto parent = call.query.find("parent"))
      throw HttpError(400, "base and parent are mutually exclusive");
    return tree_of(call.state, revision_of(it.change, *base).sha);
  }
  if (!call.query.find("parent")) return base_tree_of(call.state, commit);
  const int parent = call.number("parent", "parent").value_or(0);
  if (parent < 1 || parent > static_cast<int>(commit.parents.size()))
    throw HttpError(400, fmt::format("invalid parent number: {}", parent));
  return tree_of(call.state, commit.parents[static_cast<size_t>(parent) - 1]);
}

/// What a patch set changed of the message of another one.
Json message_info(Call& call, const At& it, const std::string& base) {
  const auto before = commit_message_file(call.state, it.change, revision_of(it.change, base)),
             after = commit_message_file(call.state, it.change, it.revision);
  Json info{
      {"size", after.size()},
      {"size_delta", static_cast<std::int64_t>(after.size()) - static_cast<std::int64_t>(before.size())}};
  std::size_t inserted = 0, deleted = 0;
  const Json difference = message_diff(before, after, -1);
  for (const auto& part : difference["content"]) {
    if (part.contains("b")) inserted += part["b"].size();
    if (part.contains("a")) deleted += part["a"].size();
  }
  if (inserted > 0) info["lines_inserted"] = inserted;
  if (deleted > 0) info["lines_deleted"] = deleted;
  return info;
}

Response list(Call& call) {
  const auto it = at(call);
  if (const auto part = call.query.find("q")) {
    Json paths = Json::array();
    for (const auto& [path, file] : it.revision.files)
      if (path.find(*part) != std::string::npos) paths.push_back(path);
    return call.json(200, paths);
  }
  auto infos = file_infos(call.state, it.change, it.revision, true);
  if (!call.query.find("base") && !call.query.find("parent")) return call.json(200, infos);
  const auto base = call.query.get("base");
  Json compared{{"/COMMIT_MSG", base.empty() ? infos["/COMMIT_MSG"] : message_info(call, it, base)}};
  for (const auto& [path, file] :
       call.state.store->files(other_side(call, it), tree_of(call.state, it.revision.sha)))
    compared[path] = file;
  return call.json(200, compared);
}

std::string type_of(const std::string& content) {
  return content.substr(0, 8000).find('\0') == std::string::npos ? "text/plain" : "application/octet-stream";
}

Response file_answer(const std::optional<Store::File>& file, const std::string& path) {
  if (!file) throw HttpError(404, "Not found: " + path);
  if (file->mode == 0160000) return base64(file->content, "x-git/gitlink");
  if (file->mode == 0120000) return base64(file->content, "x-git/symlink");
  return base64(file->content, type_of(file->content));
}

Response content(Call& call) {
  const auto it = at(call);
  const auto& path = call.param("path");
  if (path == "/COMMIT_MSG")
    return base64(commit_message_file(call.state, it.change, it.revision), "text/x-gerrit-commit-message");
  const bool of_parent = call.query.find("parent").has_value();
  const auto tree = of_parent ? other_side(call, it) : tree_of(call.state, it.revision.sha);
  return file_answer(call.state.store->file(tree, path), path);
}

Response diff(Call& call) {
  const auto it = at(call);
  const auto& path = call.param("path");
  const auto context = call.query.get("context", "10");
  if (context != "ALL" && !is_number(context))
    throw HttpError(400, fmt::format("\"{}\" is not a valid value for \"--context\"", context));
  if (const auto spaces = call.query.get("whitespace", "IGNORE_NONE"); spaces != "IGNORE_NONE")
    refuse_whitespace(spaces);
  const int lines = context == "ALL" ? -1 : std::stoi(context);
  if (path == "/COMMIT_MSG") {
    const auto base = call.query.find("base");
    const auto before = base && !base->empty()
                            ? commit_message_file(call.state, it.change, revision_of(it.change, *base))
                            : "";
    return call.json(200,
                     message_diff(before, commit_message_file(call.state, it.change, it.revision), lines));
  }
  const auto info =
      file_diff(*call.state.store, other_side(call, it), tree_of(call.state, it.revision.sha), path, lines);
  if (info.is_null()) throw HttpError(404, "Not found: " + path);
  return call.json(200, info);
}

/// As git format-patch begins a patch.
std::string mail_head(const std::string& sha, const Commit& commit) {
  const auto subject = commit.subject();
  auto body = commit.message.substr(subject.size());
  if (body.starts_with("\n\n")) body.erase(0, 2);
  const auto local =
      std::chrono::floor<std::chrono::seconds>(commit.author.date) + std::chrono::minutes(commit.author.tz);
  const int minutes = std::abs(commit.author.tz);
  return fmt::format(
      "From {} Mon Sep 17 00:00:00 2001\nFrom: {} <{}>\nDate: {:%a, %d %b %Y %H:%M:%S} "
      "{}{:02}{:02}\nSubject: [PATCH] {}\n\n{}{}---\n\n",
      sha, commit.author.name, commit.author.email, fmt::gmtime(local.time_since_epoch().count()),
      commit.author.tz < 0 ? '-' : '+', minutes / 60, minutes % 60, subject, body,
      body.ends_with('\n') ? "" : "\n");
}

Response patch(Call& call) {
  const auto it = at(call);
  const auto& parents = it.revision.commit.parents;
  if (parents.empty()) throw HttpError(409, "Revision has no parent.");
  if (parents.size() > 1 && !call.query.find("parent"))
    throw HttpError(409, "Revision has more than 1 parent.");
  const auto path = call.query.get("path");
  const auto tree = tree_of(call.state, it.revision.sha);
  auto text = call.state.store->patch(
      call.query.find("parent") ? other_side(call, it) : tree_of(call.state, parents[0]), tree, path);
  if (!path.empty() && text.empty()) throw HttpError(404, fmt::format("File not found: {}.", path));
  if (path.empty()) text = mail_head(it.revision.sha, it.revision.commit) + text;
  const bool raw = call.query.find("raw").has_value();
  Response response = raw ? Response{200, {{"Content-Type", "text/plain; charset=UTF-8"}}, text}
                          : base64(text, "application/mbox");
  if (call.query.find("download"))
    response.headers.emplace_back(
        "Content-Disposition", fmt::format("attachment; filename=\"{}.diff{}\"", it.revision.sha.substr(0, 7),
                                           raw ? "" : ".base64"));
  return response;
}

Response branch_content(Call& call) {
  const auto& project = call.state.project(call.param("name"));
  const auto sha = resolve(call.state, project, call.param("branch"));
  if (!sha || is_sha(call.param("branch"))) throw HttpError(404, "Not found: " + call.param("branch"));
  return file_answer(call.state.store->file(tree_of(call.state, *sha), call.param("path")),
                     call.param("path"));
}

std::string known_commit(Call& call) {
  const auto& project = call.state.project(call.param("name"));
  const auto& name = call.param("commit");
  const auto sha = is_hex(name) ? resolve(call.state, project, name) : std::nullopt;
  if (sha) return *sha;
  // Not the tip of anything, but perhaps below it.
  for (const auto& [branch, tip] : project.branches)
    if (is_sha(name) && is_known(call.state, name) && is_known(call.state, tip) &&
        call.state.store->reaches(tip, name))
      return name;
  throw HttpError(404, "Not found: " + name);
}

Response commit_content(Call& call) {
  return file_answer(call.state.store->file(tree_of(call.state, known_commit(call)), call.param("path")),
                     call.param("path"));
}

Response commit(Call& call) {
  Revision revision{.sha = known_commit(call)};
  tree_of(call.state, revision.sha);
  revision.commit = call.state.store->read(revision.sha);
  return call.json(200, commit_info(call.state, {.project = call.param("name")}, revision, true));
}

Response commit_files(Call& call) {
  const auto sha = known_commit(call);
  const auto tree = tree_of(call.state, sha);
  Json files = Json::object();
  for (const auto& [path, file] :
       call.state.store->files(base_tree_of(call.state, call.state.store->read(sha)), tree))
    files[path] = file;
  return call.json(200, files);
}

}  // namespace

std::vector<Endpoint> file_endpoints() {
  return {{"GET", "/changes/{id}/revisions/{revision}/files", list, "?q ?base ?parent"},
          {"GET", "/changes/{id}/revisions/{revision}/files/{path}/content", content, "?parent"},
          {"GET", "/changes/{id}/revisions/{revision}/files/{path}/diff", diff,
           "?base ?parent ?context ?whitespace"},
          {"GET", "/changes/{id}/revisions/{revision}/patch", patch, "?download ?raw ?path ?parent"},
          {"GET", "/projects/{name}/branches/{branch}/files/{path}/content", branch_content},
          {"GET", "/projects/{name}/commits/{commit}", commit},
          {"GET", "/projects/{name}/commits/{commit}/files", commit_files},
          {"GET", "/projects/{name}/commits/{commit}/files/{path}/content", commit_content}};
}

}  // namespace fakes::gerrit
