// Files of a branch, read and changed one by one.
#include <algorithm>
#include <filesystem>

#include "github/api.h"
#include "github/changes.h"
#include "github/history.h"
#include "github/objects.h"
#include "github/protection.h"
#include "github/text.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

struct Found {
  Repository& repository;
  std::string ref, path;
  TreeEntry entry;
};

std::string path_in(const Call& call) {
  std::string path = call.request.params.contains("path") ? call.param("path") : "";
  while (path.ends_with('/')) path.pop_back();
  while (path.starts_with('/')) path.erase(0, 1);
  return path;
}

Found find(Call& call, const std::string& path) {
  auto& repository = call.repository();
  const std::string ref = call.query.get("ref", repository.default_branch);
  const Commit* commit = find_commit(repository, ref);
  if (!commit && call.query.find("ref")) throw ApiError(404, "No commit found for the ref " + ref);
  if (!commit) throw ApiError(404, "This repository is empty.");
  const auto entry = find_path(call.state.data.objects, commit->tree, path);
  if (!entry) throw not_found();
  return {repository, ref, path, *entry};
}

Json entry_json(const Call& call, const Repository& repository, const std::string& ref,
                const std::string& path, const TreeEntry& entry) {
  const std::string type = type_of(entry), kind = type == "tree"           ? "dir"
                                                  : type == "commit"       ? "submodule"
                                                  : entry.mode == "120000" ? "symlink"
                                                                           : "file";
  const auto& blobs = call.state.data.objects.blobs;
  const auto blob = blobs.find(entry.sha);
  const std::string url = call.view.url(repository) + "/contents/" + path + "?ref=" + ref,
                    html = call.view.html_url(repository) + (type == "tree" ? "/tree/" : "/blob/") + ref +
                           "/" + path,
                    git = call.view.url(repository) + "/git/" + (type == "tree" ? "trees/" : "blobs/") +
                          entry.sha;
  return {{"name", path.substr(path.rfind('/') + 1)},
          {"path", path},
          {"sha", entry.sha},
          {"size", blob == blobs.end() ? 0 : blob->second.size()},
          {"type", kind},
          {"url", url},
          {"html_url", html},
          {"git_url", git},
          {"download_url", kind == "file" || kind == "symlink"
                               ? Json(call.view.html_url(repository) + "/raw/" + ref + "/" + path)
                               : Json(nullptr)},
          {"_links", {{"self", url}, {"git", git}, {"html", html}}}};
}

/// In lines of 60, as GitHub has it.
std::string wrapped_base64(const std::string& content) {
  constexpr size_t kLine = 60;
  const std::string all = base64(content);
  std::string text;
  for (size_t i = 0; i < all.size(); i += kLine) text += all.substr(i, kLine) + "\n";
  return text;
}

Json file_json(const Call& call, const Found& found) {
  Json json = entry_json(call, found.repository, found.ref, found.path, found.entry);
  const auto blob = call.state.data.objects.blobs.find(found.entry.sha);
  if (blob == call.state.data.objects.blobs.end()) return json;
  if (json["type"] == "symlink") json["target"] = blob->second;
  constexpr std::size_t kLargest = 1 << 20;  // a larger one comes as +raw alone
  if (json["type"] == "file" && blob->second.size() > kLargest)
    json["content"] = "", json["encoding"] = "none";
  else if (json["type"] == "file")
    json["content"] = wrapped_base64(blob->second), json["encoding"] = "base64";
  return json;
}

Json folder_json(const Call& call, const Found& found) {
  Json list = Json::array();
  for (const auto& [name, entry] : known_tree(call.state.data.objects, found.entry.sha))
    list.push_back(entry_json(call, found.repository, found.ref,
                              found.path.empty() ? name : found.path + "/" + name, entry));
  for (auto& one : list)
    if (one["type"] == "submodule") one["type"] = "file";  // as GitHub has it, in lists alone
  return list;
}

/// What a symlink leads to, where that is a file of the repository: it is what GitHub answers with then.
std::optional<TreeEntry> linked_file(const Call& call, const Found& found) {
  const auto& objects = call.state.data.objects;
  const auto target = objects.blobs.find(found.entry.sha);
  if (found.entry.mode != "120000" || target == objects.blobs.end()) return std::nullopt;
  const auto path = (std::filesystem::path("/") / found.path).parent_path() / target->second;
  const std::string normal = path.lexically_normal().string().substr(1);
  const Commit* commit = find_commit(found.repository, found.ref);
  const auto entry = commit ? find_path(objects, commit->tree, normal) : std::nullopt;
  return entry && entry->mode.starts_with("100") ? entry : std::nullopt;
}

Reply answer(Call& call, Found found) {
  if (const auto file = linked_file(call, found)) found.entry = *file;
  const bool folder = found.entry.mode == "040000";
  if (call.form == "raw" && !folder) {
    const auto blob = call.state.data.objects.blobs.find(found.entry.sha);
    if (blob == call.state.data.objects.blobs.end()) throw not_found();
    return {.text = blob->second, .type = "application/vnd.github.raw+json; charset=utf-8"};
  }
  if (!folder) return {.body = file_json(call, found)};
  const Json list = folder_json(call, found);
  if (call.form != "object") return {.body = list};
  Json json = entry_json(call, found.repository, found.ref, found.path, found.entry);
  json["entries"] = list;
  return {.body = json};
}

Reply get(Call& call) { return answer(call, find(call, path_in(call))); }

