#include "config/project.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "config/check_project.h"
#include "config/read_command.h"
#include "config/read_image.h"
#include "config/read_reach.h"
#include "config/read_sources.h"
#include "config/yaml_reader.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

void read_component(YamlReader& reader, const YAML::Node& key, const YAML::Node& node, Project& project) {
  const auto what = fmt::format("component \"{}\"", key.Scalar());
  std::vector<std::string> known{"image",   "expose", "ports",    "after", "egress",
                                 "timeout", "sync",   "recreate", "ready", "substitute"};
  known.insert(known.end(), kSourceKeys.begin(), kSourceKeys.end());
  Fields fields(reader, node, what, known);
  Component component{.name = key.Scalar(),
                      .images = fields.list("image"),
                      .sources = read_sources(reader, fields, what, project.root),
                      .after = fields.list("after"),
                      .timeout_seconds = fields.seconds("timeout", 300),
                      .egress = fields.list("egress"),
                      .recreate_data = fields.text("recreate") == "data",
                      .ready = fields.map("ready"),
                      .sync = fields.boolean("sync"),
                      .at = YamlReader::position(key)};
  if (node.IsMap() && std::none_of(kSourceKeys.begin(), kSourceKeys.end(),
                                   [&](const auto& source) { return fields.has(source); }))
    reader.problem(fields.at("manifest"), what + " deploys nothing: it needs \"manifest\", or one of " +
                                              join({kSourceKeys.begin() + 1, kSourceKeys.end()}, ", "));
  if (fields.has("recreate") && !component.recreate_data)
    reader.problem(fields.at("recreate"), what + ": \"recreate\" can only be data");
  read_reach(reader, fields, what, component);
  check_component(reader, component, project, fields);
  check_claims(reader, component, project);
  project.components.push_back(std::move(component));
}

void read_process(YamlReader& reader, Fields& fields, TestProgram& test) {
  using Kind = TestProgram::Kind;
  const bool by_default = test.kind == Kind::go || test.kind == Kind::ginkgo || test.kind == Kind::pytest ||
                          (test.kind == Kind::command && test.cases);
  const auto process = fields.has("process") ? fields.text("process") : by_default ? "shared" : "each";
  test.shared = process == "shared";
  if (process != "shared" && process != "each")
    reader.problem(fields.at("process"),
                   fmt::format("a test's \"process\" must be shared or each, not \"{}\"", process));
}

void read_go_flags(YamlReader& reader, Fields& fields, TestProgram& test) {
  test.args = fields.list("args");
  test.tags = fields.list("tags");
  for (const char* key : {"args", "tags"})
    if (fields.has(key) && !fields.has("go") && !fields.has("ginkgo"))
      reader.problem(fields.at(key), fmt::format("a test's \"{}\" goes with \"go\" and \"ginkgo\"", key));
  for (const auto& arg : test.args) {
    if (arg.starts_with("-test.") || arg.starts_with("--test."))
      reader.problem(fields.at("args"),
                     fmt::format("a test's \"args\" are flags of its own, and {} is one of Go's: -run, "
                                 "-skip, -timeout and -j of the harness choose",
                                 arg));
    for (const char* own : {"ginkgo.dry-run", "ginkgo.dryRun", "ginkgo.parallel.", "harness.ginkgo"})
      if (arg.starts_with(std::string("-") + own) || arg.starts_with(std::string("--") + own))
        reader.problem(
            fields.at("args"),
            fmt::format("a test's \"args\" cannot have {}: the harness sets it, or it runs nothing", arg));
  }
}

void read_cluster(YamlReader& reader, Fields& fields, TestProgram& test) {
  if (!fields.has("cluster")) return;
  test.control_plane = true;
  test.uses.emplace();
  if (fields.text("cluster") != "control-plane")
    reader.problem(
        fields.at("cluster"),
        "a test's \"cluster\" must be control-plane: without it the tests have the cluster of the run");
  if (fields.has("uses"))
    reader.problem(fields.at("uses"),
                   "a test's \"uses\" does not go with \"cluster\": nothing is deployed without nodes");
  if (test.list_deployed)
    reader.problem(
        fields.at("list"),
        "a test's \"list: deployed\" does not go with \"cluster\": nothing is deployed without nodes");
}

