#include <algorithm>
#include <cctype>

#include "github/api.h"
#include "github/asked.h"
#include "github/changes.h"
#include "github/events.h"
#include "github/history.h"
#include "github/text.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

/// As GitHub names a file: what is no letter, digit or one of -_+@ becomes one dot, and none is at either
/// end.
std::string asset_name(const std::string& given) {
  std::string name;
  for (const char c : given) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept =
        byte < 128 && (std::isalnum(byte) || std::string_view("-_+@").find(c) != std::string_view::npos);
    if (kept || !name.ends_with('.')) name += kept ? c : '.';
  }
  while (name.ends_with('.')) name.pop_back();
  while (name.starts_with('.')) name.erase(0, 1);
  return name.empty() ? "default" : name;
}

Json asset_json(const Call& call, const Repository& repository, const Release& release, const Asset& asset) {
  return {{"id", asset.id},
          {"node_id", node_id("ReleaseAsset", asset.id)},
          {"url", call.view.url(repository) + "/releases/assets/" + std::to_string(asset.id)},
          {"browser_download_url",
           call.view.html_url(repository) + "/releases/download/" + release.tag + "/" + asset.name},
          {"name", asset.name},
          {"label", or_null(asset.label)},
          {"state", "uploaded"},
          {"content_type", asset.type},
          {"size", asset.data.size()},
          {"digest", "sha256:" + sha256(asset.data)},
          {"download_count", asset.downloads},
          {"created_at", iso_time(asset.created)},
          {"updated_at", iso_time(asset.created)},
          {"uploader", call.view.user(asset.uploader)}};
}

Json release_json(const Call& call, const Repository& repository, const Release& release) {
  const std::string url = call.view.url(repository) + "/releases/" + std::to_string(release.id);
  Json assets = Json::array();
  for (const auto& [id, asset] : release.assets)
    assets.push_back(asset_json(call, repository, release, asset));
  return {{"id", release.id},
          {"node_id", node_id("Release", release.id)},
          {"url", url},
          {"html_url", call.view.html_url(repository) + "/releases/tag/" + release.tag},
          {"assets_url", url + "/assets"},
          {"upload_url", call.view.urls().web + "/api/uploads/repos/" + repository.full_name() +
                             "/releases/" + std::to_string(release.id) + "/assets{?name,label}"},
          {"tarball_url", call.view.url(repository) + "/tarball/" + release.tag},
          {"zipball_url", call.view.url(repository) + "/zipball/" + release.tag},
          {"tag_name", release.tag},
          {"target_commitish", release.target},
          {"name", or_null(release.name)},
          {"body", or_null(release.body)},
          {"draft", release.draft},
          {"prerelease", release.prerelease},
          {"immutable", false},
          {"created_at", iso_time(release.created)},
          {"published_at", time_or_null(release.published)},
          {"author", call.view.user(release.author)},
          {"assets", assets}};
}

Release& found(Call& call, Repository& repository) {
  const auto release = repository.releases.find(call.id("release"));
  if (release == repository.releases.end()) throw not_found();
  return release->second;
}

void tell(Call& call, Repository& repository, const Release& release, const std::string& action) {
  emit(call, repository, "release",
       {{"action", action}, {"release", release_json(call, repository, release)}});
}

/// Everything of the body but the tag.
void read(const Fields& fields, Release& release) {
  if (const auto target = fields.text("target_commitish")) release.target = *target;
  if (fields.has("name")) release.name = fields.text("name");
  if (fields.has("body")) release.body = fields.text("body");
  check_length(release.body, 125000, "Release", "body");
  if (const auto draft = fields.flag("draft")) release.draft = *draft;
  if (const auto prerelease = fields.flag("prerelease")) release.prerelease = *prerelease;
  const auto latest = fields.text("make_latest");
  if (latest && *latest != "true" && *latest != "false") {
    if (*latest == "legacy") throw http::NotImplemented("make_latest=legacy");
    throw invalid("Release", "make_latest");
  }
  if (latest) release.latest = *latest == "true";
}

/// A release that is no draft has its tag: where there is none, it is made.
void publish(Call& call, Repository& repository, Release& release) {
  if (release.draft) return;
  if (release.published == 0) release.published = now();
  if (repository.refs.contains("tags/" + release.tag)) return;
  const Commit* commit = find_commit(repository, release.target);
  if (!commit) throw invalid("Release", "target_commitish");
  set_ref(call, repository, "tags/" + release.tag, std::string(commit->sha));
}

void check_tag(const Repository& repository, const Release& release) {
  for (const auto& [id, other] : repository.releases)
    if (id != release.id && other.tag == release.tag && !other.draft && !release.draft)
      throw invalid("Release", "tag_name", "already_exists");
}

Reply create(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("Release");
  Release given{.tag = fields.required("tag_name"),
                .target = repository.default_branch,
                .author = call.state.user(call.actor).login,
                .created = now(),
                .assets = {}};
  read(fields, given);
  check_tag(repository, given);
  publish(call, repository, given);
  given.id = call.state.next_id();
  const auto& release = repository.releases[given.id] = given;
  for (const char* action : {"created", "published"})
    if (!release.draft || action == std::string("created")) tell(call, repository, release, action);
  const Json json = release_json(call, repository, release);
  return {.status = 201, .body = json, .headers = {{"Location", json["url"].get<std::string>()}}};
}

