#include "cli/doctor/doctor.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "cli/cluster_config.h"
#include "cli/doctor/checks.h"
#include "cli/given.h"

namespace harness {

namespace {

/// Of the second that all of it may take.
constexpr std::chrono::milliseconds kPatience{800};

/// What a run needs of this machine where another one's cluster is used.
const std::set<std::string> kOfImages{"project", "docker", "kubectl", "registry", "disk", "proxy"};

std::string table(const std::vector<Check>& checks) {
  std::string text;
  for (const auto& check : checks) {
    text += fmt::format("{:9}{:14}{}\n", word_of(check.level), check.name, check.reason);
    if (!check.command.empty()) text += fmt::format("{:23}fix: {}\n", "", check.command);
  }
  text.pop_back();
  return text;
}

std::string as_json(const std::vector<Check>& checks) {
  auto all = nlohmann::ordered_json::array();
  for (const auto& check : checks)
    all.push_back({{"name", check.name},
                   {"level", word_of(check.level)},
                   {"reason", check.reason},
                   {"command", check.command}});
  return all.dump(2);
}

}  // namespace

int examine(const Context& context, std::stop_token stop) {
  const Expected expected{.cluster = context.instance.cluster(),
                          .is_half_made = context.instance.is_half_made(),
                          .is_held = FileLock::is_held(context.instance.dir() / "lock"),
                          .node_image = node_image(context.project),
                          .registry = context.project.registry};
  std::vector<Check> checks;
  if (context.project.file.empty())
    checks.push_back({"project", Check::Level::fine,
                      "no components.yaml in " + context.project.root.string() +
                          " or above: what components ask for is not checked"});
  for (auto& check : all_checks(
           all_facts(context.project, objects_of(context), expected.node_image, kPatience, stop), expected))
    checks.push_back(std::move(check));
  if (context.is_given) {
    std::erase_if(checks, [](const Check& check) { return !kOfImages.contains(check.name); });
    for (auto& check : given_checks(context, kPatience, stop)) checks.push_back(std::move(check));
  }
  if (context.options.json)
    context.terminal.document(as_json(checks));
  else
    context.terminal.line(table(checks));
  const bool wrong = std::any_of(checks.begin(), checks.end(),
                                 [](const Check& check) { return check.level == Check::Level::error; });
  return wrong ? kCluster : kPassed;
}

void examine_before_creation(const Context& context) {
  for (const auto& check : local_checks(local_facts(context.project, objects_of(context)))) {
    if (check.level == Check::Level::error)
      throw Error(check.name + ": " + check.reason,
                  {.hint = check.command + "; harness doctor looks at the rest", .exit_code = kCluster});
    if (check.level == Check::Level::warning)
      context.terminal.info("warning: " + check.name + ": " + check.reason + "; fix: " + check.command);
  }
}

}  // namespace harness
