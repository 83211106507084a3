#include "image/dockerfile.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "image/docker_text.h"
#include "image/shell_words.h"

namespace harness {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The value of a flag; nothing where the word is another one.
std::optional<std::string> value_of(const Word& flag, const std::string& name) {
  return flag.text.starts_with(name) ? std::optional(flag.text.substr(name.size())) : std::nullopt;
}

/// As Go's strconv.Atoi.
std::optional<int> number_in(const std::string& text) {
  const auto digits = text.starts_with('+') || text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return text.starts_with('-') ? -std::stoi(digits) : std::stoi(digits);
}

/// The words of an ARG: quotes stay, and hold spaces together.
std::vector<std::string> argument_words(const std::string& rest, char escape) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (quote == '\0' && leading_space(std::string_view(rest).substr(i)) > 0) {
      i += leading_space(std::string_view(rest).substr(i)) - 1;
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
      continue;
    }
    in_word = true;
    if (c == escape && quote != '\'') {
      if (i + 1 == rest.size()) continue;
      word += c;
      word += rest[++i];
      continue;
    }
    if (quote == c)
      quote = '\0';
    else if (quote == '\0' && (c == '\'' || c == '"'))
      quote = c;
    word += c;
  }
  if (in_word && !word.empty()) words.push_back(word);
  return words;
}

/// Frontends that read what this file reads.
bool is_dockerfile_frontend(const std::string& syntax) {
  const auto path = syntax.substr(
      0, syntax.find_first_of(":@", syntax.rfind('/') == std::string::npos ? 0 : syntax.rfind('/')));
  const auto name = path.substr(path.rfind('/') + 1);
  return syntax.empty() || name == "dockerfile" || name == "dockerfile-upstream";
}

/// "localhost:5001/x", "quay.io/x": no stage can be called so.
bool has_registry(const std::string& name) { return name.find('/') != std::string::npos; }

}  // namespace

class Dockerfile::Reading {
 public:
  Reading(Dockerfile& file, const DockerfileSettings& settings)
      : file_(file), settings_(settings), args_(first_args(settings)) {}

  void read() {
    const auto lines = read_lines(file_.text_);
    file_.escape_ = lines.escape;
    if (settings_.buildkit && !lines.syntax.text.empty()) {
      const auto slash = lines.syntax.text.rfind('/');
      if (slash != std::string::npos)
        add({.name = lines.syntax.text, .where = Where::syntax}, {.at = lines.syntax.at});
    }
    try {
      for (const auto& one : lines.instructions) take(one);
      if (stages_.empty()) throw DockerfileProblem(1, "no FROM in it");
      resolve();
    } catch (const DockerfileProblem&) {  // another frontend's language
      if (!settings_.buildkit || is_dockerfile_frontend(lines.syntax.text)) throw;
    }
  }

 private:
  /// Something that names a stage or an image.
  struct Use {
    Reference reference;
    Place place;
  };
  struct Stage {
    std::string name;
    std::vector<Use> uses;  ///< the first is FROM
    std::set<size_t> needs;
  };

  static std::map<std::string, std::string> first_args(const DockerfileSettings& settings) {
    std::map<std::string, std::string> args;
    if (!settings.buildkit) return args;
    const std::string own = "linux/" + settings.architecture;
    for (const auto& [kind, platform] : {std::pair<std::string, std::string>{"BUILD", own},
                                         {"TARGET", settings.platform.empty() ? own : settings.platform}}) {
      const auto parts = split(platform + "//", '/');
      args[kind + "PLATFORM"] = platform;
      args[kind + "OS"] = parts[0];
      args[kind + "ARCH"] = parts[1];
      args[kind + "VARIANT"] = parts[2];
      args[kind + "OSVERSION"] = "";
    }
    args["TARGETSTAGE"] = settings.target.empty() ? "default" : settings.target;
    for (auto& [name, value] : args)
      if (const auto given = settings.args.find(name); given != settings.args.end()) value = given->second;
    return args;
  }

