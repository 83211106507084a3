#include "framework/environment.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace test {

namespace {

std::string test_name() {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  return info ? std::string(info->test_suite_name()) + "/" + info->name() : "TestSuite";
}

/// The end of a run id, where ids of one day differ.
std::string run_id() {
  const std::string id = required_env("HARNESS_RUN_ID");
  return id.size() > 12 ? id.substr(id.size() - 12) : id;
}

}  // namespace

std::string required_env(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (!value || !*value)
    throw std::runtime_error(
        name + " is not set: this test needs a cluster. Run it with ./harness -run=" + test_name());
  return value;
}

std::string component_url(const std::string& name) {
  std::string variable = name + "_URL";
  for (char& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const char* own = std::getenv(variable.c_str());
  return own ? own : required_env("HARNESS_URL") + "/" + name;
}

std::string own_namespace() {
  const char* name_space = std::getenv("HARNESS_NAMESPACE");
  return name_space ? name_space : "default";
}

std::string component_host(const std::string& name) { return name + "." + own_namespace(); }

std::string image(const std::string& name) {
  const std::string file = required_env("HARNESS_IMAGES");
  std::ifstream in(file);
  const auto images = nlohmann::json::parse(in, nullptr, false);
  if (!images.is_object() || !images.contains(name))
    throw std::runtime_error(file + " (HARNESS_IMAGES) does not name the image " + name +
                             ": build it with ./harness -build=" + name + " -run=" + test_name());
  return images.at(name).get<std::string>();
}

std::string unique_name(const std::string& suffix) {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  if (!info) throw std::logic_error("unique_name() is for use inside of a test");
  const auto start =
      info->result()->start_timestamp() & 0xffffff;  // --gtest_repeat starts a test again in one process
  std::string name = fmt::format("{:.24}-{}-{}-{:x}", info->name(), run_id(), getpid(), start);
  if (!suffix.empty()) name += "-" + suffix;
  for (char& c : name)
    c = std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::tolower(c)) : '-';
  return name.substr(0, 63);
}

std::string label_value(const std::string& text) {
  const auto alnum = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  std::string value;
  for (const char c : text)
    if (value.size() < 63 && (!value.empty() || alnum(c)))
      value += alnum(c) || c == '_' || c == '.' ? c : '-';
  while (!value.empty() && !alnum(value.back())) value.pop_back();
  return value;
}

std::map<std::string, std::string> test_labels() {
  const auto* unit = testing::UnitTest::GetInstance();
  const auto* info = unit->current_test_info();
  const auto* suite = unit->current_test_suite();
  const std::string name = info    ? std::string(info->test_suite_name()) + "." + info->name()
                           : suite ? suite->name()
                                   : "";
  return {{"test.harness/run", label_value(required_env("HARNESS_RUN_ID"))},
          {"test.harness/name", label_value(name)}};
}

}  // namespace test
