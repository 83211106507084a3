#include "cli/cleanliness.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/reports.h"
#include "cli/scope.h"
#include "cluster/leftovers.h"

namespace harness {

namespace {

constexpr std::chrono::seconds kPatience{60}, kConnect{10};
constexpr size_t kShown = 20;

std::string listed(const std::vector<Leftover>& leftovers) {
  std::vector<std::string> lines;
  for (const auto& one : leftovers)
    if (lines.size() < kShown) lines.push_back(one.text());
  if (leftovers.size() > kShown) lines.push_back(fmt::format("and {} more", leftovers.size() - kShown));
  return join(lines, "\n");
}

void remove_shown(const std::vector<Leftover>& leftovers, const KubeApi& api, Terminal& terminal,
                  std::stop_token stop) {
  auto task = terminal.start("clear", fmt::format("{} objects", leftovers.size()));
  remove_leftovers(api, leftovers, kPatience, stop);
  task.done();
  terminal.info(listed(leftovers));
}

}  // namespace

void clear_leftovers(const std::vector<std::string>& namespaces, const Context& context, const KubeApi& api,
                     std::stop_token stop) {
  api.wait_until_ready(kConnect, stop);
  auto leftovers = leftovers_in_scope(context, api, stop);
  const auto lies_in = [](const Leftover& one, const std::string& name_space) {
    return one.kind == "Namespace" ? one.name == name_space : one.name_space == name_space;
  };
  if (!means_all(namespaces)) {
    for (const auto& name : namespaces)
      if (std::none_of(leftovers.begin(), leftovers.end(),
                       [&](const auto& one) { return lies_in(one, name); }))
        throw Error("-clear: no test left anything behind in namespace " + name,
                    {.output_tail = listed(leftovers),
                     .hint = "-clear=ALL removes whatever there is",
                     .exit_code = kUsage});
    std::erase_if(leftovers, [&](const auto& one) {
      return std::none_of(namespaces.begin(), namespaces.end(),
                          [&](const auto& name) { return lies_in(one, name); });
    });
  }
  if (leftovers.empty()) return context.terminal.info("tests left nothing behind");
  remove_shown(leftovers, api, context.terminal, stop);
}

void refuse_leftovers(const Context& context, const KubeApi& api, std::stop_token stop) {
  api.wait_until_ready(kConnect, stop);
  auto leftovers = leftovers_in_scope(context, api, stop);
  std::erase_if(leftovers, [](const auto& one) { return one.kept; });
  if (leftovers.empty()) return;
  throw Error("an earlier run left things behind that tests could meet",
              {.output_tail = listed(leftovers),
               .hint = again(context) + " -clear=ALL removes them",
               .exit_code = kCluster});
}

bool remove_leftovers_of(const std::string& run, const KubeApi& api, Terminal& terminal) {
  try {
    api.wait_until_ready(kConnect, {});
    auto leftovers = find_leftovers(api, run, {});
    std::erase_if(leftovers, [](const auto& one) { return one.kept; });
    if (!leftovers.empty()) remove_shown(leftovers, api, terminal, {});
    return true;
  } catch (const std::exception& e) {  // the run has its result already
    terminal.info(std::string("what tests may have left behind is not removed: ") + e.what());
    return false;
  }
}

}  // namespace harness
