// GET /search/issues and /search/repositories (https://docs.github.com/search-github).
#include "github/search.h"

#include <algorithm>
#include <tuple>

#include "github/api.h"
#include "github/text.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

Reply answer(const Call& call, const std::vector<Json>& found) {
  constexpr std::size_t kMost = 1000;  // as many as GitHub gives
  auto page = page_of(call, std::min(found.size(), kMost));
  const auto size = std::clamp(call.query.number("per_page").value_or(30), 1, 100);
  if (static_cast<std::size_t>(std::max(call.query.number("page").value_or(1), 1) - 1) *
          static_cast<std::size_t>(size) >=
      kMost)
    throw ApiError(422, "Only the first 1000 search results are available");
  Json items = Json::array();
  for (auto i = page.begin; i < page.end; ++i) items.push_back(found[i]);
  return {.body = {{"total_count", found.size()}, {"incomplete_results", false}, {"items", items}},
          .headers = std::move(page.headers)};
}

/// Terms of the query, and its `sort:` where the parameter says nothing.
struct Asked {
  std::vector<SearchTerm> terms;
  std::string sort, order;
};

Asked asked_for(const Call& call) {
  const std::string text = call.query.get("q");
  if (text.find_first_not_of(' ') == std::string::npos) throw invalid("Search", "q", "missing");
  Asked asked{
      .terms = search_terms(text), .sort = call.query.get("sort"), .order = call.query.get("order", "desc")};
  std::erase_if(asked.terms, [&](const SearchTerm& term) {
    if (term.name != "sort") return false;
    const auto dash = term.value.rfind('-');
    if (asked.sort.empty()) {
      asked.sort = term.value.substr(0, dash);
      if (dash != std::string::npos) asked.order = term.value.substr(dash + 1);
    }
    return true;
  });
  if (asked.order != "asc" && asked.order != "desc") throw invalid("Search", "order");
  return asked;
}

/// A search within repositories and owners of which none is there is no search.
void check_scope(const Call& call, const std::vector<SearchTerm>& terms) {
  bool scoped = false, known = call.state.data.lenient;
  for (const auto& term : terms) {
    if (term.negated || (term.name != "repo" && term.name != "org" && term.name != "user")) continue;
    scoped = true;
    const Repository* found = term.name == "repo" ? call.state.find_repository(term.value) : nullptr;
    known = known || term.value == "@me" || (found && (!found->is_private || !call.actor.empty())) ||
            (term.name != "repo" && call.state.find_user(term.value)) ||
            (term.name != "repo" &&
             std::any_of(call.state.data.repositories.begin(), call.state.data.repositories.end(),
                         [&](const auto& one) { return lower(one.second.owner) == lower(term.value); }));
  }
  if (scoped && !known)
    throw ApiError(422, "Validation Failed",
                   Json::array({{{"resource", "Search"},
                                 {"field", "q"},
                                 {"code", "invalid"},
                                 {"message",
                                  "The listed users and repositories cannot be searched either because the "
                                  "resources do not exist or you do not have permission to view them."}}}));
}

/// Several repositories and owners are alternatives; everything else has to hold.
template <typename Fits>
bool all_fit(const std::vector<SearchTerm>& terms, Fits term_fits) {
  bool any = false, scoped = false;
  for (const auto& term : terms) {
    const bool scope = !term.negated && (term.name == "repo" || term.name == "org" || term.name == "user");
    const bool holds = term_fits(term) != term.negated;
    scoped = scoped || scope;
    any = any || (scope && holds);
    if (!scope && !holds) return false;
  }
  return any || !scoped;
}

Reply issues(Call& call) {
  const auto asked = asked_for(call);
  if (!asked.sort.empty() && asked.sort != "created" && asked.sort != "updated" && asked.sort != "comments")
    throw http::NotImplemented("?sort=" + asked.sort);
  if (const auto advanced = call.query.get("advanced_search");
      !advanced.empty() && advanced != "true" && advanced != "false")
    throw invalid("Search", "advanced_search");
  for (const auto& term : asked.terms) check_term(term);
  check_scope(call, asked.terms);
  std::vector<std::pair<std::tuple<std::uint64_t, Id>, Json>> ranked;
  for (const auto& [key, repository] : call.state.data.repositories) {
    if (repository.is_private && call.actor.empty()) continue;
    for (const auto& [number, issue] : repository.issues) {
      if (!all_fit(asked.terms, [&](const SearchTerm& term) { return fits(term, call, repository, issue); }))
        continue;
      const auto rank =
          asked.sort == "comments"
              ? issue.comments.size()
              : static_cast<std::uint64_t>(asked.sort == "updated" ? issue.updated : issue.created);
      Json json = call.view.issue(repository, issue);
      json["score"] = 1.0;
      ranked.emplace_back(
          std::tuple(rank, asked.sort == "updated" ? static_cast<Id>(issue.touched) : issue.id),
          std::move(json));
    }
  }
  std::sort(ranked.begin(), ranked.end(), [&](const auto& a, const auto& b) {
    return asked.order == "asc" ? a.first < b.first : b.first < a.first;
  });
  std::vector<Json> found;
  for (auto& one : ranked) found.push_back(std::move(one.second));
  return answer(call, found);
}

bool repository_fits(const SearchTerm& term, const Repository& repository) {
  const auto has = [](const std::string& text, const std::string& part) {
    return lower(text).find(lower(part)) != std::string::npos;
  };
  if (term.name.empty())
    return has(repository.name, term.value) || has(repository.description.value_or(""), term.value);
  if (term.name == "repo") return lower(repository.full_name()) == lower(term.value);
  if (term.name == "org" || term.name == "user") return lower(repository.owner) == lower(term.value);
  if (term.name == "topic")
    return std::find(repository.topics.begin(), repository.topics.end(), lower(term.value)) !=
           repository.topics.end();
  if (term.name == "archived") return repository.archived == (term.value == "true");
  if (term.name == "fork") return term.value != "only";
  if (term.name == "is" && (term.value == "public" || term.value == "private"))
    return repository.is_private == (term.value == "private");
  throw http::NotImplemented("q=" + term.name + ":" + (term.name == "is" ? term.value : ""));
}

Reply repositories(Call& call) {
  const auto asked = asked_for(call);
  if (!asked.sort.empty() && asked.sort != "updated") throw http::NotImplemented("?sort=" + asked.sort);
  for (const auto& term : asked.terms) repository_fits(term, {});  // throws at one that is not there
  check_scope(call, asked.terms);
  std::vector<std::pair<std::pair<Time, Id>, const Repository*>> ranked;
  for (const auto& [key, repository] : call.state.data.repositories) {
    if (repository.is_private && call.actor.empty()) continue;
    if (all_fit(asked.terms, [&](const SearchTerm& term) { return repository_fits(term, repository); }))
      ranked.emplace_back(std::pair(asked.sort == "updated" ? repository.updated : 0, repository.id),
                          &repository);
  }
  std::sort(ranked.begin(), ranked.end(), [&](const auto& a, const auto& b) {
    return asked.order == "asc" ? a.first < b.first : b.first < a.first;
  });
  std::vector<Json> found;
  for (const auto& [rank, repository] : ranked) {
    found.push_back(call.view.repository(*repository));
    found.back()["score"] = 1.0;
  }
  return answer(call, found);
}

}  // namespace

void add_search_routes(Api& api) {
  api.on("GET", "/search/issues", "?q ?sort ?order ?page ?per_page ?advanced_search +raw", issues);
  api.on("GET", "/search/repositories", "?q ?sort ?order ?page ?per_page", repositories);
}

}  // namespace fakes::github
