#include "github/call.h"

#include <algorithm>
#include <charconv>

#include "github/jwt.h"
#include "github/rights.h"
#include "github/text.h"

namespace fakes::github {

namespace {

std::optional<Id> number(const std::string& text) {
  Id value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return {};
  return value;
}

std::string name_in(const std::string& token, const std::string& otherwise) {
  const std::string name = token.starts_with("login:") ? token.substr(6) : otherwise;
  if (token.empty() || !is_login(name)) throw ApiError(401, "Bad credentials");
  return name;
}

Actor actor_with(const std::string& token, const std::string& otherwise, const State& state) {
  if (looks_like_jwt(token)) {
    const App& app = app_of_jwt(token, state);
    return {.login = app.slug + "[bot]", .app = &app};
  }
  if (const Token* known = find_token(state, token))
    return {.login = state.data.apps.at(known->app).slug + "[bot]", .token = known};
  if (token.starts_with("ghs_") && !state.data.apps.empty())
    throw ApiError(401, "Bad credentials");  // one that has ended
  return {.login = name_in(token, otherwise)};
}

/// Whether an installation's token is for that repository.
bool may_reach(const Token& token, const Repository& repository, const State& state) {
  const std::string name = lower(repository.full_name());
  if (token.repositories) return token.repositories->contains(name);
  const auto installation = state.data.installations.find(token.installation);
  return installation != state.data.installations.end() &&
         lower(installation->second.account) == lower(repository.owner);
}

}  // namespace

Actor actor_of(const http::Request& request, const State& state) {
  const std::string value = http::header(request.headers, "Authorization");
  if (value.empty()) return {};
  const auto space = value.find(' ');
  const std::string scheme = lower(value.substr(0, space)),
                    rest = space == std::string::npos ? "" : value.substr(space + 1);
  if (scheme == "token" || scheme == "bearer") return actor_with(rest, kDefaultActor, state);
  const auto plain = scheme == "basic" ? base64_decoded(rest) : std::nullopt;
  const auto colon = plain ? plain->find(':') : std::string::npos;
  if (colon == std::string::npos) throw ApiError(401, "Bad credentials");
  const std::string user = plain->substr(0, colon), password = plain->substr(colon + 1);
  if (password == "x-oauth-basic" || password.empty())
    return actor_with(user, kDefaultActor, state);  // the token may stand in either place
  return actor_with(password, user.empty() || user == "x-access-token" ? kDefaultActor : user, state);
}

const std::string& Call::need_actor() const {
  if (actor.empty()) throw ApiError(401, "Requires authentication");
  return actor;
}

Fields Call::fields(const std::string& resource) const {
  if (!body.is_object()) throw ApiError(400, "Body should be a JSON object");
  return {body, resource, read};
}

Id Call::id(const std::string& name) const {
  const auto value = number(param(name));
  if (!value) throw not_found();
  return *value;
}

namespace {

/// Where the path goes on after /repos/OWNER/NAME; npos where it ends there.
std::size_t below_repository(const std::string& path) {
  std::size_t rest = path.find("/repos/") + std::string_view("/repos").size();
  for (int segments = 0; segments < 2 && rest != std::string::npos; ++segments)
    rest = path.find('/', rest + 1);
  return rest;
}

}  // namespace

Repository& Call::repository(bool even_archived) {
  const std::string name = param("owner") + "/" + param("repo");
  Repository* found = state.find_repository(name);
  const auto rest = below_repository(request.path);
  if (const auto moved = state.data.moved.find(lower(name)); !found && moved != state.data.moved.end()) {
    throw Redirect{"/repositories/" + std::to_string(moved->second) +
                   (rest == std::string::npos ? "" : request.path.substr(rest))};
  }
  if (!found && state.data.lenient) found = state.named_repository(param("owner"), param("repo"));
  if (!found || (found->is_private && actor.empty() && !state.data.lenient)) throw not_found();
  if (token && !may_reach(*token, *found, state)) {
    if (found->is_private) throw not_found();
    if (!reads()) throw ApiError(403, "Resource not accessible by integration");
  }
  check_rights(*this, *found);
  if (found->archived && !reads() && !even_archived)
    throw ApiError(403, "Repository was archived so is read-only.");
  // Its objects and refs can be reached once it has a first commit, which the contents make.
  if (found->refs.empty() && !state.data.lenient && rest != std::string::npos &&
      request.path.compare(rest, 5, "/git/") == 0)
    throw ApiError(409, "Git Repository is empty.");
  return *found;
}

Issue& Call::issue(Repository& repository) {
  if (state.data.lenient && param("number").size() < 9 &&
      param("number").find_first_not_of("0123456789") == std::string::npos)
    return state.named_issue(repository, std::stoi(param("number")));
  const Id wanted = id("number");
  const auto found = wanted > repository.last_number ? repository.issues.end()
                                                     : repository.issues.find(static_cast<int>(wanted));
  if (found == repository.issues.end()) throw not_found();
  return found->second;
}

Issue& Call::pull(Repository& repository) {
  auto& found = issue(repository);
  if (!found.pull) throw not_found();
  return found;
}

Page page_of(const Call& call, std::size_t total, std::size_t most) {
  const std::size_t usual = most == 100 ? 30 : most;
  const auto size_of = [&](const char* name, std::size_t otherwise) {
    const int value = call.query.number(name).value_or(0);
    return value > 0 ? static_cast<std::size_t>(value) : otherwise;
  };
  const std::size_t size = std::min(size_of("per_page", usual), most), page = size_of("page", 1);
  const std::size_t last = std::max<std::size_t>(1, (total + size - 1) / size);
  Page result{std::min(total, (page - 1) * size), std::min(total, page * size), {}};
  if (last == 1 && page == 1) return result;
  const auto link = [&](std::size_t number, const char* rel) {
    std::string url = call.path + "?";
    for (const auto& [name, value] : call.query.pairs())
      if (name != "page") url += url_encoded(name) + "=" + url_encoded(value) + "&";
    return "<" + url + "page=" + std::to_string(number) + ">; rel=\"" + rel + "\"";
  };
  std::string links;
  const auto add = [&](std::size_t number, const char* rel) {
    links += (links.empty() ? "" : ", ") + link(number, rel);
  };
  if (page > 1) add(std::min(page - 1, last), "prev");
  if (page < last) add(page + 1, "next"), add(last, "last");
  if (page > 1) add(1, "first");
  result.headers.emplace_back("Link", links);
  return result;
}

}  // namespace fakes::github
