#include "testrun/emit/folders.h"

#include <fmt/format.h>

#include "base/text.h"
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
    if (const auto& one = testflow.nodes[other]; one.alone && is_sure(one) && (!node || testflow.dag.reaches(other, index_of(testflow, *node)))) newest = path_on_volume(one);
  return newest;
}

/// In onExit: those that may have run and then have succeeded, the nearest first.
std::vector<std::string> candidates(const Flow& flow, const Node& node) {
  std::vector<std::string> paths;
  const auto index = index_of(flow, node);
  if (!node.step->artifacts_from.empty()) return {path_on_volume(flow.nodes[*node.artifacts_from])};
  if (node.step->use_global_artifacts) {
    for (const auto before : ancestors(flow, index))
      if (flow.nodes[before].alone && is_sure(flow.nodes[before]) && needs(flow, before, index)) paths.insert(paths.begin(), path_on_volume(flow.nodes[before]));
    return paths;
  }
  for (auto from = node.artifacts_from; from; from = flow.nodes[*from].artifacts_from)
    if (needs(flow, *from, index)) paths.push_back(path_on_volume(flow.nodes[*from]));
  return paths;
}

/// Sets $source.
std::string source_of(const Plan& plan, const Node& node) {
  const auto set = [](const std::string& path) { return path.empty() ? std::string("source=/tm/begin\n") : "source=$run/" + path + "\n"; };
  if (!node.on_exit) {
    if (node.step->use_global_artifacts) return set(newest_global(plan.testflow, &node));
    return set(node.artifacts_from ? path_on_volume(plan.testflow.nodes[*node.artifacts_from]) : "");
  }
  auto text = "case $TM_PHASE in\n  Succeeded|Completed) " + set(newest_global(plan.testflow, nullptr)) + "    ;;\n  *)\n    newest=\n    if [ -e $run/newest ]; then read -r newest <$run/newest; fi\n" +
              "    source=${newest:+$run/$newest}\n    source=${source:-/tm/begin}\n    ;;\nesac\n";
  const auto paths = candidates(plan.on_exit, node);
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) text += fmt::format("if [ -d $run/{0}/shared ]; then source=$run/{0}; fi\n", *path);
  return text;
}

std::string clone(const Repository& repository) {
  if (repository.url.empty()) return "mkdir -p /tm/repo\n";
  return fmt::format("git init --quiet /tm/repo\ncd /tm/repo\n"
                     "git fetch --quiet --depth 1 -- \"${0}\" {1} || git fetch --quiet -- \"${0}\" '+refs/*:refs/fetched/*'\n"
                     "git checkout --quiet --detach {1}\n"
                     "if [ -e .gitmodules ]; then\n  git config remote.origin.url \"${0}\"\n  git submodule --quiet update --init --recursive\nfi\n"
                     "chmod -R a+rwX /tm/repo\n",
                     kRepositoryVariable, repository.commit);
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

std::string prepare_script(const Plan& plan, const Node& node, const Repository& repository) {
  const bool untrusted = node.step->untrusted;
  auto text = fmt::format("set -eu\nrun=/tm/run\nown=$run/{}\nfor folder in shared export kubeconfig; do\n  mkdir -p $own/$folder\n  find $own/$folder -mindepth 1 -delete\ndone\n", path_on_volume(node));
  if (!node.on_exit)
    if (const auto newest = newest_global(plan.testflow, &node); !newest.empty()) text += "echo " + newest + " >$run/newest\n";
  text += source_of(plan, node);
  if (!untrusted) text += "if [ -d $source/shared ]; then cp -a $source/shared/. $own/shared/; fi\n";
  text += fmt::format("for file in $source/kubeconfig/{}; do\n  if [ -e \"$file\" ]; then cp -RL \"$file\" $own/kubeconfig/; fi\ndone\nchmod -R a+rwX $own\n", untrusted ? "shoot.config" : "*");
  return text + clone(repository);
}

}  // namespace harness::testrun
