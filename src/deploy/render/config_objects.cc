#include "deploy/render/config_objects.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/base64.h"
#include "base/error.h"
#include "base/files.h"
#include "base/text.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr size_t kLongestKey = 253;

/// Why Kubernetes takes no such key in a ConfigMap or Secret; empty where it does.
std::string problem_of_key(const std::string& key) {
  static const RE2 allowed("[-._a-zA-Z0-9]+");
  if (!RE2::FullMatch(key, allowed)) return "has letters, digits, - _ and . only";
  if (key.size() > kLongestKey) return "has at most 253 characters";
  if (key == "." || key.starts_with("..")) return "is not . and does not begin with ..";
  return "";
}

/// The name of a variable in an env file.
bool is_variable(const std::string& name) {
  static const RE2 allowed("[-._a-zA-Z][-._a-zA-Z0-9]*");
  return RE2::FullMatch(name, allowed) && name != "." && !name.starts_with("..");
}

/// Makes one ConfigMap or Secret.
class Maker {
 public:
  Maker(const fs::path& root, const ConfigFiles& config, const std::string& place)
      : root_(root),
        config_(config),
        title_(fmt::format("{}: {} {}", place, config.is_secret ? "Secret" : "ConfigMap", config.name)) {}

  Json make() {
    for (const auto& entry : config_.files) add_files(entry);
    for (const auto& file : config_.env_files) add_env_file(file);
    Json object{{"apiVersion", "v1"},
                {"kind", config_.is_secret ? "Secret" : "ConfigMap"},
                {"metadata", {{"name", config_.name}}}};
    if (!config_.name_space.empty()) object["metadata"]["namespace"] = config_.name_space;
    if (config_.is_secret) object["type"] = config_.type.empty() ? "Opaque" : config_.type;
    if (!data_.empty()) object["data"] = std::move(data_);
    if (!binary_.empty()) object["binaryData"] = std::move(binary_);
    return object;
  }

 private:
  [[noreturn]] void fail(const std::string& what, const std::string& hint = "") const {
    throw Error(title_ + ": " + what, {.hint = hint, .exit_code = kUsage});
  }

  void add_files(const std::string& entry) {
    const auto equal = entry.find('=');
    const std::string path = equal == std::string::npos ? entry : entry.substr(equal + 1);
    if (equal != std::string::npos) {
      if (equal == 0) fail("a key is missing before the = of " + entry);
      if (path.find('=') != std::string::npos)
        fail(entry + " has several =: neither a key nor a path may have one");
      if (fs::is_directory(root_ / path))
        fail(entry + ": a folder has no key: each file in it has its own name", "write " + path);
      return add(entry.substr(0, equal), content(path), path);
    }
    if (!fs::is_directory(root_ / path)) return add(fs::path(path).filename(), content(path), path);
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(root_ / path))
      if (file.symlink_status().type() == fs::file_type::regular)
        files.push_back(fs::path(path) / file.path().filename());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) add(file.filename(), content(file), file);
  }

  std::string content(const fs::path& path) const {
    try {
      return read_file(root_ / path);
    } catch (const std::runtime_error& e) {
      fail(e.what());
    }
  }

  void add(const std::string& key, const std::string& value, const std::string& from) {
    if (const auto problem = problem_of_key(key); !problem.empty())
      fail(fmt::format("{}: \"{}\" cannot be a key: a key {}", from, key, problem),
           fmt::format("write KEY={} to give it another key", from));
    const auto [first, is_new] = from_.emplace(key, from);
    if (!is_new) fail(fmt::format("duplicate key {}: of {} and of {}", key, first->second, from));
    if (config_.is_secret)
      data_[key] = base64_encoded(value);
    else if (invalid_utf8(value) == std::string::npos)
      data_[key] = value;
    else
      binary_[key] = base64_encoded(value);
  }

  void add_env_file(const std::string& path) {
    std::string text = content(path);
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    size_t number = 0;
    for (auto line : split(text, '\n')) {
      ++number;
      if (line.ends_with('\r')) line.pop_back();
      const auto begin = line.find_first_not_of(" \t\v\f\r");
      if (begin == std::string::npos || line[begin] == '#') continue;
      line.erase(0, begin);
      const auto at = path + ":" + std::to_string(number);
      if (invalid_utf8(line) != std::string::npos) fail(at + ": the line is not UTF-8");
      const auto equal = line.find('=');
      const auto name = line.substr(0, equal);
      if (!is_variable(name))
        fail(
            at +
            ": a line is NAME=VALUE; a name has letters, digits, - _ and ., and does not begin with a digit");
      const char* here = equal == std::string::npos ? std::getenv(name.c_str())
                                                    : nullptr;  // as for kubectl: that of the environment
      add(name, equal == std::string::npos ? (here ? here : "") : line.substr(equal + 1), at);
    }
  }

  const fs::path& root_;
  const ConfigFiles& config_;
  const std::string title_;
  Json data_ = Json::object(), binary_ = Json::object();
  std::map<std::string, std::string> from_;  ///< key -> the file that it is of
};

}  // namespace

Json config_object(const fs::path& root, const ConfigFiles& config, const std::string& place) {
  return Maker(root, config, place).make();
}

}  // namespace harness
