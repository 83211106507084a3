#include <fmt/format.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "base/plain_text.h"
#include "base/text.h"
#include "suite/recorded_case.h"

namespace harness {

namespace {

using End = RecordedCase::End;

constexpr size_t kIndent = 4, kLongestDiagnostic = 100'000;

/// A description without its escapes: "\#" is no directive.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '#' || text[i + 1] == '\\')) ++i;
    plain += text[i];
  }
  return trim(plain);
}

class TapReader {
 public:
  CaseRecord read(const std::string& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      if (line.ends_with('\r')) line.pop_back();
      take(line);
    }
    return finish();
  }

 private:
  /// The points of one depth since the last one above them.
  struct Level {
    std::vector<size_t> cases;  ///< of them and of what is below
    std::set<int> numbers;
    int points = 0;
    std::optional<int> plan;
    bool is_used() const { return points > 0 || plan; }
  };

  void problem(const std::string& text) {
    if (record_.problem.empty()) record_.problem = text;
  }

  void take(const std::string& line) {
    const auto blanks = line.find_first_not_of(' ');
    if (blanks == std::string::npos) return;
    const auto text = line.substr(blanks);
    if (in_diagnostic_) {
      if (text == "..." && blanks == diagnostic_indent_)
        end_diagnostic();
      else if (diagnostic_.size() < kLongestDiagnostic)
        diagnostic_ += line.substr(std::min(blanks, diagnostic_indent_)) + "\n";
      return;
    }
    static const RE2 point("(not )?ok(?:\\s+([0-9]+))?(?:\\s+(?:-\\s+)?(.*))?"),
        plan("1\\.\\.([0-9]+)(?:\\s*#\\s*(.*))?"), bail("(?i)bail out!\\s*(.*)");
    std::string no, number, rest;
    int planned = 0;
    const bool follows_a_point = std::exchange(follows_a_point_, false);
    if (text == "---" && follows_a_point) {
      in_diagnostic_ = true;
      diagnostic_indent_ = blanks;
    } else if (RE2::FullMatch(text, bail, &rest)) {
      problem("it bailed out" + (rest.empty() ? "" : ": " + rest));
    } else if (blanks % kIndent == 0 && RE2::FullMatch(text, plan, &planned, &rest)) {
      take_plan(blanks / kIndent, planned, rest);
    } else if (blanks % kIndent == 0 && RE2::FullMatch(text, point, &no, &number, &rest)) {
      take_point(blanks / kIndent, no.empty(), number, rest);
    } else if (text.starts_with('#') && last_ && !text.starts_with("# Subtest")) {
      record_.cases[*last_].output += trim(text.substr(1)) + "\n";
    }
  }

  void take_plan(size_t depth, int planned, const std::string& comment) {
    auto& level = levels_[depth];
    if (level.plan) problem("it has two plans (1..N)");
    level.plan = planned;
    last_.reset();
    static const RE2 skip("(?i)skip\\S*\\s*(.*)");
    std::string why;
    if (depth == 0 && planned == 0 && RE2::FullMatch(comment, skip, &why))
      record_.skipped = why.empty() ? "skipped by its plan" : why;
  }

  void take_point(size_t depth, bool is_ok, const std::string& number, std::string rest) {
    auto& level = levels_[depth];
    ++level.points;
    if (!number.empty() && !level.numbers.insert(std::atoi(number.c_str())).second)
      problem("test " + number + " is recorded twice");
    static const RE2 directive("(?i)^(|.*[^\\\\])#\\s*(skip|todo)\\S*\\s*(.*)$");
    std::string description = rest, word, why;
    RE2::FullMatch(rest, directive, &description, &word, &why);
    double milliseconds = 0;  // bats and node-tap put it there: it is no part of the name
    static const RE2 time("(?i)^(.*?)\\s+#\\s*(?:in |time=)([0-9.]+)\\s*ms\\s*$");
    RE2::FullMatch(std::string(description), time, &description, &milliseconds);
    const bool is_skip = word.starts_with('s') || word.starts_with('S'), is_todo = !word.empty() && !is_skip;
    RecordedCase one{.suite = "",
                     .class_name = "",
                     .name = unescaped(description),
                     .end = is_ok ? End::passed : End::failed,
                     .seconds = milliseconds / 1000};
    if (is_skip || (is_todo && !is_ok)) {
      one.end = End::skipped;
      one.reason = unescaped(is_skip ? why : "TODO " + why);
      if (one.reason.empty()) one.reason = "skipped by the test";
    }
    if (one.name.empty()) one.name = "test " + (number.empty() ? std::to_string(level.points) : number);
    const auto below = close_level(depth + 1);
    bool any_failed = false;
    for (const auto i : below) {
      auto& class_name = record_.cases[i].class_name;
      class_name = class_name.empty() ? one.name : one.name + "/" + class_name;
      any_failed = any_failed || record_.cases[i].end == End::failed;
    }
    level.cases.insert(level.cases.end(), below.begin(), below.end());
    last_.reset();
    follows_a_point_ = true;
    if (!below.empty() && (one.end != End::failed || any_failed)) return;
    last_ = record_.cases.size();
    level.cases.push_back(*last_);
    record_.cases.push_back(std::move(one));
  }

  /// What a level has, which is over.
  std::vector<size_t> close_level(size_t depth) {
    const auto found = levels_.find(depth);
    if (found == levels_.end()) return {};
    auto level = std::move(found->second);
    levels_.erase(found);
    if (levels_.contains(depth + 1)) problem("sub-tests are not followed by the result of their test");
    if (level.is_used() && !level.plan)
      problem("it has no plan (1..N): nothing says whether all its tests have run");
    else if (level.plan && *level.plan != level.points)
      problem(fmt::format("its plan has {} tests, but the record has {}", *level.plan, level.points));
    return std::move(level.cases);
  }

  void end_diagnostic() {
    in_diagnostic_ = false;
    const auto text_of_it = std::exchange(diagnostic_, {});
    if (!last_) return;  // of what its sub-tests tell all
    auto& one = record_.cases[*last_];
    one.output += text_of_it;
    try {
      const YAML::Node node = YAML::Load(text_of_it);
      const auto text = [&](const char* key) {
        const auto value = node.IsMap() ? node[key] : YAML::Node(YAML::NodeType::Undefined);
        return value && value.IsScalar() ? value.Scalar() : "";
      };
      one.seconds = std::strtod(text("duration_ms").c_str(), nullptr) / 1000;
      for (const char* key : {"error", "message"})
        if (one.end == End::failed && one.reason.empty()) one.reason = first_line(text(key));
    } catch (const YAML::Exception&) {  // it stays what the test printed
    }
  }

  static std::string first_line(const std::string& text) {
    const auto plain = trim(plain_text(text));
    return plain.substr(0, plain.find('\n'));
  }

  CaseRecord finish() {
    if (in_diagnostic_) problem("it was cut off");
    close_level(0);
    if (!levels_.empty()) problem("sub-tests are not followed by the result of their test");
    if (record_.cases.empty() && record_.skipped.empty() && record_.problem.empty())
      problem("it has no line of TAP");
    for (auto& one : record_.cases)
      if (one.end == End::failed && one.reason.empty()) {
        const auto said = one_line(trim(one.output));
        one.reason = said.empty() ? "not ok" : said.substr(0, 300);
      }
    return std::move(record_);
  }

  std::map<size_t, Level> levels_;  ///< by depth
  std::optional<size_t> last_;      ///< the case that diagnostics are of
  bool follows_a_point_ = false, in_diagnostic_ = false;
  size_t diagnostic_indent_ = 0;
  std::string diagnostic_;
  CaseRecord record_;
};

}  // namespace

CaseRecord tap_record(const std::string& text) { return TapReader().read(text); }

}  // namespace harness
