#include <algorithm>

#include "github/api.h"
#include "github/changes.h"
#include "github/history.h"
#include "github/protection.h"
#include "github/text.h"

namespace fakes::github {

namespace {

/// Of a body that names a commit.
std::string known_sha(const Repository& repository, const Fields& fields) {
  const std::string sha = lower(fields.required("sha"));
  if (!is_sha(sha)) throw invalid("Reference", "sha");
  if (!repository.commits.contains(sha) && !repository.tags.contains(sha))
    throw ApiError(422, "Object does not exist");
  return sha;
}

/// As git check-ref-format has it, in the main (https://git-scm.com/docs/git-check-ref-format).
bool is_ref_name(const std::string& name) {
  return name.size() <= 250 && name.find("..") == std::string::npos && name.find("//") == std::string::npos &&
         name.find("@{") == std::string::npos && name.find_first_of(" ~^:?*[\\\x7f") == std::string::npos &&
         !name.ends_with('/') && !name.ends_with('.') && !name.ends_with(".lock") &&
         name.find("/.") == std::string::npos &&
         std::none_of(name.begin(), name.end(), [](char c) { return c >= 0 && c < ' '; });
}

/// refs/pull/ is GitHub's own. A ref cannot be a folder of refs as well: refs/heads/a and refs/heads/a/b.
void require_may_be(const Repository& repository, const std::string& name) {
  const bool in_the_way = std::any_of(repository.refs.begin(), repository.refs.end(), [&](const auto& ref) {
    return ref.first.starts_with(name + "/") || name.starts_with(ref.first + "/");
  });
  if (in_the_way || name.starts_with("pull/")) throw ApiError(422, "Reference update failed");
}

Reply create(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("Reference");
  const std::string ref = fields.required("ref");
  const auto slash = ref.find('/', 5);
  if (!ref.starts_with("refs/") || slash == std::string::npos || slash + 1 == ref.size())
    throw ApiError(422, "Reference name must start with 'refs/' and contain at least two slashes.");
  if (!is_ref_name(ref)) throw ApiError(422, ref + " is not a valid ref name.");
  const std::string sha = known_sha(repository, fields), name = ref.substr(5);
  if (repository.refs.contains(name)) throw ApiError(422, "Reference already exists");
  require_may_be(repository, name);
  set_ref(call, repository, name, sha);
  return {.status = 201,
          .body = call.view.ref(repository, name, sha),
          .headers = {{"Location", call.view.url(repository) + "/git/" + ref}}};
}

Reply get(Call& call) {
  auto& repository = call.repository();
  const auto found = repository.refs.find(call.param("ref"));
  if (found == repository.refs.end()) throw not_found();
  return {.body = call.view.ref(repository, found->first, found->second)};
}

Reply matching(Call& call) {
  auto& repository = call.repository();
  Json list = Json::array();
  for (const auto& [name, sha] : repository.refs)
    if (name.starts_with(call.param("ref"))) list.push_back(call.view.ref(repository, name, sha));
  return {.body = list};
}

Reply list(Call& call, const std::string& prefix) {
  auto& repository = call.repository();
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [name, sha] : repository.refs)
    if (name.starts_with(prefix)) found.emplace_back(name, sha);
  return paged(call, found,
               [&](const auto& one) { return call.view.ref(repository, one.first, one.second); });
}

Reply update(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("Reference");
  const auto found = repository.refs.find(call.param("ref"));
  if (found == repository.refs.end()) throw ApiError(422, "Reference does not exist");
  const std::string sha = known_sha(repository, fields), name = found->first;
  require_may_be(repository, name);
  const auto commit = [&](const std::string& one) {
    return repository.tags.contains(one) ? repository.tags.at(one) : one;
  };
  const bool forward = is_ancestor(repository, commit(found->second), commit(sha));
  const bool force = fields.flag("force").value_or(false);
  if (!forward && !force) throw ApiError(422, "Update is not a fast forward");
  if (name.starts_with("heads/") && !repository.commits.contains(sha))
    throw ApiError(422, "Object is not a commit");
  check_push(call, repository, name, !forward, false, 422);
  set_ref(call, repository, name, sha, !forward);
  return {.body = call.view.ref(repository, name, sha)};
}

Reply remove(Call& call) {
  auto& repository = call.repository();
  const std::string name = call.param("ref");
  if (!repository.refs.contains(name)) throw ApiError(422, "Reference does not exist");
  require_may_be(repository, name);
  if (name == "heads/" + repository.default_branch) throw ApiError(422, "Cannot delete the default branch");
  check_push(call, repository, name, false, true, 422);
  set_ref(call, repository, name, kNoCommit);
  return {.status = 204};
}

Reply branches(Call& call) {
  auto& repository = call.repository();
  const std::string only = call.query.get("protected");
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [name, sha] : repository.refs)
    if (name.starts_with("heads/") &&
        (only.empty() || repository.protections.contains(name.substr(6)) == (only == "true")))
      found.emplace_back(name.substr(6), sha);
  return paged(call, found,
               [&](const auto& one) { return call.view.branch(repository, one.first, one.second, false); });
}

Reply branch(Call& call) {
  auto& repository = call.repository();
  const std::string name = call.param("branch");
  const auto found = repository.refs.find("heads/" + name);
  if (found == repository.refs.end()) throw ApiError(404, "Branch not found");
  return {.body = call.view.branch(repository, name, found->second, true)};
}

}  // namespace

void add_ref_routes(Api& api) {
  const std::string git = "/repos/{owner}/{repo}/git";
  api.on("POST", git + "/refs", "ref sha", create);
  api.on("GET", git + "/refs", "?page ?per_page", [](Call& call) { return list(call, ""); });
  api.on("GET", git + "/matching-refs/{ref...}", "", matching);
  for (const std::string form : {"/ref/{ref...}", "/refs/{ref...}"}) api.on("GET", git + form, "", get);
  api.on("PATCH", git + "/refs/{ref...}", "sha force", update);
  api.on("DELETE", git + "/refs/{ref...}", "", remove);
  api.on("GET", "/repos/{owner}/{repo}/branches", "?protected ?page ?per_page", branches);
  api.on("GET", "/repos/{owner}/{repo}/branches/{branch...}", "", branch);
}

}  // namespace fakes::github
