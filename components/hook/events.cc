#include "hook/events.h"

#include <fmt/format.h>

#include <algorithm>

#include "hook/commands.h"
#include "http/server.h"
#include "lib/hash.h"

namespace ci {

namespace http = fakes::http;
using Json = nlohmann::json;

namespace {

std::string owner_of(const Json& repository) { return repository.at("owner").at("login"); }
std::string full_name(const Json& repository) {
  return owner_of(repository) + "/" + repository.at("name").get<std::string>();
}

}  // namespace

http::Response Events::operator()(const http::Request& request) const {
  const auto signature = http::header(request.headers, "X-Hub-Signature-256");
  if (!equal_in_constant_time(signature, "sha256=" + hmac_sha256_hex(settings_.secret, request.body)))
    return http::error(403, "X-Hub-Signature-256 is missing or not that of this body");
  const auto body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) return http::error(400, "the body is no JSON object");
  const auto event = http::header(request.headers, "X-GitHub-Event"),
             delivery = http::header(request.headers, "X-GitHub-Delivery");
  if (event.empty() || delivery.empty())
    return http::error(400, "X-GitHub-Event or X-GitHub-Delivery is missing");
  try {
    handle(event, delivery, body);
    return http::text(200, "ok\n");
  } catch (const Json::exception& e) {
    return http::error(400, event + " lacks something: " + e.what());
  } catch (const std::exception& e) {
    http::log_to_stderr(fmt::format("{} {}: {}", event, delivery, e.what()));
    return http::error(502, e.what());
  }
}

void Events::handle(const std::string& event, const std::string& delivery, const Json& body) const {
  if (event == "issue_comment" && body.value("action", "") == "created") on_comment(delivery, body);
  if (event == "pull_request") on_pull_request(delivery, body);
  if (event == "push") on_push(delivery, body);
}

void Events::on_comment(const std::string& delivery, const Json& body) const {
  const Json& repository = body.at("repository");
  const std::string org = owner_of(repository), repo = repository.at("name");
  const int number = body.at("issue").at("number");
  std::vector<std::string> tests;
  for (const auto& [command, argument] : parse_comment(body.at("comment").value("body", ""))) {
    if (command == "label") settings_.github.add_label(org, repo, number, argument);
    if (command == "remove-label") settings_.github.remove_label(org, repo, number, argument);
    if (command == "kind") settings_.github.add_label(org, repo, number, "kind/" + argument);
    if (command == "remove-kind") settings_.github.remove_label(org, repo, number, "kind/" + argument);
    if (command == "test") tests.push_back(argument);
  }
  if (tests.empty() || !body.at("issue").contains("pull_request")) return;
  const auto refs = refs_of(settings_.github.pull(org, repo, number), repository);
  const auto all = Config::for_repo(settings_.config().presubmits, org + "/" + repo, refs.base_ref);
  std::vector<ConfiguredJob> asked;
  for (const auto& test : tests) {
    const auto before = asked.size();
    for (const auto& job : all)
      if (job.work.name == test || (test == "all" && job.always_run)) asked.push_back(job);
    if (asked.size() > before) continue;
    std::string names;
    for (const auto& job : all) names += "\n- `/test " + job.work.name + "`";
    settings_.github.comment(
        org, repo, number,
        "There is no job `" + test + "` here." + (names.empty() ? "" : " There are:" + names));
  }
  start(asked, refs, delivery);
}

void Events::on_pull_request(const std::string& delivery, const Json& body) const {
  const std::string action = body.value("action", "");
  if (action != "opened" && action != "reopened" && action != "synchronize") return;
  const Json& repository = body.at("repository");
  const auto refs = refs_of(body.at("pull_request"), repository);
  auto jobs = Config::for_repo(settings_.config().presubmits, full_name(repository), refs.base_ref);
  std::erase_if(jobs, [](const auto& job) { return !job.always_run; });
  start(jobs, refs, delivery);
}

void Events::on_push(const std::string& delivery, const Json& body) const {
  const std::string ref = body.at("ref"), heads = "refs/heads/";
  if (!ref.starts_with(heads) || body.value("deleted", false)) return;
  const Json& repository = body.at("repository");
  const Refs refs{.org = owner_of(repository),
                  .repo = repository.at("name"),
                  .clone_url = clone_url(repository),
                  .base_ref = ref.substr(heads.size()),
                  .base_sha = body.at("after"),
                  .pulls = {}};
  start(Config::for_repo(settings_.config().postsubmits, full_name(repository), refs.base_ref), refs,
        delivery);
}

void Events::start(const std::vector<ConfiguredJob>& jobs, const Refs& refs,
                   const std::string& delivery) const {
  for (const auto& job : jobs) {
    const auto object = make_job(job.work, refs, delivery + "/" + job.work.name, settings_.clonerefs_image);
    const bool created = settings_.kube.create("jobs", object);
    http::log_to_stderr(fmt::format("{} job {} for {}/{}", created ? "made" : "there is already",
                                    name_of(object), refs.org, refs.repo));
  }
}

Refs Events::refs_of(const Json& pull_request, const Json& repository) const {
  const Json& base = pull_request.at("base");
  return {.org = owner_of(repository),
          .repo = repository.at("name"),
          .clone_url = clone_url(repository),
          .base_ref = base.at("ref"),
          .base_sha = base.at("sha"),
          .pulls = {{.number = pull_request.at("number"), .sha = pull_request.at("head").at("sha")}}};
}

std::string Events::clone_url(const Json& repository) const {
  return settings_.git_endpoint.empty() ? repository.at("clone_url").get<std::string>()
                                        : settings_.git_endpoint + "/" + full_name(repository);
}

}  // namespace ci
