#include "suite/programs/ginkgo_suite.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "harness_ginkgo_go.h"
#include "suite/list.h"
#include "suite/names.h"
#include "suite/programs/byte_json.h"
#include "suite/programs/ginkgo_call.h"
#include "suite/programs/ginkgo_record.h"
#include "suite/programs/go_programs.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Behind all others of its package: its nodes are the last that are made.
constexpr const char* kFile = "zz_harness_ginkgo_test.go";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

/// Before Ginkgo 2.14 what reports on a suite is given no context.
std::string source_for(const GoPackage& package, bool with_context) {
  auto source = replaced(std::string(kHarnessGinkgoGo), "\npackage suite\n",
                         "\npackage " + package.name + (package.has_external ? "_test\n" : "\n"));
  if (with_context) return source;
  source = replaced(source, "context harnessGinkgo.SpecContext, report", "report");
  return replaced(source, "list(context, report)", "list(nil, report)");
}

void build(const GoPackage& package, const ListRequest& request, bool with_context, std::stop_token stop) {
  const auto folder = go_program(package, request).parent_path();
  create_folders(folder);
  write_file_atomically(folder / kFile, source_for(package, with_context));
  const Json overlay{{"Replace", {{(package.dir / kFile).string(), (folder / kFile).string()}}}};
  write_file_atomically(folder / "overlay.json", overlay.dump());
  build_go_program(package, request, {"-overlay", (folder / "overlay.json").string()}, std::move(stop));
}

bool calls_run_specs(const fs::path& file, const std::string& function) {
  const auto source = read_file(file);
  std::string body;
  return RE2::PartialMatch(source, "(?ms)^func " + RE2::QuoteMeta(function) + "\\(.*?\\)(.*?)(?:^func |\\z)",
                           &body) &&
         RE2::PartialMatch(body, "\\bRunSpecs\\w*\\(");
}

/// Ginkgo compares labels without regard to case; ours of a fixed meaning are written small.
std::string label_of(const std::string& label) {
  static const Labels words{"default", "beta", "release", "flaky", "serial", "disruptive", "slow"};
  std::string small;
  for (const char c : label) small += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return has_label(words, small) ? small : label;
}

Labels labels_of(const Json& spec) {
  Labels labels;
  for (const auto& label : spec.value("labels", Json::array()))
    if (label.is_string()) labels.push_back(label_of(bytes_of(label.get<std::string>())));
  if (spec.value("serial", false)) labels.push_back("serial");
  return labels;
}

/// What says when a test runs is said of all of its ordered container.
void unite_ordered(std::vector<TestCase>& specs) {
  for (const char* label : {"serial", "disruptive"}) {
    std::map<std::string, bool> containers;
    for (const auto& spec : specs)
      if (!spec.ordered.empty() && has_label(spec.labels, label)) containers[spec.ordered] = true;
    for (auto& spec : specs)
      if (containers.contains(spec.ordered)) spec.labels.push_back(label);
  }
}

std::string place_of(const Json& spec) {
  return fs::path(bytes_at(spec, "file")).filename().string() + fmt::format(":{}", spec.value("line", 0));
}

/// Specs of one text are told apart by their places, those of one place by their order.
std::vector<std::string> names_of(const std::vector<Json>& specs) {
  std::map<std::string, int> of_text, of_place;
  for (const auto& spec : specs) {
    ++of_text[bytes_at(spec, "text")];
    ++of_place[bytes_at(spec, "text") + '\0' + place_of(spec)];
  }
  std::vector<std::string> names;
  for (const auto& spec : specs) {
    auto name = bytes_at(spec, "text");
    const bool same_place = of_place[name + '\0' + place_of(spec)] > 1;
    if (of_text[name] > 1) name += " (" + place_of(spec) + ")";
    if (same_place) name += fmt::format(" #{}", spec.value("number", 0));
    names.push_back(name);
  }
  return names;
}

std::string below(const fs::path& root, const fs::path& file) {
  const auto inner = file.lexically_relative(root);
  return inner.empty() || *inner.begin() == ".." ? file.string() : inner.string();
}

