#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <pugixml.hpp>
#include <set>

#include "base/plain_text.h"
#include "base/text.h"
#include "suite/recorded_case.h"

namespace harness {

namespace {

using End = RecordedCase::End;

constexpr int kDeepest = 100;

std::string text_of(const pugi::xml_node& node) {
  std::string text;
  for (const auto& child : node.children())
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
  return text;
}

/// What a <failure> or <skipped> says in short.
std::string message_of(const pugi::xml_node& node) {
  for (const std::string& text : {std::string(node.attribute("message").value()), text_of(node)})
    if (auto line = trim(plain_text(text)); !line.empty()) return line.substr(0, line.find('\n'));
  const std::string type = node.attribute("type").value();
  return type.empty() ? node.name() : type;
}

/// "1,234.5" is Surefire's.
double seconds_of(std::string text) {
  std::erase(text, ',');
  return std::max(0.0, std::strtod(text.c_str(), nullptr));
}

/// What runners say of a case by attributes: GoogleTest, CTest and others.
End end_by_attributes(const pugi::xml_node& node) {
  static const std::set<std::string> failed{"fail", "failed", "failure", "error", "errored", "timeout"},
      skipped{"notrun", "disabled", "skipped", "ignored", "inactive", "suppressed", "pending"};
  auto end = End::passed;
  for (const char* name : {"status", "result"}) {
    const std::string value = node.attribute(name).value();
    if (failed.contains(value)) return End::failed;
    if (skipped.contains(value)) end = End::skipped;
  }
  return end;
}

/// CTest has failed where it could not run a test (no program, a file or fixture that is missing); where the
/// test skipped itself it says by which property.
bool is_not_run_by_ctest(const pugi::xml_node& node, const std::string& why) {
  return std::string_view(node.attribute("status").value()) == "notrun" && !why.empty() &&
         !why.starts_with("SKIP_") && why != "Disabled";
}

class JunitReader {
 public:
  CaseRecord read(const std::string& xml) {
    pugi::xml_document document;
    const auto parsed =
        document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_doctype);
    if (trim(xml).empty()) return {.problem = "it is empty"};
    for (const auto& node : document.children())
      if (node.type() == pugi::node_doctype)
        return {.problem = "it has a DOCTYPE, and such documents are not read"};
    if (!parsed)
      return {.problem = fmt::format("it is not well-formed XML: {} at byte {}", parsed.description(),
                                     parsed.offset)};
    const auto root = document.document_element();
    const std::string name = root.name();
    if (name != "testsuites" && name != "testsuite")
      return {.problem = fmt::format("it is not JUnit XML: its root is <{}>", name)};
    read_suite(root, "", 0);
    return std::move(record_);
  }

 private:
  void read_suite(const pugi::xml_node& node, const std::string& outer, int depth) {
    if (depth > kDeepest) {
      record_.problem = fmt::format("its suites are nested more than {} deep", kDeepest);
      return;
    }
    const bool is_suite = std::string_view(node.name()) == "testsuite";
    const auto before = record_.cases.size();
    std::string name = is_suite ? node.attribute("name").value() : "";
    if (!outer.empty()) name = name.empty() ? outer : outer + "/" + name;
    for (const auto& child : node.children()) {
      const std::string_view kind = child.name();
      if (kind == "testsuite")
        read_suite(child, name, depth + 1);
      else if (kind == "testcase")
        read_case(child, name, node.attribute("file").value());
      else if (kind == "failure" || kind == "error")
        record_.cases.push_back({.suite = name,
                                 .class_name = "",
                                 .name = name.empty() ? "(suite)" : name,
                                 .reason = message_of(child),
                                 .output = text_of(child)});
    }
    check_counts(node, name, before);
  }

  /// A suite knows of failures, or of tests, that none of its cases tells of.
  void check_counts(const pugi::xml_node& node, const std::string& name, size_t before) {
    int failed = 0;
    for (auto i = before; i < record_.cases.size(); ++i)
      failed += record_.cases[i].end == End::failed || record_.cases[i].earlier_failures > 0;
    const int counted = node.attribute("failures").as_int() + node.attribute("errors").as_int();
    if (counted > 0 && failed == 0)
      record_.problem =
          fmt::format("its suite \"{}\" counts {} failures, and none of its cases has failed", name, counted);
    if (node.attribute("tests").as_int() > 0 && before == record_.cases.size())
      record_.problem = fmt::format("its suite \"{}\" counts {} tests, and has none", name,
                                    node.attribute("tests").as_int());
  }

  void read_case(const pugi::xml_node& node, const std::string& suite, const std::string& file) {
    RecordedCase one{.suite = suite,
                     .class_name = node.attribute("classname").value(),
                     .name = node.attribute("name").value(),
                     .end = end_by_attributes(node),
                     .seconds = seconds_of(node.attribute("time").value()),
                     .file = node.attribute("file").value(),
                     .line = node.attribute("line").as_int()};
    if (one.file.empty()) one.file = file;
    for (const auto& child : node.children()) add(one, child);
    const auto skipped = node.child("skipped");  // Node's record has it beside a failure that is expected
    if (std::string_view(skipped.attribute("type").value()) == "todo") {
      one.end = End::skipped;
      one.reason = "TODO " + message_of(skipped);
    }
    if (one.end == End::failed && one.reason.empty())
      one.reason = "the record says that it failed, but not why";
    if (one.end == End::skipped && one.reason.empty())
      one.reason = std::string("the record says that it did not run: ") + node.attribute("status").value() +
                   node.attribute("result").value();
    record_.cases.push_back(std::move(one));
  }

  static void add(RecordedCase& one, const pugi::xml_node& child) {
    const std::string_view kind = child.name();
    if (kind == "failure" || kind == "error") {
      if (one.end != End::failed || one.reason.empty()) one.reason = message_of(child);
      one.end = End::failed;
      one.output += text_of(child) + "\n";
    } else if (kind == "skipped" || kind == "ignored") {
      if (one.end == End::failed) return;
      const std::string why = child.attribute("message").value();
      if (is_not_run_by_ctest(child.parent(), why)) {
        one.end = End::failed;
        one.reason = "it did not run: " + why;
        return;
      }
      one.end = End::skipped;
      one.reason = message_of(child) == kind ? "skipped by the test" : message_of(child);
    } else if (kind == "flakyFailure" || kind == "flakyError") {
      if (one.earlier_failures++ == 0 && one.end != End::failed) one.reason = message_of(child);
      one.output += text_of(child) + text_of(child.child("stackTrace")) + "\n";
    } else if (kind == "rerunFailure" || kind == "rerunError") {
      ++one.earlier_failures;
      one.output += text_of(child) + text_of(child.child("stackTrace")) + "\n";
    } else if (kind == "system-out" || kind == "system-err") {
      one.output += text_of(child) + "\n";
    } else if (kind == "properties") {
      for (const auto& property : child.children("property")) {
        const std::string value = property.attribute("value").value();
        one.properties[property.attribute("name").value()] = value.empty() ? trim(text_of(property)) : value;
      }
    }
  }

  CaseRecord record_;
};

}  // namespace

CaseRecord junit_record(const std::string& xml) { return JunitReader().read(xml); }

}  // namespace harness