  void take(const Instruction& one) {
    if (one.keyword == "from") return begin_stage(one);
    if (stages_.empty() && one.keyword == "arg") return take_argument(one);
    if (stages_.empty())
      throw DockerfileProblem(one.line,
                              "no build stage in current context: FROM must come before " + one.keyword);
    if (one.keyword == "onbuild") {
      const auto trigger = one.inner(file_.escape_);
      if (trigger.keyword == "copy" || trigger.keyword == "run") take_flags(trigger, true);
    } else if (one.keyword == "copy" || one.keyword == "run") {
      take_flags(one, false);
    }
  }

  void take_argument(const Instruction& one) {
    for (const auto& word : argument_words(one.rest, file_.escape_)) {
      const auto equals = word.find('=');
      const auto name = word.substr(0, equals);
      if (name.empty()) throw DockerfileProblem(one.line, "ARG names can not be blank");
      if (const auto given = settings_.args.find(name); given != settings_.args.end())
        args_[name] = given->second;
      else if (equals != std::string::npos)
        args_[name] = expanded(word.substr(equals + 1), one.line);
    }
  }

  std::string expanded(const std::string& word, int line) const {
    try {
      return ShellWords::process(word, {.escape = file_.escape_},
                                 [this](const std::string& name) {
                                   const auto found = args_.find(name);
                                   return found == args_.end() ? std::nullopt : std::optional(found->second);
                                 })
          .text;
    } catch (const std::runtime_error& e) {
      throw DockerfileProblem(line, "\"" + word + "\": " + e.what());
    }
  }

  void begin_stage(const Instruction& one) {
    const auto words = one.words();
    const bool has_name = words.size() == 3 && lower(words[1].text) == "as";
    if (words.size() != 1 && !has_name)
      throw DockerfileProblem(one.line, "FROM requires either one or three arguments");
    Stage stage{.name = has_name ? lower(words[2].text) : ""};
    Reference reference{.name = expanded(words[0].text, one.line), .line = one.line};
    if (reference.name.empty())
      throw DockerfileProblem(one.line, "base name (" + words[0].text + ") should not be blank");
    for (const auto& flag : one.flags)
      if (const auto platform = value_of(flag, "--platform="))
        reference.platform = expanded(*platform, one.line);
    stage.uses.push_back({reference, {.at = words[0].at}});
    stages_.push_back(std::move(stage));
  }

  void take_flags(const Instruction& one, bool is_trigger) {
    for (const auto& flag : one.flags) {
      Place place{.at = flag.at};
      std::string name;
      if (const auto from = value_of(flag, "--from="); from && one.keyword == "copy") {
        place.flag = "--from=";
        name = *from;
      } else if (const auto mount = value_of(flag, "--mount="); mount && one.keyword == "run") {
        place.flag = "--mount=";
        place.fields = fields_of(*mount, one.line);
        for (const auto& field : place.fields)
          if (is_from(field)) name = field.substr(5);
      }
      if (name.empty()) continue;
      if (const auto dollar = name.find('$'); dollar != std::string::npos && dollar + 1 != name.size())
        throw DockerfileProblem(
            one.line,
            place.flag + name + " takes no variables: name a stage instead (FROM " + name + " AS x)");
      if (is_trigger && !has_registry(name)) continue;
      const auto where = is_trigger ? Where::trigger : one.keyword == "copy" ? Where::copy : Where::mount;
      stages_.back().uses.push_back({{.name = name, .where = where, .line = one.line}, std::move(place)});
    }
  }

  static bool is_from(const std::string& field) {
    return field.size() > 5 && lower(field.substr(0, 5)) == "from=";
  }

  static std::vector<std::string> fields_of(const std::string& mount, int line) {
    try {
      return split_fields(mount);
    } catch (const std::runtime_error& e) {
      throw DockerfileProblem(line, std::string("--mount: ") + e.what());
    }
  }