Reply edit(Call& call) {
  auto& repository = call.repository();
  auto& release = found(call, repository);
  const auto fields = call.fields("Release");
  Release changed = release;
  if (const auto tag = fields.text("tag_name")) changed.tag = *tag;
  if (changed.tag.empty()) throw invalid("Release", "tag_name");
  read(fields, changed);
  check_tag(repository, changed);
  publish(call, repository, changed);
  const bool published = release.draft && !changed.draft;
  release = changed;
  tell(call, repository, release, published ? "published" : "edited");
  return {.body = release_json(call, repository, release)};
}

Reply remove(Call& call) {
  auto& repository = call.repository();
  const Release gone = found(call, repository);
  repository.releases.erase(gone.id);
  tell(call, repository, gone, "deleted");
  return {.status = 204};
}

Reply list(Call& call) {
  auto& repository = call.repository();
  std::vector<const Release*> all;
  for (auto one = repository.releases.rbegin(); one != repository.releases.rend(); ++one)
    if (!one->second.draft || !call.actor.empty()) all.push_back(&one->second);
  return paged(call, all, [&](const Release* one) { return release_json(call, repository, *one); });
}

Reply get(Call& call) {
  auto& repository = call.repository();
  return {.body = release_json(call, repository, found(call, repository))};
}

Reply latest(Call& call) {
  auto& repository = call.repository();
  const Release* best = nullptr;
  for (const auto& [id, release] : repository.releases)
    if (!release.draft && !release.prerelease && release.latest) best = &release;
  if (!best) throw not_found();
  return {.body = release_json(call, repository, *best)};
}

Reply by_tag(Call& call) {
  auto& repository = call.repository();
  for (const auto& [id, release] : repository.releases)
    if (release.tag == call.param("tag") && !release.draft)
      return {.body = release_json(call, repository, release)};
  throw not_found();
}

Reply list_assets(Call& call) {
  auto& repository = call.repository();
  const auto& release = found(call, repository);
  std::vector<const Asset*> all;
  for (const auto& [id, asset] : release.assets) all.push_back(&asset);
  return paged(call, all, [&](const Asset* one) { return asset_json(call, repository, release, *one); });
}

std::pair<Release*, Asset*> found_asset(Call& call, Repository& repository) {
  const Id id = call.id("asset");
  for (auto& [key, release] : repository.releases)
    if (const auto asset = release.assets.find(id); asset != release.assets.end())
      return {&release, &asset->second};
  throw not_found();
}

Reply get_asset(Call& call) {
  auto& repository = call.repository();
  const auto [release, asset] = found_asset(call, repository);
  if (call.form.empty()) return {.body = asset_json(call, repository, *release, *asset)};
  ++asset->downloads;
  return {.text = asset->data, .type = asset->type};
}

Reply edit_asset(Call& call) {
  auto& repository = call.repository();
  const auto [release, asset] = found_asset(call, repository);
  const auto fields = call.fields("ReleaseAsset");
  const auto name = fields.text("name");
  if (name && name->empty()) throw invalid("ReleaseAsset", "name");
  if (fields.has("label")) asset->label = fields.text("label");
  if (name) asset->name = asset_name(*name);
  return {.body = asset_json(call, repository, *release, *asset)};
}

Reply remove_asset(Call& call) {
  auto& repository = call.repository();
  const auto [release, asset] = found_asset(call, repository);
  release->assets.erase(Id{asset->id});
  return {.status = 204};
}

/// The body is the file.
Reply upload(Call& call) {
  auto& repository = call.repository();
  auto& release = found(call, repository);
  const std::string given = call.query.get("name"), name = asset_name(given),
                    type = http::header(call.request.headers, "Content-Type");
  if (given.empty()) throw invalid("ReleaseAsset", "name", "missing_field");
  if (call.request.body.empty())
    throw invalid("ReleaseAsset", "size", "custom", "size must be greater than or equal to 1");
  for (const auto& [id, asset] : release.assets)
    if (asset.name == name) throw invalid("ReleaseAsset", "name", "already_exists");
  Asset asset{.id = call.state.next_id(),
              .name = name,
              .type = type.empty() ? "application/octet-stream" : type,
              .data = call.request.body,
              .uploader = call.state.user(call.actor).login,
              .label = call.query.find("label"),
              .created = now()};
  const auto& added = release.assets[asset.id] = asset;
  return {.status = 201, .body = asset_json(call, repository, release, added)};
}

}  // namespace

void add_release_routes(Api& api) {
  const std::string releases = "/repos/{owner}/{repo}/releases",
                    fields = "tag_name target_commitish name body draft prerelease make_latest +raw";
  const std::string no_notes = " generate_release_notes=false";
  api.on("GET", releases, "?page ?per_page +raw", list);
  api.on("POST", releases, fields + no_notes, create);
  api.on("GET", releases + "/latest", "+raw", latest);
  api.on("GET", releases + "/tags/{tag...}", "", by_tag);
  api.on("GET", releases + "/{release}", "+raw", get);
  api.on("PATCH", releases + "/{release}", fields, edit);
  api.on("DELETE", releases + "/{release}", "", remove);
  api.on("GET", releases + "/{release}/assets", "?page ?per_page", list_assets);
  api.on_bytes("POST", releases + "/{release}/assets", "?name ?label", upload);
  api.on("GET", releases + "/assets/{asset}", "+octet-stream", get_asset);
  api.on("PATCH", releases + "/assets/{asset}", "name label", edit_asset);
  api.on("DELETE", releases + "/assets/{asset}", "", remove_asset);
}

}  // namespace fakes::github
