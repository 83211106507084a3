#include <fmt/format.h>
#include <re2/re2.h>

#include "base/text.h"
#include "testrun/read.h"

namespace harness::testrun {

namespace {

class Putter {
 public:
  Putter(YamlReader& reader, const Parameters& parameters) : reader_(reader), parameters_(parameters) {
    for (const auto& [key, value] : parameters) names_.push_back(key);
  }

  // A copy of a node is the same node.
  void visit(YAML::Node node) {
    if (node.IsScalar() && node.Scalar().find("${") != std::string::npos) node = replaced(node);
    if (node.IsSequence())
      for (const auto& item : node) visit(item);
    if (node.IsMap())
      for (const auto& entry : node) visit(entry.second);
  }
  std::vector<std::string> found() const { return found_; }

 private:
  std::string replaced(const YAML::Node& node) {
    static const RE2 reference(R"((?s)(.*?)(\$?\$\{)(([A-Za-z0-9_.-]+)\})?)");
    const std::string text = node.Scalar();
    re2::StringPiece rest(text);
    std::string result, before, mark, closed, key;
    while (RE2::Consume(&rest, reference, &before, &mark, &closed, &key)) {
      result += before;
      if (mark == "$${")
        result += "${" + closed;
      else if (closed.empty())
        reader_.problem(YamlReader::position(node), "${ is not closed by }: write $${ for the text itself");
      else
        result += value_of(key, node);
    }
    return result + std::string(rest);
  }

  std::string value_of(const std::string& key, const YAML::Node& node) {
    found_.push_back(key);
    const auto value = parameters_.find(key);
    if (value != parameters_.end()) return value->second;
    reader_.unknown(
        YamlReader::position(node),
        fmt::format("${{{}}} has no value: give it with -set {}=VALUE, or write $${{ for the text itself",
                    key, key),
        key, names_);
    return "${" + key + "}";
  }

  YamlReader& reader_;
  const Parameters& parameters_;
  std::vector<std::string> names_, found_;
};

}  // namespace

std::vector<std::string> put_parameters(YamlReader& reader, const Parameters& parameters) {
  Putter putter(reader, parameters);
  putter.visit(reader.root());
  return putter.found();
}

}  // namespace harness::testrun