  /// The stage that a use names. FROM sees those before it, as the classic builder does everywhere; COPY and
  /// RUN of BuildKit see all.
  std::optional<size_t> stage_of(const Reference& reference, size_t user) const {
    const auto is_from = reference.where == Where::from;
    const auto end = is_from || !settings_.buildkit ? user : stages_.size();
    if (reference.where == Where::trigger) return std::nullopt;
    const auto index = reference.where == Where::copy ? number_in(reference.name) : std::nullopt;
    if (index && settings_.buildkit) return checked(*index, end, reference.line);
    for (size_t i = end; i > 0; --i)
      if (!stages_[i - 1].name.empty() && stages_[i - 1].name == lower(reference.name)) return i - 1;
    if (index) return checked(*index, end, reference.line);
    return std::nullopt;
  }

  static size_t checked(int index, size_t end, int line) {
    if (index < 0 || static_cast<size_t>(index) >= end)
      throw DockerfileProblem(line, "invalid stage index " + std::to_string(index));
    return static_cast<size_t>(index);
  }

  void resolve() {
    std::vector<std::vector<size_t>> external(stages_.size());  // indexes of references_
    for (size_t i = 0; i < stages_.size(); ++i)
      for (const auto& use : stages_[i].uses) {
        if (use.reference.name == "scratch") continue;
        if (const auto other = stage_of(use.reference, i)) {
          stages_[i].needs.insert(*other);
          continue;
        }
        external[i].push_back(file_.references_.size());
        add(use.reference, use.place);
      }
    const auto needed = needed_stages();
    for (size_t i = 0; i < stages_.size(); ++i)
      for (const auto index : external[i]) file_.references_[index].needed = needed.contains(i);
  }

  std::set<size_t> needed_stages() const {
    const auto target = target_stage();
    std::set<size_t> needed;
    if (!settings_.buildkit) {
      for (size_t i = 0; i <= target; ++i) needed.insert(i);
      return needed;
    }
    const std::function<void(size_t)> need = [&](size_t stage) {
      if (needed.insert(stage).second)
        std::for_each(stages_[stage].needs.begin(), stages_[stage].needs.end(), need);
    };
    need(target);
    return needed;
  }

  size_t target_stage() const {
    if (settings_.target.empty()) return stages_.size() - 1;
    for (size_t i = stages_.size(); i > 0; --i)
      if (stages_[i - 1].name == lower(settings_.target)) return i - 1;
    const auto index = number_in(settings_.target);
    if (!index || *index < 0 || static_cast<size_t>(*index) >= stages_.size())
      throw DockerfileProblem(1, "target stage \"" + settings_.target + "\" could not be found");
    return static_cast<size_t>(*index);
  }

  void add(const Reference& reference, Place place) {
    file_.references_.push_back(reference);
    file_.places_.push_back(std::move(place));
  }

  Dockerfile& file_;
  const DockerfileSettings& settings_;
  std::map<std::string, std::string> args_;
  std::vector<Stage> stages_;

  friend class Dockerfile;
};

Dockerfile::Dockerfile(std::string text, const std::string& file, const DockerfileSettings& settings)
    : text_(std::move(text)) {
  try {
    Reading(*this, settings).read();
  } catch (const DockerfileProblem& e) {
    throw Error(file + ":" + std::to_string(e.line) + ": " + e.what(),
                {.hint = "https://docs.docker.com/reference/dockerfile/", .exit_code = kBuild});
  }
}

std::string Dockerfile::with(const std::map<std::string, std::string>& names) const {
  std::string text;
  size_t done = 0;
  for (size_t i = 0; i < references_.size(); ++i) {
    const auto found = names.find(references_[i].name);
    if (found == names.end()) continue;
    const auto& place = places_[i];
    text += text_.substr(done, place.at.begin - done);
    done = place.at.end;
    auto fields = place.fields;
    for (auto& field : fields)
      if (Reading::is_from(field)) field = "from=" + found->second;
    text += place.flag.empty()
                ? found->second
                : place.flag + quoted_flag(fields.empty() ? found->second : join_fields(fields), escape_);
  }
  return text + text_.substr(done);
}

std::vector<std::string> names_in_trigger(const std::string& trigger) {
  std::vector<std::string> names;
  const Dockerfile file("FROM scratch\nONBUILD " + trigger + "\n", "ONBUILD", {});
  for (const auto& reference : file.references()) names.push_back(reference.name);
  return names;
}

}  // namespace harness
