#include <fmt/format.h>

#include <algorithm>

#include "gerrit/entities.h"
#include "gerrit/ids.h"
#include "gerrit/input.h"
#include "gerrit/new_commit.h"
#include "gerrit/patch_sets.h"
#include "gerrit/predicates.h"
#include "gerrit/routes.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Response;

namespace {

constexpr int kLimit = 500;           // Gerrit's own where nothing else is asked for
constexpr std::size_t kQueries = 10;  // in one request

Json run_query(const Call& call, const std::string& text, const ChangeOptions& options) {
  const auto query = compile(parse_query(text), call.state, call.caller);
  std::vector<const Change*> found;
  for (const auto& [number, change] : call.state.changes)
    if (query.matches(change)) found.push_back(&change);
  std::stable_sort(found.begin(), found.end(), [](const Change* a, const Change* b) {
    return std::pair(a->updated, a->number) > std::pair(b->updated, b->number);
  });
  int limit = call.number("n", "limit").value_or(kLimit);
  if (limit == 0) limit = kLimit;
  limit = std::min(limit, query.limit.value_or(limit));
  const auto begin =
      std::min<std::size_t>(found.size(), static_cast<std::size_t>(call.number("S", "start").value_or(0)));
  const auto end = std::min<std::size_t>(found.size(), begin + static_cast<std::size_t>(limit));
  Json list = Json::array();
  for (auto i = begin; i < end; ++i) list.push_back(change_info(call, *found[i], options));
  if (end < found.size() && !list.empty()) list.back()["_more_changes"] = true;
  return list;
}

Response list(Call& call) {
  const auto options = change_options(call);
  auto queries = call.query.all("q");
  for (const auto& query : call.query.all("query")) queries.push_back(query);
  if (queries.empty()) queries = {"status:open"};
  if (queries.size() > kQueries) throw HttpError(400, "limit of 10 queries");
  Json lists = Json::array();
  for (const auto& query : queries) lists.push_back(run_query(call, query, options));
  return call.json(200, queries.size() == 1 ? lists[0] : lists);
}

Response get(Call& call) {
  return call.json(200, change_info(call, call.state.change(call.param("id")), change_options(call)));
}

Response get_detail(Call& call) {
  auto options = change_options(call);
  options.merge(ChangeOptions{"LABELS", "DETAILED_LABELS", "DETAILED_ACCOUNTS", "MESSAGES"});
  return call.json(200, change_info(call, call.state.change(call.param("id")), options));
}

/// What a ChangeInput asks for, checked.
struct Order {
  Project* project = nullptr;
  std::string branch, message, change_id;
  std::vector<std::string> parents;
};

std::vector<std::string> parents_of(const Call& call, const Input& input, const Order& order) {
  const std::string base_change = input.text("base_change"), base_commit = input.text("base_commit");
  if (!base_change.empty() && !base_commit.empty())
    throw HttpError(400, "only provide one of base_change or base_commit");
  if (!base_change.empty()) {
    const auto found = find_changes(call.state, http::percent_decoded(base_change));
    if (found.size() != 1) throw HttpError(422, "Base change not found: " + base_change);
    return {call.state.changes.at(found[0]).current().sha};
  }
  if (!base_commit.empty()) {
    const auto sha = resolve(call.state, *order.project, base_commit);
    if (!sha || !is_hex(base_commit)) throw HttpError(422, fmt::format("Base {} doesn't exist", base_commit));
    return {*sha};
  }
  const auto tip = order.project->branches.find(full_name(order.branch));
  return tip == order.project->branches.end() ? std::vector<std::string>{}
                                              : std::vector<std::string>{tip->second};
}

Order checked_order(const Call& call, const Input& input) {
  Order order;
  const std::string project = input.text("project");
  if (project.empty()) throw HttpError(400, "project must be non-empty");
  if (input.text("branch").empty()) throw HttpError(400, "branch must be non-empty");
  order.branch = short_name(full_name(input.text("branch")));
  order.message = input.text("subject");
  if (order.message.find_first_not_of(" \t\r\n") == std::string::npos)
    throw HttpError(400, "commit message must be non-empty");
  if (const auto status = input.text("status"); !status.empty() && status != "NEW")
    throw HttpError(400, "unsupported change status");
  if (!call.state.projects.contains(project)) throw HttpError(422, "Project Not Found: " + project);
  order.project = &call.state.projects.at(project);
  const bool exists = order.project->branches.contains(full_name(order.branch)),
             new_branch = input.flag("new_branch");
  if (!exists && !new_branch) throw HttpError(400, "Destination branch does not exist");
  if (exists && new_branch)
    throw HttpError(409, fmt::format("Branch {} already exists.", full_name(order.branch)));
  order.parents = parents_of(call, input, order);
  order.change_id = change_id_of("\n" + order.message);
  for (const auto& [number, change] : call.state.changes)
    if (!order.change_id.empty() && change.project == project && change.branch == order.branch &&
        change.change_id == order.change_id)
      throw HttpError(
          409, fmt::format("A change with Change-Id {} already exists for this branch.", order.change_id));
  return order;
}

Response create(Call& call) {
  const int user = call.user();
  const auto input = Input::of(call.request);
  auto order = checked_order(call, input);
  const bool is_private = input.flag("is_private"), work_in_progress = input.flag("work_in_progress");
  const std::string topic = input.topic();

  auto& state = call.state;
  if (order.change_id.empty())
    order.change_id = new_change_id(state, order.project->name, order.branch, order.message);
  const auto person = committer(state, user);
  const bool on_known = !order.parents.empty() && is_known(state, order.parents[0]);
  auto revision = make_revision(state, user,
                                {.message = with_change_id(order.message, order.change_id),
                                 .parents = order.parents,
                                 .author = person,
                                 .committer = person},
                                on_known ? tree_of(state, order.parents[0]) : Store::kEmptyTree);
  auto& change = add_change(state, user, order.project->name, order.branch, order.change_id,
                            std::move(revision), "Uploaded patch set 1.");
  change.topic = topic;
  change.is_private = is_private;
  change.work_in_progress = work_in_progress;
  return call.json(201, change_info(call, change, {}));
}

}  // namespace

std::vector<Endpoint> change_endpoints() {
  return {{"GET", "/changes", list, "?q ?query ?n ?limit ?S ?start ?o"},
          {"POST", "/changes", create,
           "project branch subject topic status is_private work_in_progress base_change base_commit "
           "new_branch validation_options "
           "notify notify_details"},
          {"GET", "/changes/{id}", get, "?o"},
          {"GET", "/changes/{id}/detail", get_detail, "?o"}};
}

}  // namespace fakes::gerrit
