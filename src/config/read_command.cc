#include "config/read_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/template.h"

namespace harness {

namespace {

constexpr std::string_view kResults = "{results}/";

bool names_the_tests(const std::string& command) {
  return template_names(command, TemplateSyntax::braces, "tests") ||
         command.find("HARNESS_TESTS") != std::string::npos;
}

/// What a command, and the files of its record, can name.
const TemplateValues& values_of_commands() {
  static const TemplateValues values{{"tests", {.text = {}, .takes_argument = true}}, {"results", {}}};
  return values;
}

void check_names(YamlReader& reader, Fields& fields, const char* key, const std::string& text) {
  if (const auto problem = template_problem(text, TemplateSyntax::braces, values_of_commands()))
    reader.problem(fields.at(key), fmt::format("a test's \"{}\": {}", key, *problem));
}

void read_globs(YamlReader& reader, Fields& fields, const char* key, bool may_be_stdout, CaseFiles& cases) {
  const auto items = fields.items(key);
  if (may_be_stdout && items.size() == 1 && items[0].text == "true") return;
  for (const auto& item : items) {
    auto glob = std::filesystem::path(item.text).lexically_normal();
    const bool is_outside = glob.is_absolute() || (!glob.empty() && *glob.begin() == "..");
    if (item.text.empty() || item.text == "true" || item.text == "false" || is_outside)
      reader.problem(item.at,
                     fmt::format("a test's \"{}\" must be {}a file or glob of the project, or one of the "
                                 "attempt's own folder, such as \"{{results}}/*.xml\"",
                                 key, may_be_stdout ? "true (standard output), " : ""));
    check_names(reader, fields, key, item.text);
    cases.globs.push_back(glob.string());
  }
}

void check_list(YamlReader& reader, Fields& fields, const TestProgram& test) {
  if (test.list_command == "deployed")
    reader.problem(fields.at("list"),
                   "a test's \"list: deployed\" goes with gtest, go, ginkgo and pytest: the \"list\" of a "
                   "command prints names");
  else if (!test.list_command.empty() && !test.cases)
    reader.problem(fields.at("list"),
                   "a test's \"list\" needs \"junit\", \"tap\" or \"test2json\" beside it: a command alone "
                   "is one test");
  else if (!test.list_command.empty() && !names_the_tests(test.path))
    reader.problem(fields.at("list"),
                   "a test's \"list\" needs {tests} or $HARNESS_TESTS in its command, which say what to run");
  if (fields.has("process") && test.list_command.empty())
    reader.problem(fields.at("process"),
                   "a test's \"process\" goes with gtest, go, ginkgo, pytest and a command that has a "
                   "\"list\": any other command is one call");
  if (test.list_command.empty() && template_names(test.path, TemplateSyntax::braces, "tests"))
    reader.problem(fields.at("command"), "a test's {tests} needs a \"list\" to choose from");
}

}  // namespace

bool CaseFiles::private_to_attempt() const {
  return std::all_of(globs.begin(), globs.end(),
                     [](const auto& glob) { return std::string_view(glob).starts_with(kResults); });
}

void read_cases(YamlReader& reader, Fields& fields, TestProgram& test) {
  using Format = CaseFiles::Format;
  const bool is_command = test.kind == TestProgram::Kind::command;
  int given = 0;
  for (const auto& [key, format] :
       {std::pair{"junit", Format::junit}, {"tap", Format::tap}, {"test2json", Format::test2json}}) {
    if (!fields.has(key)) continue;
    if (!is_command)
      reader.problem(fields.at(key), fmt::format("a test's \"{}\" goes with \"command\"", key));
    if (++given > 1)
      reader.problem(fields.at(key), "a test has at most one of \"junit\", \"tap\" and \"test2json\"");
    test.cases.format = format;
    test.cases.globs.clear();
    read_globs(reader, fields, key, format != Format::junit, test.cases);
  }
  if (!is_command) return;
  test.list_command = fields.text("list");
  if (test.cases) check_names(reader, fields, "command", test.path);  // in another it is the text's own
  check_list(reader, fields, test);
}

}  // namespace harness
