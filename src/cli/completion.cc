#include "cli/completion.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/flags.h"
#include "cluster/instance.h"
#include "config/project.h"
#include "harness_bash.h"
#include "harness_fish.h"
#include "harness_zsh.h"
#include "suite/history.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

/// The words of a command line as a shell has them; the last one may be empty, or open.
std::vector<std::string> shell_words(const std::string& line) {
  std::vector<std::string> words(1);
  char quote = '\0';
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\\' && quote != '\'' && i + 1 < line.size())
      words.back() += line[++i];
    else if (quote == c)
      quote = '\0';
    else if (quote == '\0' && (c == '\'' || c == '"'))
      quote = c;
    else if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n'))
      words.emplace_back();
    else
      words.back() += c;
  }
  std::vector<std::string> whole;
  for (size_t i = 0; i < words.size(); ++i)
    if (!words[i].empty() || i + 1 == words.size()) whole.push_back(std::move(words[i]));
  return whole;
}

std::string value_of(const std::vector<std::string>& words, const std::string& flag) {
  for (size_t i = 0; i < words.size(); ++i) {
    const auto begin = words[i].find_first_not_of('-');
    if (begin == 0 || begin == std::string::npos || begin > 2) continue;
    const auto name = words[i].substr(begin);
    if (name.starts_with(flag + "=")) return name.substr(flag.size() + 1);
    if (name == flag && i + 1 < words.size()) return words[i + 1];
  }
  return "";
}

/// A name as an expression that matches it.
std::string expression_for(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

/// What a project has of names, as far as it can be read.
class Names {
 public:
  explicit Names(const std::vector<std::string>& words) {
    const auto config = value_of(words, "config");
    try {
      project_ = load_project(config.empty() ? find_project(fs::current_path()) : fs::path(config));
    } catch (const Error&) {
      return;
    }
    const auto name = value_of(words, "name");
    instance_ = name.empty() ? "default" : name;
  }

  std::set<std::string> tests() const {
    std::set<std::string> names;
    if (instance_.empty()) return names;
    for (const auto& [name, seconds] : History(Instance(project_, instance_).history_file()).seconds()) {
      names.insert(expression_for(name));
      names.insert(expression_for(name.substr(0, name.find('/'))));
    }
    for (const auto& program : project_.tests)
      if (program.kind == TestProgram::Kind::command || program.is_named)
        names.insert(expression_for(program.name));
    return names;
  }
  std::set<std::string> labels() const {
    std::set<std::string> names{"default", "serial", "disruptive"};
    for (const auto& program : project_.tests) names.insert(program.labels.begin(), program.labels.end());
    return names;
  }
  std::set<std::string> images() const {
    std::set<std::string> names{"ALL"};
    for (const auto& image : project_.images) names.insert(image.name);
    return names;
  }
  std::set<std::string> components() const {
    std::set<std::string> names;
    for (const auto& component : project_.components) names.insert(component.name);
    return names;
  }
  std::set<std::string> instances() const {
    std::set<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(project_.root / ".harness", none))
      if (fs::exists(entry.path() / "instance.json")) names.insert(entry.path().filename().string());
    return names;
  }

 private:
  Project project_;
  std::string instance_;  ///< empty: there is no project
};

std::set<std::string> values_of(const std::string& flag, const Names& names) {
  if (flag == "run" || flag == "skip") return names.tests();
  if (flag == "labels") return names.labels();
  if (flag == "build") return names.images();
  if (flag == "name") return names.instances();
  if (flag == "clear") return {"ALL"};
  if (flag == "executor") return {"host", "pod"};
  return {};
}

std::set<std::string> arguments_of(const CommandSpec& command, size_t given, bool is_help,
                                   const Names& names) {
  std::set<std::string> all;
  for (const auto& one : command_specs())  // what may follow the words so far: "testrun" by "emit"
    if (given == 0 && one.words.size() > command.words.size() &&
        std::equal(command.words.begin(), command.words.end(), one.words.begin()))
      all.insert(one.words[command.words.size()]);
  if (command.task == Task::tests) {
    if (given == 0) all.insert("help");
    return all;
  }
  if (is_help) return all;
  const auto& arguments = command.arguments;
  if (given >= arguments.size() && !command.has_more) return all;
  const std::string kind = arguments.empty() ? "" : arguments[std::min(given, arguments.size() - 1)];
  if (kind == "COMPONENT") all.merge(names.components());
  if (kind == "ENGINE") all.merge(std::set<std::string>{"argo", "kubernetes", "prowjob", "tekton"});
  if (kind == "SHELL") all.merge(std::set<std::string>{"bash", "fish", "zsh"});
  return all;
}

}  // namespace

std::string_view completion_script(const std::string& shell) {
  if (shell == "bash") return kHarnessBash;
  if (shell == "zsh") return kHarnessZsh;
  if (shell == "fish") return kHarnessFish;
  throw Error("completion: there is none for \"" + shell + "\"",
              {.hint = "harness completion bash|zsh|fish", .exit_code = kUsage});
}

std::vector<std::string> completions(const std::string& line) {
  auto words = shell_words(line);
  const auto word = words.back();
  words.pop_back();
  if (!words.empty()) words.erase(words.begin());  // the program
  const bool is_help = !words.empty() && words[0] == "help";
  if (is_help) words.erase(words.begin());
  const auto& command = command_of(words);
  std::set<std::string> all;
  std::string before;  // of the word: what each candidate begins with
  const auto equals = word.find('=');
  const auto dashes = word.substr(0, std::min(word.find_first_not_of('-'), word.size()));
  if (!dashes.empty() && equals != std::string::npos) {
    before = word.substr(0, equals + 1);
    const auto comma = word.rfind(',');  // a list of names: -build=a,b
    const auto flag = word.substr(dashes.size(), equals - dashes.size());
    if (flag == "build" && comma != std::string::npos) before = word.substr(0, comma + 1);
    if (command.flags.contains(flag)) all = values_of(flag, Names(words));
  } else if (!dashes.empty()) {
    before = dashes.size() > 1 ? "--" : "-";
    auto flags = command.flags;
    flags.insert("help");
    for (const auto& flag : flags) all.insert(flag + (takes_value(flag) ? "=" : ""));
  } else {
    const auto given = static_cast<size_t>(
        std::count_if(words.begin(), words.end(), [](const auto& one) { return !one.starts_with('-'); }));
    all = arguments_of(command, given - command.words.size(), is_help, Names(words));
  }
  std::vector<std::string> fitting;
  for (const auto& one : all)
    if ((before + one).starts_with(word)) fitting.push_back(before + one);
  return fitting;
}

}  // namespace harness