/// Rules between Ginkgo's parallel processes hold in one process, and not between several of which each is
/// the only one.
bool speaks_of_processes(const GoPackage& package) {
  return std::any_of(package.files.begin(), package.files.end(), [&](const auto& file) {
    return read_file(package.dir / file).find("GinkgoParallel") != std::string::npos;
  });
}

/// What a dry run tells; nothing where it did not come to a suite. One that has told all may fail: a report
/// of the suite's own did.
std::vector<Json> listed_events(const GinkgoProgram& program, const GoPackage& package,
                                const ListRequest& request, std::stop_token stop) {
  const GinkgoFiles files(program.file + ".list");
  files.take();  // of one that was killed
  const auto call = ginkgo_list_call(program, files, request.program.args);
  auto env = request.env;
  for (const auto& [name, value] : call.env) env[name] = value;
  std::optional<Error> failed;
  try {
    listing(call.args, package.dir, package.import_path, env, std::move(stop));
  } catch (const Error& e) {
    failed = e;
  }
  std::error_code missing;
  auto events =
      fs::exists(files.record, missing) ? ginkgo_events(read_file(files.record)) : std::vector<Json>{};
  files.take();
  if (!events.empty() && bytes_at(events.back(), "event") == "end") return events;
  if (failed) {
    failed->details.hint = listing_hint(request.program);
    throw *failed;
  }
  return {};
}

}  // namespace

std::vector<std::string> ginkgo_functions(const GoPackage& package) {
  if (!package.uses_ginkgo) return {};
  std::vector<std::string> functions, tests;
  for (const auto& name : package.tests) {
    if (!name.starts_with("Test")) continue;
    tests.push_back(name);
    if (std::any_of(package.files.begin(), package.files.end(),
                    [&](const auto& file) { return calls_run_specs(package.dir / file, name); }))
      functions.push_back(name);
  }
  return functions.empty() && tests.size() == 1 ? tests : functions;
}

void build_ginkgo_program(const GoPackage& package, const ListRequest& request, std::stop_token stop) {
  try {
    build(package, request, true, stop);
  } catch (const Error& e) {
    if (e.details.output_tail.find("SpecContext") == std::string::npos &&
        e.details.output_tail.find(kFile) == std::string::npos)
      throw;
    build(package, request, false, stop);
  }
}

std::vector<TestCase> ginkgo_specs(const GoPackage& package, const std::vector<std::string>& functions,
                                   const ListRequest& request, std::stop_token stop) {
  GinkgoProgram program{
      .file = go_program(package, request).string(), .function = join(functions, "|"), .suite = {}};
  const auto events = listed_events(program, package, request, std::move(stop));
  if (events.empty()) return {};
  const auto& suite = events.front();
  program.suite = bytes_at(suite, "description");
  std::vector<Json> specs;
  for (const auto& event : events)
    if (bytes_at(event, "event") == "spec") specs.push_back(event);
  const auto names = names_of(specs);
  const bool undivided = suite.value("synchronized", false) || speaks_of_processes(package);
  std::vector<TestCase> tests;
  for (size_t i = 0; i < specs.size(); ++i) {
    const auto& spec = specs[i];
    // Flags of the entry have chosen others. What is not focused is skipped, and that is a result.
    if (bytes_at(spec, "state") == "skipped" && !suite.value("focus", false)) continue;
    tests.push_back({.program = &request.program,
                     .suite = shown_name(package.suite),
                     .name = shown_name(names[i]),
                     .id = ginkgo_id(spec),
                     .call = program.call(),
                     .is_spec = true,
                     .ordered = bytes_at(spec, "ordered"),
                     .undivided = undivided,
                     .dir = package.dir.string(),
                     .labels = labels_of(spec),
                     .file = below(request.root, bytes_at(spec, "file")),
                     .line = spec.value("line", 0)});
  }
  unite_ordered(tests);
  return tests;
}

}  // namespace harness
