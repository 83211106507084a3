// Routes of blobs, trees and annotated tags.
#include <algorithm>

#include "github/api.h"
#include "github/history.h"
#include "github/objects.h"
#include "github/text.h"

namespace fakes::github {

namespace {

std::string without_newlines(std::string text) {
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
  return text;
}

Reply create_blob(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("Blob");
  const auto content = fields.text("content");
  const std::string encoding = fields.text("encoding").value_or("utf-8");
  if (!content) throw invalid("Blob", "content", "missing_field");
  if (encoding != "utf-8" && encoding != "base64") throw invalid("Blob", "encoding");
  const auto plain =
      encoding == "utf-8" || content->empty() ? content : base64_decoded(without_newlines(*content));
  if (!plain) throw ApiError(422, "content is not valid Base64");
  const std::string sha = add_blob(call.state.data.objects, *plain),
                    url = call.view.url(repository) + "/git/blobs/" + sha;
  return {.status = 201, .body = {{"sha", sha}, {"url", url}}, .headers = {{"Location", url}}};
}

Reply get_blob(Call& call) {
  auto& repository = call.repository();
  const std::string sha = lower(call.param("sha"));
  const auto found = call.state.data.objects.blobs.find(sha);
  if (found == call.state.data.objects.blobs.end()) throw not_found();
  if (call.form == "raw")
    return {.text = found->second, .type = "application/vnd.github.raw+json; charset=utf-8"};
  return {.body = {{"sha", sha},
                   {"node_id", base64("Blob:" + sha)},
                   {"size", found->second.size()},
                   {"url", call.view.url(repository) + "/git/blobs/" + sha},
                   {"content", base64(found->second)},
                   {"encoding", "base64"}}};
}

Json entry_json(const Call& call, const Repository& repository, const std::string& path,
                const TreeEntry& entry) {
  const std::string type = type_of(entry);
  Json json{{"path", path}, {"mode", entry.mode}, {"type", type}, {"sha", entry.sha}};
  const auto blob = call.state.data.objects.blobs.find(entry.sha);
  if (blob != call.state.data.objects.blobs.end()) json["size"] = blob->second.size();
  if (type != "commit")
    json["url"] = call.view.url(repository) + (type == "tree" ? "/git/trees/" : "/git/blobs/") + entry.sha;
  return json;
}

void list_tree(const Call& call, const Repository& repository, const std::string& sha,
               const std::string& prefix, bool recursive, Json& list) {
  for (const auto& [name, entry] : known_tree(call.state.data.objects, sha)) {
    list.push_back(entry_json(call, repository, prefix + name, entry));
    if (recursive && entry.mode == "040000")
      list_tree(call, repository, entry.sha, prefix + name + "/", true, list);
  }
}

Json tree_json(const Call& call, const Repository& repository, const std::string& sha, bool recursive) {
  Json list = Json::array();
  list_tree(call, repository, sha, "", recursive, list);
  return {{"sha", sha},
          {"url", call.view.url(repository) + "/git/trees/" + sha},
          {"tree", list},
          {"truncated", false}};
}

/// A tree's own id, or what has one: a commit, a branch, a tag.
Reply get_tree(Call& call) {
  auto& repository = call.repository();
  const std::string name = call.param("sha");
  const auto& trees = call.state.data.objects.trees;
  std::string sha = lower(name);
  if (!trees.contains(sha)) {
    if (const Commit* commit = find_commit(repository, name))
      sha = commit->tree;
    else if (sha != kEmptyTree)
      throw not_found();
  }
  return {.body = tree_json(call, repository, sha, call.query.find("recursive").has_value())};
}

/// One entry of a request: what the path becomes; nothing where it is to go.
std::optional<TreeEntry> entry_of(Call& call, const Fields& fields) {
  auto& objects = call.state.data.objects;
  const auto content = fields.text("content");
  const bool goes = fields.has("sha") && !fields.raw("sha") && !content;
  TreeEntry entry{.mode = fields.text("mode").value_or("100644"),
                  .sha = lower(fields.text("sha").value_or(""))};
  const auto type = fields.text("type");
  const std::vector<std::string> modes{"100644", "100755", "040000", "160000", "120000"};
  if (std::find(modes.begin(), modes.end(), entry.mode) == modes.end())
    throw ApiError(422, "tree.mode must be one of 100644, 100755, 040000, 160000, 120000");
  if (type && *type != type_of(entry)) throw ApiError(422, "tree.type does not fit tree.mode");
  if (goes) return {};
  if (content && !entry.sha.empty())
    throw ApiError(422, "Must supply either tree.sha or tree.content, not both.");
  if (content) {
    entry.sha = add_blob(objects, *content);
  } else {
    const std::string kind = type_of(entry);
    const bool known = kind == "blob"   ? objects.blobs.contains(entry.sha)
                       : kind == "tree" ? objects.trees.contains(entry.sha)
                                        : is_sha(entry.sha);
    if (!known) throw ApiError(422, "tree.sha " + entry.sha + " is not a valid " + kind);
  }
  return entry;
}

Reply create_tree(Call& call) {
  auto& repository = call.repository();
  auto& objects = call.state.data.objects;
  const auto fields = call.fields("Tree");
  if (!fields.raw("tree")) throw invalid("Tree", "tree", "missing_field");
  Files files;
  if (const auto base = fields.text("base_tree")) {
    const Commit* commit = find_commit(repository, *base);
    const std::string sha = commit ? commit->tree : lower(*base);
    if (!commit && sha != kEmptyTree && !objects.trees.contains(sha)) throw not_found();
    known_tree(objects, sha);
    files = files_of(objects, sha).value_or(Files{});
  }
  for (const auto& one : fields.objects("tree")) {
    const std::string path = one.required("path");
    if (!is_path(path)) throw ApiError(422, "tree.path contains a malformed path component");
    const auto entry = entry_of(call, one);
    std::erase_if(files, [&](const auto& file) {
      return file.first == path || file.first.starts_with(path + "/") ||
             (entry && path.starts_with(file.first + "/"));
    });
    if (entry && entry->mode == "040000") {
      for (const auto& [inner, file] : files_of(objects, entry->sha).value_or(Files{}))
        files[path + "/" + inner] = file;
    } else if (entry) {
      files[path] = *entry;
    }
  }
  const std::string sha = tree_of(objects, files);
  return {.status = 201,
          .body = tree_json(call, repository, sha, false),
          .headers = {{"Location", call.view.url(repository) + "/git/trees/" + sha}}};
}

Json tag_json(const Call& call, const Repository& repository, const TagObject& tag) {
  const std::string url = call.view.url(repository) + "/git/";
  return {{"node_id", base64("Tag:" + tag.sha)},
          {"sha", tag.sha},
          {"url", url + "tags/" + tag.sha},
          {"tag", tag.tag},
          {"message", tag.message},
          {"tagger", {{"name", tag.name}, {"email", tag.email}, {"date", iso_time(tag.date)}}},
          {"object", {{"type", tag.type}, {"sha", tag.object}, {"url", url + tag.type + "s/" + tag.object}}},
          {"verification",
           {{"verified", false},
            {"reason", "unsigned"},
            {"signature", nullptr},
            {"payload", nullptr},
            {"verified_at", nullptr}}}};
}

Reply create_tag(Call& call) {
  auto& repository = call.repository();
  auto& objects = call.state.data.objects;
  const auto fields = call.fields("Tag");
  TagObject tag{.sha = "",
                .tag = fields.required("tag"),
                .message = fields.text("message").value_or(""),
                .object = lower(fields.required("object")),
                .type = fields.required("type")};
  const auto tagger = fields.object("tagger");
  tag.name = tagger.text("name").value_or(call.actor);
  tag.email = tagger.text("email").value_or(call.actor + "@users.noreply.github.com");
  const auto date = tagger.text("date");
  const auto time = date ? parse_time(*date) : now();
  if (!time) throw invalid("Tag", "date");
  tag.date = *time;
  if (tag.type != "commit" && tag.type != "tree" && tag.type != "blob") throw invalid("Tag", "type");
  const bool known = tag.type == "commit" ? repository.commits.contains(tag.object)
                     : tag.type == "tree" ? objects.trees.contains(tag.object)
                                          : objects.blobs.contains(tag.object);
  if (!known) throw ApiError(422, "Object does not exist");
  const std::string sha = add_tag(objects, tag);
  if (tag.type == "commit") repository.tags[sha] = tag.object;
  const Json json = tag_json(call, repository, objects.tags.at(sha));
  return {.status = 201, .body = json, .headers = {{"Location", json["url"].get<std::string>()}}};
}

Reply get_tag(Call& call) {
  auto& repository = call.repository();
  const auto found = call.state.data.objects.tags.find(lower(call.param("sha")));
  if (found == call.state.data.objects.tags.end()) throw not_found();
  return {.body = tag_json(call, repository, found->second)};
}

Reply list_tags(Call& call) {
  auto& repository = call.repository();
  std::vector<std::pair<std::string, const Commit*>> found;
  for (auto one = repository.refs.rbegin(); one != repository.refs.rend(); ++one)
    if (one->first.starts_with("tags/"))
      if (const Commit* commit = find_commit(repository, one->first))
        found.emplace_back(one->first.substr(5), commit);
  return paged(call, found, [&](const auto& one) {
    const std::string archive = call.view.url(repository);
    return Json{{"name", one.first},
                {"commit", {{"sha", one.second->sha}, {"url", archive + "/commits/" + one.second->sha}}},
                {"zipball_url", archive + "/zipball/refs/tags/" + one.first},
                {"tarball_url", archive + "/tarball/refs/tags/" + one.first},
                {"node_id", base64("Ref:" + repository.full_name() + ":tags/" + one.first)}};
  });
}

}  // namespace

void add_blob_and_tree_routes(Api& api) {
  const std::string git = "/repos/{owner}/{repo}/git";
  api.on("POST", git + "/blobs", "content encoding", create_blob);
  api.on("GET", git + "/blobs/{sha}", "+raw", get_blob);
  api.on("POST", git + "/trees",
         "base_tree tree tree[].path tree[].mode tree[].type tree[].sha tree[].content", create_tree);
  api.on("GET", git + "/trees/{sha...}", "?recursive", get_tree);
}

void add_tag_routes(Api& api) {
  const std::string repository = "/repos/{owner}/{repo}";
  api.on("POST", repository + "/git/tags",
         "tag message object type tagger tagger.name tagger.email tagger.date", create_tag);
  api.on("GET", repository + "/git/tags/{sha}", "", get_tag);
  api.on("GET", repository + "/tags", "?page ?per_page", list_tags);
}

}  // namespace fakes::github
