#include "config/yaml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "config/yaml_documents.h"

namespace harness {

namespace {

constexpr size_t kLongestLine = 160;

Position from_mark(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

std::vector<std::pair<Position, std::string>> in_order(
    std::vector<std::pair<Position, std::string>> messages) {
  std::stable_sort(messages.begin(), messages.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.line, a.first.column) < std::pair(b.first.line, b.first.column);
  });
  return messages;
}

}  // namespace

Position YamlReader::position(const YAML::Node& node) { return from_mark(node.Mark()); }

YamlReader::YamlReader(const std::filesystem::path& file, const std::string& shown_as)
    : shown_as_(shown_as.empty() ? file.filename().string() : shown_as) {
  std::string text;
  try {
    text = read_file(file);
  } catch (const std::exception& e) {
    throw Error(e.what(), {.hint = "harness init writes a starting set", .exit_code = kUsage});
  }
  lines_ = split(text, '\n');
  for (auto& line : lines_)
    if (line.ends_with('\r')) line.pop_back();
  // A zero byte is no text of YAML's either (1.2, 5.1), and yaml-cpp would take the file for UTF-16.
  if (const auto bad = std::min(invalid_utf8(text), text.find('\0')); bad != std::string::npos) {
    const auto line = std::count(text.begin(), text.begin() + static_cast<long>(bad), '\n') + 1;
    throw Error(fmt::format("{}:{}: not UTF-8 text", shown_as_, line),
                {.hint = "save the file as UTF-8", .exit_code = kUsage});
  }
  try {
    const auto documents = yaml_documents(text);
    if (!documents.empty()) root_ = documents.front();
    if (documents.size() > 1)
      throw Error(render(position(documents[1]), "a second document (after ---) would not be read"),
                  {.exit_code = kUsage});
  } catch (const YAML::Exception& e) {
    // It may end in the first byte of a character.
    throw Error(render(from_mark(e.mark), e.msg.substr(0, invalid_utf8(e.msg))), {.exit_code = kUsage});
  }
}

void YamlReader::problem(Position at, const std::string& text) { problems_.emplace_back(at, text); }

void YamlReader::unknown(Position at, const std::string& text, const std::string& word,
                         const std::vector<std::string>& candidates) {
  const auto near = nearest(word, candidates);
  problem(at, text + (near ? " (did you mean \"" + *near + "\"?)" : ""));
}

std::string YamlReader::render(Position at, const std::string& text) const {
  const auto message = fmt::format("{}:{}:{}: {}", shown_as_, at.line, at.column, text);
  if (at.line < 1 || at.line > static_cast<int>(lines_.size())) return message;
  const auto& line = lines_[static_cast<size_t>(at.line - 1)];
  if (line.size() > kLongestLine) return message;
  // yaml-cpp counts columns in bytes; tabs are kept so that the caret stands below the character.
  std::string indent = line.substr(0, static_cast<size_t>(at.column - 1));
  std::erase_if(indent, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; });
  for (char& c : indent)
    if (c != '\t') c = ' ';
  return fmt::format("{}\n    {}\n    {}^", message, line, indent);
}

void YamlReader::remark(Position at, const std::string& text) { remarks_.emplace_back(at, text); }

std::vector<std::string> YamlReader::problems() const {
  std::vector<std::string> shown;
  for (const auto& [at, text] : in_order(problems_)) shown.push_back(render(at, text));
  return shown;
}

std::vector<std::string> YamlReader::remarks() const {
  std::vector<std::string> shown;
  for (const auto& [at, text] : in_order(remarks_))
    shown.push_back(fmt::format("{}:{}:{}: {}", shown_as_, at.line, at.column, text));
  return shown;
}

void YamlReader::finish() const {
  if (!problems_.empty()) throw Error(join(problems(), "\n"), {.exit_code = kUsage});
}

std::vector<std::pair<YAML::Node, YAML::Node>> entries(YamlReader& reader, const YAML::Node& node,
                                                       const std::string& what) {
  std::vector<std::pair<YAML::Node, YAML::Node>> result;
  if (!node.IsMap()) {
    reader.problem(YamlReader::position(node), what + " must be a mapping of names");
    return result;
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const auto at = YamlReader::position(entry.first);
    if (!entry.first.IsScalar()) {
      reader.problem(at, what + ": a key must be text");
    } else if (entry.first.Scalar() == "<<") {
      reader.problem(at, "merge keys (<<) are not supported");
    } else if (!seen.insert(entry.first.Scalar()).second) {
      reader.problem(at, fmt::format("{}: \"{}\" is a duplicate", what, entry.first.Scalar()));
    } else {
      result.emplace_back(entry.first, entry.second);
    }
  }
  return result;
}

}  // namespace harness
