#include "hook/config.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <yaml-cpp/yaml.h>

#include <set>

namespace ci {

namespace {

[[noreturn]] void fail(const YAML::Node& node, const std::string& what) {
  throw std::runtime_error(fmt::format("line {}: {}", node.Mark().line + 1, what));
}

ConfiguredJob read_job(const YAML::Node& node, const std::string& default_image) {
  static const std::set<std::string> known{"name",    "repo",   "branch",          "command",   "image",
                                           "context", "tenant", "timeout_seconds", "always_run"};
  if (!node.IsMap())
    fail(node, "a job is a mapping such as {name: unit, repo: org/repo, command: [make, test]}");
  for (const auto& entry : node)
    if (!known.contains(entry.first.Scalar()))
      fail(entry.first, "unknown key \"" + entry.first.Scalar() + "\"");
  ConfiguredJob job;
  const auto text = [&](const char* key) { return node[key] ? node[key].as<std::string>() : std::string(); };
  job.work.name = text("name");
  job.repo = text("repo");
  job.branch = text("branch");
  job.work.context = node["context"] ? text("context") : job.work.name;
  job.work.tenant = text("tenant");
  job.work.image = node["image"] ? text("image") : default_image;
  if (node["command"]) job.work.command = node["command"].as<std::vector<std::string>>();
  if (node["timeout_seconds"]) job.work.timeout_seconds = node["timeout_seconds"].as<int>();
  if (node["always_run"]) job.always_run = node["always_run"].as<bool>();
  if (job.work.name.empty() || job.repo.empty() || job.work.command.empty())
    fail(node, "a job needs name, repo and command");
  if (job.work.timeout_seconds < 1) fail(node["timeout_seconds"], "timeout_seconds must be at least 1");
  return job;
}

bool fits(const std::string& pattern, const std::string& text) {
  return fnmatch(pattern.c_str(), text.c_str(), FNM_PATHNAME) == 0;
}

}  // namespace

Config parse_config(const std::string& text, const std::string& default_image) {
  try {
    const YAML::Node root = YAML::Load(text);
    Config config;
    if (root.IsNull()) return config;
    if (!root.IsMap()) fail(root, "presubmits: and postsubmits: are expected");
    for (const auto& entry : root) {
      const auto key = entry.first.Scalar();
      if (key != "presubmits" && key != "postsubmits") fail(entry.first, "unknown key \"" + key + "\"");
      for (const auto& node : entry.second)
        (key == "presubmits" ? config.presubmits : config.postsubmits)
            .push_back(read_job(node, default_image));
    }
    return config;
  } catch (const YAML::Exception& e) {
    throw std::runtime_error(fmt::format("line {}: {}", e.mark.line + 1, e.msg));
  }
}

std::vector<ConfiguredJob> Config::for_repo(const std::vector<ConfiguredJob>& jobs, const std::string& repo,
                                            const std::string& branch) {
  std::vector<ConfiguredJob> chosen;
  for (const auto& job : jobs)
    if (fits(job.repo, repo) && (job.branch.empty() || fits(job.branch, branch))) chosen.push_back(job);
  return chosen;
}

}  // namespace ci
