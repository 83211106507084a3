#include "suite/programs/ginkgo_call.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/child.h"
#include "base/files.h"
#include "base/text.h"
#include "suite/programs/byte_json.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A regular expression of Go's for just this text. What is no UTF-8 cannot be in one.
std::string exactly(const std::string& text) {
  std::string expression;
  for (size_t begin = 0; begin < text.size();) {
    const auto end = std::min(invalid_utf8(text, begin), text.size());
    expression += RE2::QuoteMeta(text.substr(begin, end - begin));
    if (end < text.size()) expression += "(?s:.)";
    begin = end + 1;
  }
  return expression;
}

/// What ginkgo_id has put together.
std::string text_of(const std::string& id) { return id.substr(0, id.rfind('\0', id.rfind('\0') - 1)); }
std::string place_of(const std::string& id) {
  const auto end = id.rfind('\0'), begin = id.rfind('\0', end - 1) + 1;
  return id.substr(begin, end - begin);
}

std::vector<std::string> focus_on(const std::vector<const TestCase*>& specs, const std::string& suite) {
  std::set<std::string> expressions;
  for (const auto* spec : specs) expressions.insert("^" + exactly(suite + " " + text_of(spec->id)) + "$");
  return {expressions.begin(), expressions.end()};
}

/// FILE:LINE,LINE: which of several specs of one text. Ginkgo takes a ":" for the end of the file's name:
/// with one in it the texts alone choose.
std::vector<std::string> places_of(const std::vector<const TestCase*>& specs) {
  std::map<std::string, std::set<std::string>> lines;
  for (const auto* spec : specs) {
    const auto place = place_of(spec->id);
    const auto colon = place.rfind(':');
    lines[place.substr(0, colon)].insert(place.substr(colon + 1));
  }
  std::vector<std::string> places;
  for (const auto& [file, of_file] : lines) {
    if (file.find(':') != std::string::npos) return {};
    places.push_back("^" + exactly(file) + "$:" + join({of_file.begin(), of_file.end()}, ","));
  }
  return places;
}

/// "ginkgo.focus" of "--ginkgo.focus=X"
std::string flag_name(const std::string& arg) {
  const auto begin = arg.find_first_not_of('-');
  if (arg.empty() || arg[0] != '-' || begin == std::string::npos) return "";
  return arg.substr(begin, arg.find('=') - begin);
}

/// What chooses by "or" has chosen when the specs were listed; beside what is asked for it would add to it.
std::vector<std::string> args_of_run(const std::vector<std::string>& args) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < args.size(); ++i) {
    const auto name = flag_name(args[i]);
    if (name != "ginkgo.focus" && name != "ginkgo.focus-file")
      kept.push_back(args[i]);
    else if (args[i].find('=') == std::string::npos)
      ++i;
  }
  return kept;
}

/// The same for all calls. One seed: the order, by which equal specs are told apart, is always the same.
std::vector<std::string> common_args(const GinkgoProgram& program, const GinkgoFiles& files) {
  return {program.file,        "-test.run=^(" + program.function + ")$",
          "-test.timeout=0",   "-harness.ginkgo=" + path_of_itself(files.record),
          "--ginkgo.no-color", "--ginkgo.seed=1",
          "--ginkgo.timeout=0"};
}

}  // namespace

std::string GinkgoProgram::call() const { return file + '\0' + function + '\0' + suite; }

GinkgoProgram GinkgoProgram::of(const TestCase& spec) {
  const auto first = spec.call.find('\0'), second = spec.call.find('\0', first + 1);
  return {.file = spec.call.substr(0, first),
          .function = spec.call.substr(first + 1, second - first - 1),
          .suite = spec.call.substr(second + 1)};
}

bool GinkgoFiles::take() const {
  std::error_code ignored;
  for (const auto& file : {record, wanted}) fs::remove(file, ignored);
  return fs::remove(testing_end, ignored) && !ignored;
}

TestCall ginkgo_call(const std::vector<const TestCase*>& specs, const GinkgoFiles& files, const fs::path& log,
                     const std::vector<std::string>& more) {
  const auto program = GinkgoProgram::of(*specs.front());
  const auto& own = specs.front()->program->args;
  const Json what{{"log", text_of_bytes(log.string())},
                  {"focus", focus_on(specs, program.suite)},
                  {"files", places_of(specs)}};
  write_file_atomically(files.wanted, what.dump());
  TestCall call{.args = common_args(program, files)};
  call.args.insert(call.args.end(),
                   {"-test.paniconexit0", "-test.mutexprofile=" + path_of_itself(files.testing_end),
                    "-test.mutexprofilefraction=0"});
  const std::set<std::string> says{"ginkgo.v", "ginkgo.vv", "ginkgo.succinct"};
  if (std::none_of(own.begin(), own.end(), [&](const auto& arg) { return says.contains(flag_name(arg)); }))
    call.args.push_back("--ginkgo.v");  // what specs write comes as they write it
  call.args.insert(call.args.end(), more.begin(), more.end());
  const auto rest = args_of_run(own);
  call.args.insert(call.args.end(), rest.begin(), rest.end());
  return call;
}

TestCall ginkgo_list_call(const GinkgoProgram& program, const GinkgoFiles& files,
                          const std::vector<std::string>& args) {
  write_file_atomically(files.wanted, Json{{"list", true}}.dump());
  // With that variable specs that are focused in code do not end it with 197.
  TestCall call{.args = common_args(program, files), .env = {{"GINKGO_EDITOR_INTEGRATION", "true"}}};
  call.args.push_back("--ginkgo.dry-run");
  call.args.insert(call.args.end(), args.begin(), args.end());
  return call;
}

}  // namespace harness