void read_test(YamlReader& reader, const YAML::Node& node, Project& project) {
  Fields fields(reader, node, "a test",
                {"gtest",   "go",   "ginkgo", "pytest", "command", "helm",  "name",    "builder",   "target",
                 "python",  "run",  "skip",   "args",   "tags",    "junit", "tap",     "test2json", "env",
                 "process", "lock", "order",  "uses",   "cluster", "list",  "timeout", "labels",    "owner"});
  TestProgram test{.at = YamlReader::position(node)};
  const std::pair<const char*, TestProgram::Kind> kinds[] = {
      {"gtest", TestProgram::Kind::gtest},     {"go", TestProgram::Kind::go},
      {"ginkgo", TestProgram::Kind::ginkgo},   {"pytest", TestProgram::Kind::pytest},
      {"command", TestProgram::Kind::command}, {"helm", TestProgram::Kind::helm}};
  int given = 0;
  for (const auto& [name, kind] : kinds)
    if (fields.has(name)) {
      ++given;
      test.kind = kind;
      test.path = fields.text(name);
    }
  if (given != 1 && node.IsMap())
    reader.problem(test.at, "a test needs exactly one of gtest, go, ginkgo, pytest, command, helm");
  test.name = fields.has("name") ? fields.text("name") : fs::path(test.path).filename().string();
  test.is_named = fields.has("name");
  if (fields.has("command")) fields.require("name");
  test.builder = fields.text("builder");
  test.target = fields.has("target") ? fields.text("target") : test.name;
  test.python = fields.has("python") ? fields.text("python") : "python3";
  test.env = fields.map("env");
  test.list_deployed = test.kind != TestProgram::Kind::command && fields.has("list");
  if (test.list_deployed && fields.text("list") != "deployed")
    reader.problem(fields.at("list"),
                   "a test's \"list\" must be deployed: its tests are listed once all is deployed");
  test.run = fields.text("run");
  test.skip = fields.text("skip");
  read_cases(reader, fields, test);
  for (const char* key : {"run", "skip"})
    if (fields.has(key) && test.kind == TestProgram::Kind::command && test.list_command.empty())
      reader.problem(fields.at(key),
                     fmt::format("a test's \"{}\" needs \"list\" at a command: without it the names of its "
                                 "tests are not known",
                                 key));
  read_process(reader, fields, test);
  read_go_flags(reader, fields, test);
  if (fields.has("uses")) {
    test.uses = fields.list("uses");
    test.uses_at = fields.at("uses");
  }
  read_cluster(reader, fields, test);
  test.locks = fields.list("lock");
  test.in_file_order = fields.has("order");
  if (test.in_file_order && fields.text("order") != "file")
    reader.problem(
        fields.at("order"),
        "a test's \"order\" can only be file: its tests run one after another, as they are listed");
  test.timeout_seconds = fields.seconds("timeout", 0);
  test.labels = fields.list("labels");
  test.owner = fields.text("owner");
  if (fields.has("python") && !fields.has("pytest"))
    reader.problem(fields.at("python"), "a test's \"python\" goes with \"pytest\"");
  if (fields.has("target") && !fields.has("builder"))
    reader.problem(fields.at("target"), "a test's \"target\" goes with \"builder\"");
  if (!test.builder.empty() && !project.builders.contains(test.builder))
    reader.unknown(fields.at("builder"), fmt::format("no builder \"{}\"", test.builder), test.builder,
                   names_of(project.builders));
  if (test.kind == TestProgram::Kind::helm) check_chart_test(reader, test, project, fields);
  check_test(reader, test, fields);
  project.tests.push_back(std::move(test));
}

}  // namespace

const Image* Project::image(const std::string& name) const {
  const auto found =
      std::find_if(images.begin(), images.end(), [&](const auto& image) { return image.name == name; });
  return found == images.end() ? nullptr : &*found;
}

const Component* Project::component(const std::string& name) const {
  const auto found =
      std::find_if(components.begin(), components.end(), [&](const auto& c) { return c.name == name; });
  return found == components.end() ? nullptr : &*found;
}

std::optional<std::string> Component::url_path() const {
  for (const auto& one : expose)
    if (one.host.empty() && (one.strip || one.path == "/")) return one.path == "/" ? "" : one.path;
  return std::nullopt;
}

bool Project::tests_chart_of(const std::string& component) const {
  return std::any_of(tests.begin(), tests.end(), [&](const auto& test) {
    return test.kind == TestProgram::Kind::helm && test.path == component;
  });
}

Project load_project(const fs::path& file) {
  YamlReader reader(file);
  Project project;
  project.file = fs::absolute(file).lexically_normal();
  project.root = project.file.parent_path();
  if (reader.root().IsNull())
    throw Error(file.filename().string() + " is empty",
                {.hint = "harness init in an empty folder writes an example", .exit_code = kUsage});

  Fields top(reader, reader.root(), file.filename().string(),
             {"registry", "hermetic", "gateway", "nodes", "control-planes", "zones", "builders", "images",
              "components", "tests"});
  if (!reader.root().IsMap()) reader.finish();
  if (top.has("registry")) project.registry = top.text("registry");
  if (top.has("hermetic")) project.hermetic = top.boolean("hermetic");
  read_cluster(reader, top, project);
  const YAML::Node& root = reader.root();
  const auto defaults =
      top.has("builders") ? read_builders(reader, root["builders"], project) : ImageDefaults();
  if (top.has("images"))
    for (const auto& [key, node] : entries(reader, root["images"], "images"))
      read_image(reader, key, node, defaults, project);
  if (top.has("components"))
    for (const auto& [key, node] : entries(reader, root["components"], "components"))
      read_component(reader, key, node, project);
  if (top.has("tests") && !root["tests"].IsSequence())
    reader.problem(top.at("tests"), "tests must be a list");
  else if (top.has("tests"))
    for (const auto& node : root["tests"]) read_test(reader, node, project);
  check_references(reader, project, top);
  reader.finish();
  return project;
}

fs::path find_project(const fs::path& folder) {
  for (auto dir = fs::absolute(folder).lexically_normal();; dir = dir.parent_path()) {
    if (fs::exists(dir / "components.yaml")) return dir / "components.yaml";
    if (dir == dir.parent_path()) break;
  }
  throw Error(
      "no components.yaml in " + folder.string() + " or a folder above it",
      {.hint = "harness init writes a starting set here; -config=F names another file", .exit_code = kUsage});
}

}  // namespace harness