Reply readme(Call& call) {
  const std::string folder = call.request.params.contains("path") ? path_in(call) : "";
  const auto found = find(call, folder);
  for (const auto& [name, entry] : known_tree(call.state.data.objects, found.entry.sha))
    if (lower(name).starts_with("readme") && entry.mode != "040000")
      return answer(call, {found.repository, found.ref, folder.empty() ? name : folder + "/" + name, entry});
  throw not_found();
}

Person person_in(const Fields& fields, const char* role, const Person& otherwise) {
  if (!fields.raw(role)) return otherwise;
  const auto given = fields.object(role);
  Person who{.name = given.required("name"), .email = given.required("email"), .date = otherwise.date};
  return who;
}

/// The change that a request makes on a branch: the file's new content, or its end.
struct Change {
  std::string message, branch, sha;
  Person author, committer;
};

Change change_in(Call& call, const Repository& repository, const Fields& fields, bool dated) {
  const Person actor{.name = call.actor, .email = call.actor + "@users.noreply.github.com", .date = now()};
  Change change{.message = fields.required("message"),
                .branch = fields.text("branch").value_or(repository.default_branch),
                .sha = lower(fields.text("sha").value_or(""))};
  change.committer = person_in(fields, "committer", actor);
  change.author = person_in(fields, "author", change.committer);
  if (dated)
    for (auto [role, who] : {std::pair{"author", &change.author}, {"committer", &change.committer}})
      if (fields.raw(role))
        if (const auto date = fields.object(role).text("date")) {
          const auto time = parse_time(*date);
          if (!time) throw invalid("Commit", "date");
          who->date = *time;
        }
  if (change.branch.starts_with("refs/heads/")) change.branch.erase(0, 11);
  return change;
}

/// Commits the files as they are with one changed. Gives back the commit.
const Commit& commit_change(Call& call, Repository& repository, const Change& change, const std::string& path,
                            const std::optional<TreeEntry>& entry) {
  auto& objects = call.state.data.objects;
  const auto branch = repository.refs.find("heads/" + change.branch);
  const bool empty = branch == repository.refs.end();
  if (empty && (!repository.refs.empty() || change.branch != repository.default_branch))
    throw ApiError(404, "Branch " + change.branch + " not found");
  const std::string tip = empty ? "" : branch->second,
                    tree = empty ? kEmptyTree : repository.commits.at(tip).tree;
  known_tree(objects, tree);
  if (!is_path(path)) throw ApiError(422, "path contains a malformed path component");
  Files files = files_of(objects, tree).value_or(Files{});
  const auto before = files.find(path);
  if (before != files.end() && change.sha.empty() && entry)
    throw ApiError(422, "Invalid request.\n\n\"sha\" wasn't supplied.");
  if (before == files.end() && !entry) throw not_found();
  if (!change.sha.empty() && (before == files.end() || before->second.sha != change.sha))
    throw ApiError(409, path + " does not match " + change.sha);
  for (const auto& [name, file] : files)
    if (entry && (name.starts_with(path + "/") || path.starts_with(name + "/")))
      throw ApiError(422, "path contains a malformed path component");
  files.erase(path);
  if (entry) files[path] = *entry;
  const std::string sha =
      add_commit(repository, {.sha = "",
                              .tree = tree_of(objects, files),
                              .message = change.message,
                              .login = call.state.user(call.actor).login,
                              .parents = empty ? std::vector<std::string>{} : std::vector{tip},
                              .author = change.author,
                              .committer = change.committer});
  check_push(call, repository, "heads/" + change.branch, false, false, 409);
  set_ref(call, repository, "heads/" + change.branch, sha);
  return repository.commits.at(sha);
}

Reply put(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("Content");
  const std::string path = path_in(call);
  const auto change = change_in(call, repository, fields, true);
  auto coded = fields.text("content");
  if (!coded) throw ApiError(422, "Invalid request.\n\n\"content\" wasn't supplied.");
  std::erase_if(*coded, [](char c) { return c == '\n' || c == '\r'; });
  const auto plain = coded->empty() ? coded : base64_decoded(*coded);
  if (!plain) throw ApiError(422, "content is not valid Base64");
  const auto branch = repository.refs.find("heads/" + change.branch);
  const auto before =
      branch == repository.refs.end()
          ? std::nullopt
          : find_path(call.state.data.objects, repository.commits.at(branch->second).tree, path);
  const TreeEntry entry{before && before->mode == "100755" ? "100755" : "100644",
                        add_blob(call.state.data.objects, *plain)};
  const auto& commit = commit_change(call, repository, change, path, entry);
  return {.status = before ? 200 : 201,
          .body = {{"content", file_json(call, {repository, change.branch, path, entry})},
                   {"commit", call.view.git_commit(repository, commit)}}};
}

Reply remove(Call& call) {
  auto& repository = call.repository();
  const auto change = change_in(call, repository, call.fields("Content"), false);
  if (change.sha.empty()) throw ApiError(422, "Invalid request.\n\n\"sha\" wasn't supplied.");
  const auto& commit = commit_change(call, repository, change, path_in(call), {});
  return {.body = {{"content", nullptr}, {"commit", call.view.git_commit(repository, commit)}}};
}

}  // namespace

void add_contents_routes(Api& api) {
  const std::string
      repository = "/repos/{owner}/{repo}",
      contents = repository + "/contents/{path...}",
      common = "message sha branch author author.name author.email committer committer.name committer.email";
  api.on("GET", repository + "/contents", "?ref +raw +object", get);
  api.on("GET", contents, "?ref +raw +object", get);
  api.on("PUT", contents, common + " content author.date committer.date", put);
  api.on("DELETE", contents, common, remove);
  api.on("GET", repository + "/readme", "?ref +raw", readme);
  api.on("GET", repository + "/readme/{path...}", "?ref +raw", readme);
}

}  // namespace fakes::github
