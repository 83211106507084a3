#include "testrun/emit/folders.h"

#include "testrun/artifacts.h"
#include "testrun/emit/order.h"

namespace harness::testrun {

namespace {

namespace fs = std::filesystem;

size_t index_of(const Flow& flow, const Node& node) { return static_cast<size_t>(&node - flow.nodes.data()); }

/// Once a later step begins it has surely succeeded, and its folders may be taken.
bool is_sure(const Node& node) { return !node.continue_on_error && !node.step->untrusted; }

/// The last one that is alone, of those before `node`, or of all where that is null; "" where there is none.
std::string newest_global(const Flow& testflow, const Node* node) {
  std::string newest;
  for (const auto other : testflow.dag.order())
    if (const auto& one = testflow.nodes[other];
        one.alone && is_sure(one) && (!node || testflow.dag.reaches(other, index_of(testflow, *node))))
      newest = path_on_volume(one);
  return newest;
}

/// In onExit: those that may have run and then have succeeded, the nearest first.
std::vector<std::string> candidates(const Flow& flow, const Node& node) {
  std::vector<std::string> paths;
  const auto index = index_of(flow, node);
  if (!node.step->artifacts_from.empty()) return {path_on_volume(flow.nodes[*node.artifacts_from])};
  if (node.step->use_global_artifacts) {
    for (const auto before : ancestors(flow, index))
      if (flow.nodes[before].alone && is_sure(flow.nodes[before]) && needs(flow, before, index))
        paths.insert(paths.begin(), path_on_volume(flow.nodes[before]));
    return paths;
  }
  for (auto from = node.artifacts_from; from; from = flow.nodes[*from].artifacts_from)
    if (needs(flow, *from, index)) paths.push_back(path_on_volume(flow.nodes[*from]));
  return paths;
}

/// With blanks, the nearest last: the program takes the last one that ran.
std::string joined(const std::vector<std::string>& paths) {
  std::string text;
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) text += (text.empty() ? "" : " ") + *path;
  return text;
}

}  // namespace

Repository repository_of(const Place& place, const std::string& url) {
  if (!place.repository.empty()) return {place.repository, place.commit, ""};
  if (url.find("://") == std::string::npos || place.commit.empty()) return {};
  auto top = place.root;
  while (top.has_relative_path() && !fs::exists(top / ".git")) top = top.parent_path();
  const auto folder = place.root.lexically_relative(top).string();
  return {url, place.commit, folder == "." ? "" : folder};
}

std::string path_on_volume(const Node& node) { return folders_of(node, "").dir.string(); }

std::map<std::string, std::string> filling_variables(const Plan& plan, const Node& node,
                                                     const Repository& repository) {
  std::map<std::string, std::string> variables{{"OWN", path_on_volume(node)}};
  if (node.on_exit) {
    variables["IN_ON_EXIT"] = "yes";
    variables["SOURCE"] = newest_global(plan.testflow, nullptr);
    variables["CANDIDATES"] = joined(candidates(plan.on_exit, node));
  } else {
    const auto newest = newest_global(plan.testflow, &node);
    variables["NEWEST"] = newest;
    variables["SOURCE"] = node.step->use_global_artifacts ? newest
                          : node.artifacts_from ? path_on_volume(plan.testflow.nodes[*node.artifacts_from])
                                                : "";
  }
  if (node.step->untrusted) variables["UNTRUSTED"] = "yes";
  if (!repository.url.empty()) variables["COMMIT"] = repository.commit;
  std::erase_if(variables, [](const auto& one) { return one.second.empty(); });
  return variables;
}

}  // namespace harness::testrun
