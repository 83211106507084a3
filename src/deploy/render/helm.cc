#include "deploy/render/helm.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/text.h"
#include "deploy/render/chart_archive.h"
#include "deploy/render/chart_dependencies.h"
#include "deploy/render/chart_lookup.h"
#include "deploy/render/documents.h"
#include "deploy/render/helm_environment.h"
#include "deploy/render/render_inputs.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

/// A template that has a chart's notes as one of its texts, since `helm template` leaves them out.
constexpr const char* kNotesTemplate = "templates/harness-notes.yaml";

std::string notes_template(const std::string& notes) {
  return fmt::format(
      "kind: Notes\napiVersion: v1\nmetadata: {{name: notes}}\ntext: {{{{ tpl (\"{}\" | b64dec) . | "
      "toJson }}}}\n",
      base64_encoded(notes));
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& part : parts) all += part + '\0';
  return all;
}

ChartOrigin origin_of(const HelmChart& chart) {
  if (chart.chart.starts_with("oci://")) return {"", chart.chart, chart.version};
  const auto slash = chart.chart.rfind('/');
  return {chart.chart.substr(0, slash), chart.chart.substr(slash + 1), chart.version};
}

std::string shown(const HelmChart& chart) {
  return is_fetched(chart) ? origin_of(chart).chart + " " + chart.version : chart.chart;
}

}  // namespace

bool is_fetched(const HelmChart& chart) {
  return chart.chart.starts_with("oci://") || chart.chart.starts_with("https://") ||
         chart.chart.starts_with("http://");
}

bool is_of_templates(const Error& error) { return error.details.command.starts_with("helm template "); }

std::set<std::string> chart_files(const Project& project, const HelmChart& chart) {
  std::set<std::string> files{chart.values.begin(), chart.values.end()};
  if (is_fetched(chart)) return files;
  for (const auto& folder : chart_folders(project.root / chart.chart))
    files.insert(folder.lexically_relative(project.root).string());
  return files;
}

ChartRenders::ChartRenders(const Project& project, const Component& component, const RenderSettings& settings,
                           std::function<void(const std::string&)> on_fetch)
    : project_(project),
      component_(component),
      settings_(settings),
      chart_(*component.sources.helm),
      on_fetch_(std::move(on_fetch)) {}

void ChartRenders::require_helm() const {
  require_program(
      "helm", title_of(project_, component_, chart_.at),
      fmt::format("go install {} puts it into the bin folder of go env GOPATH, which must be on PATH",
                  kHelm));
}

std::string ChartRenders::output(std::vector<std::string> args) const {
  const ToolCall call{
      project_,
      component_,
      chart_.at,
      {.args = std::move(args), .env = helm_environment(settings_.charts / "helm", settings_.kubeconfig)}};
  const auto result = run_tool(call, settings_.stop);
  if (result.ok()) return result.out;
  auto error = failure_of(call, result);
  if (result.err.find("invalid argument \"server\"") != std::string::npos)
    error.details.hint = fmt::format("lookup needs helm 3.13 or later: go install {}", kHelm);
  throw error;
}

fs::path ChartRenders::fetch(const ChartOrigin& origin) const {
  const ChartStore store(settings_.charts);
  if (!fs::exists(store.file_of(origin))) require_helm();
  return store.fetch(origin, {project_, component_, chart_.at, {}}, on_fetch_, settings_.stop);
}

bool ChartRenders::may_ask_cluster() const {
  std::set<fs::path> all;
  for (const auto& file : chart_.values) all.insert(project_.root / file);
  for (const auto& [name, json] : chart_.set)
    if (calls_lookup(json)) return true;
  if (is_fetched(chart_)) {
    all.insert(fetch(origin_of(chart_)));
  } else {
    for (const auto& folder : chart_folders(project_.root / chart_.chart)) {
      all.insert(folder);
      for (const auto& dependency : missing_dependencies(folder))
        if (dependency.origin) all.insert(fetch(*dependency.origin));
    }
  }
  return harness::may_ask_cluster(all);
}

std::string ChartRenders::key() const {
  return sha256_hex(joined(args(chart_.chart, {})) + chart_.version + '\0' +
                    program_identity("helm").value_or("") +
                    hash_of_files(project_.root, chart_files(project_, chart_)));
}

