#include "deploy/render/chart_store.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/secrets.h"
#include "deploy/render/helm_environment.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr size_t kDigits = 16;

/// A registry of this machine, or the project's, answers by plain HTTP.
bool is_plain_http(const std::string& chart, const std::string& registry) {
  const auto host = chart.substr(std::string("oci://").size());
  return host.starts_with("localhost:") || host.starts_with("127.0.0.1:") || host.starts_with(registry + "/");
}

/// What a failed pull is about.
struct Refusal {
  ExitCode code;
  std::string hint;
};

Refusal refusal_of(const std::string& said, const std::string& folder) {
  static const RE2 missing("(?m)not found in .* repository|: not found$|no chart (name|version) found"),
      login("credential not found|\\b40[13]\\b|(?i)unauthorized|denied");
  if (RE2::PartialMatch(said, login))
    return {kCluster,
            "helm registry login or docker login gives access to a registry, USER:PASSWORD@ in its URL to a "
            "repository"};
  if (RE2::PartialMatch(said, missing)) return {kUsage, "correct \"chart\" or \"version\""};
  return {kCluster, "it must answer once: after that the chart is kept in " + folder};
}

fs::path only_file_in(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".tgz") return entry.path();
  throw std::runtime_error("helm pull ended well and wrote no chart");
}

}  // namespace

std::string ChartOrigin::title() const {
  return without_credentials(fmt::format("{} {}{}", chart, version, repo.empty() ? "" : " of " + repo));
}

fs::path ChartStore::file_of(const ChartOrigin& origin) const {
  const auto key = sha256_hex(origin.repo + '\0' + origin.chart + '\0' + origin.version).substr(0, kDigits);
  return folder_ / key / (fs::path(origin.chart).filename().string() + "-" + origin.version + ".tgz");
}

fs::path ChartStore::fetch(const ChartOrigin& origin, ToolCall call,
                           const std::function<void(const std::string&)>& on_fetch,
                           std::stop_token stop) const {
  const auto file = file_of(origin);
  if (fs::is_regular_file(file)) return file;
  const TempDir scratch;
  const auto pulled = scratch.path() / "pulled";
  call.command = {
      .args = {"helm", "pull", origin.chart, "--version", origin.version, "--destination", pulled},
      .env = helm_environment(scratch.path(), scratch.path() / "kubeconfig")};
  if (!origin.repo.empty())
    call.command.args.insert(call.command.args.end(), {"--repo", origin.repo});
  else if (is_plain_http(origin.chart, call.project.registry))
    call.command.args.push_back("--plain-http");
  fs::create_directory(pulled);
  const auto result = run_tool(call, std::move(stop));
  if (!result.ok()) {
    auto error = failure_of(call, result);
    const auto refusal = refusal_of(result.err, folder_.string());
    error.details.exit_code = refusal.code;
    error.details.hint = refusal.hint;
    throw error;
  }
  const auto chart = read_file(only_file_in(pulled));
  create_private_folder(file.parent_path());
  write_file_atomically(file, chart, 0600);
  on_fetch(fmt::format("note:  fetched the chart {}: sha256:{}", origin.title(), sha256_hex(chart)));
  return file;
}

}  // namespace harness
