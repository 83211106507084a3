#include "cli/scope.h"

#include <unistd.h>

#include <chrono>

#include "deploy/tenancy.h"

namespace harness {

namespace {

/// Of the instance's hash: run ids go into names, which are short.
constexpr size_t kPrefix = 6;

}  // namespace

std::string run_prefix(const Context& context) {
  const auto& own = context.instance.name_space();
  return context.is_given ? own.substr(own.size() - kPrefix) + "-" : "";
}

std::string new_run_id(const Context& context) {
  return run_prefix(context) +
         std::to_string(std::chrono::system_clock::now().time_since_epoch().count() / 1000000) + "-" +
         std::to_string(getpid());
}

Scope::Scope(const Context& context, const KubeApi& api, const ApiPatience& patience) {
  if (!context.is_given) return;
  names_ = Tenancy(api, context.instance.name_space()).namespaces(patience.stop());
  const auto of_tests = api.get(std::string("/api/v1/namespaces?labelSelector=test.harness%2Frun"), patience)
                            .value("items", nlohmann::json::array());
  for (const auto& item : of_tests)
    if (item["metadata"]["labels"].value(kRunLabel, "").starts_with(run_prefix(context)))
      names_->insert(item["metadata"]["name"].get<std::string>());
}

std::vector<Leftover> leftovers_in_scope(const Context& context, const KubeApi& api, std::stop_token stop) {
  auto all = find_leftovers(api, "", stop);
  std::erase_if(all,
                [prefix = run_prefix(context)](const auto& one) { return !one.run.starts_with(prefix); });
  return all;
}

}  // namespace harness