std::vector<std::string> ChartRenders::args(const std::string& chart, const ChartAnswers& answers) const {
  std::vector<std::string> args{
      "helm",          "template",    chart_.release.empty() ? component_.name : chart_.release,
      chart,           "--namespace", chart_.name_space.empty() ? project_.name_space : chart_.name_space,
      "--include-crds"};
  if (!settings_.kubernetes.empty()) args.insert(args.end(), {"--kube-version", settings_.kubernetes});
  for (const auto& file : chart_.values) args.insert(args.end(), {"--values", file});
  for (const auto& [name, json] : chart_.set) args.insert(args.end(), {"--set-json", name + "=" + json});
  for (const auto& image : chart_.images)
    args.insert(args.end(), {"--set-string", image.path + "=" + project_.registry + "/" + image.image});
  if (answers.of_cluster) args.push_back("--dry-run=server");
  if (answers.is_upgrade) args.push_back("--is-upgrade");
  return args;
}

fs::path ChartRenders::whole(const fs::path& scratch) const {
  if (is_fetched(chart_)) return fetch(origin_of(chart_));
  const auto folder = (project_.root / chart_.chart).lexically_normal();
  if (missing_dependencies(folder).empty()) return chart_.chart;
  const auto copy = unpack_chart(folder, scratch);
  add_dependencies(folder, copy, [this](const ChartOrigin& origin) { return fetch(origin); });
  check_dependencies(copy);
  return copy;
}

Render ChartRenders::render(const ChartAnswers& answers) const {
  return {kHelmTitle + shown(chart_), component_.name + ".helm", [this] { return key(); },
          [this, answers] { return make(answers); }};
}

std::string ChartRenders::make(const ChartAnswers& answers) const {
  require_helm();
  if (!chart_.version.empty() && !is_fetched(chart_)) check_version();
  const TempDir scratch;
  return output(args(whole(scratch.path()), answers));
}

std::string ChartRenders::notes(const ChartAnswers& answers) const {
  const TempDir scratch, unpacked;
  const auto chart = whole(scratch.path());
  const auto copy = unpack_chart(chart.is_absolute() ? chart : project_.root / chart, unpacked.path());
  const auto notes = copy / "templates/NOTES.txt";
  if (!fs::is_regular_file(notes)) return "";
  write_file_atomically(copy / kNotesTemplate, notes_template(read_file(notes)));
  auto all = args(copy, answers);
  all.insert(all.end(), {"--show-only", kNotesTemplate});
  const auto documents = parse_documents({kNotesTemplate, output(std::move(all)), "helm"});
  return documents.empty() ? "" : trim(documents[0].body.value("text", ""));
}

void ChartRenders::check_version() const {
  const auto documents =
      parse_documents({chart_.chart, output({"helm", "show", "chart", chart_.chart}), "helm"});
  const auto version = documents.empty() ? "" : documents[0].body.value("version", "");
  if (version != chart_.version)
    throw Error(fmt::format("{}: the chart {} has version {}, not {}",
                            title_of(project_, component_, chart_.at), chart_.chart, version, chart_.version),
                {.hint = "correct \"version\", or get that chart: helm pull --version " + chart_.version,
                 .exit_code = kUsage});
}

/// Lines of NAME, VERSION, REPOSITORY and STATUS, with tabs between them.
void ChartRenders::check_dependencies(const fs::path& copy) const {
  for (const auto& line : split(output({"helm", "dependency", "list", copy}), '\n')) {
    const auto parts = split(line, '\t');
    if (parts.size() < 4 || trim(parts[0]) == "NAME") continue;
    const auto status = trim(parts[3]);
    if (status == "ok" || status == "unpacked") continue;
    throw Error(
        fmt::format("{}: dependency \"{}\" of {}: {} (wanted: {})", title_of(project_, component_, chart_.at),
                    trim(parts[0]), chart_.chart, status, trim(parts[1])),
        {.hint = "helm dependency update " + chart_.chart + " brings Chart.lock up to date",
         .exit_code = kUsage});
  }
}

}  // namespace harness
