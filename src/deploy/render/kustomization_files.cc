#include "deploy/render/kustomization_files.h"

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/text.h"
#include "deploy/render/documents.h"
#include "deploy/render/encoding.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kNames[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
constexpr size_t kLongestPath = 1024;

bool is_kustomization(const fs::path& folder) {
  for (const char* name : kNames)
    if (fs::exists(folder / name)) return true;
  return false;
}

class Follower {
 public:
  explicit Follower(const fs::path& root) : root_(root) {}

  void visit(const fs::path& folder) {
    if (!visited_.insert(fs::weakly_canonical(root_ / folder)).second) return;
    for (const char* name : kNames) {
      found_.files.insert((folder / name).lexically_normal().string());
      if (!fs::is_regular_file(root_ / folder / name)) continue;
      for (const auto& body : documents(root_ / folder / name)) {
        look_for_what_is_elsewhere(folder, body);
        scan(folder, body, false);
      }
    }
  }

  KustomizationFiles found() { return std::move(found_); }

 private:
  std::vector<Json> documents(const fs::path& file) {
    std::vector<Json> bodies;
    try {
      // As a render: kustomize itself says what is wrong with it.
      for (auto& document :
           parse_documents({file.string(), manifest_utf8(read_file(file), file.string()), "kustomize"}))
        bodies.push_back(std::move(document.body));
    } catch (const std::runtime_error&) {
      found_.is_known = false;
    }
    return bodies;
  }

  void look_for_what_is_elsewhere(const fs::path& folder, const Json& body) {
    for (const char* key : {"resources", "bases", "components", "crds", "configurations"})
      if (const auto list = body.find(key); body.is_object() && list != body.end() && list->is_array())
        for (const auto& item : *list)
          if (item.is_string() && item.get_ref<const std::string&>().find('\n') == std::string::npos &&
              !fs::exists(root_ / folder / item.get<std::string>()))
            found_.is_known = false;
  }

  /// `of_plugins`: the files that are named here name files themselves.
  void scan(const fs::path& folder, const Json& value, bool of_plugins) {
    if (value.is_object())
      for (const auto& [key, child] : value.items()) {
        scan(folder, child,
             of_plugins || key == "generators" || key == "transformers" || key == "validators");
        if (key == "envs" || key == "env") look_at_environment(folder, child);
      }
    if (value.is_array())
      for (const auto& child : value) scan(folder, child, of_plugins);
    if (!value.is_string()) return;
    const auto& text = value.get_ref<const std::string&>();
    add(folder, text, of_plugins);
    if (const auto equal = text.find('='); equal != std::string::npos)
      add(folder, text.substr(equal + 1), of_plugins);
    if (of_plugins && text.find('\n') != std::string::npos)  // written in place
      for (const auto& document : parsed(text)) scan(folder, document, true);
  }

  std::vector<Json> parsed(const std::string& text) {
    std::vector<Json> bodies;
    try {
      for (auto& document : parse_documents({"", text, "kustomize"}))
        bodies.push_back(std::move(document.body));
    } catch (const std::runtime_error&) {
      found_.is_known = false;
    }
    return bodies;
  }

  void add(const fs::path& folder, const std::string& text, bool of_plugins) {
    if (text.empty() || text.size() > kLongestPath || text.find('\n') != std::string::npos ||
        text.find('\0') != std::string::npos)
      return;
    const fs::path path = (folder / text).lexically_normal();
    std::error_code unseen;
    if (fs::is_directory(root_ / path, unseen)) {
      if (is_kustomization(root_ / path)) visit(path);
    } else if (fs::is_regular_file(root_ / path, unseen) && found_.files.insert(path.string()).second &&
               of_plugins) {
      for (const auto& document : documents(root_ / path)) scan(folder, document, true);
    }
  }

  /// A line without a value takes that of the environment.
  void look_at_environment(const fs::path& folder, const Json& names) {
    for (const auto& name : names.is_array() ? names : Json::array({names})) {
      if (!name.is_string() || !fs::is_regular_file(root_ / folder / name.get<std::string>())) continue;
      for (const auto& line : split(read_file(root_ / folder / name.get<std::string>()), '\n'))
        if (const auto text = trim(line);
            !text.empty() && text[0] != '#' && text.find('=') == std::string::npos)
          found_.is_known = false;
    }
  }

  const fs::path& root_;
  KustomizationFiles found_;
  std::set<fs::path> visited_;
};

}  // namespace

KustomizationFiles kustomization_files(const fs::path& root, const std::string& folder) {
  Follower follower(root);
  follower.visit(folder);
  return follower.found();
}

}  // namespace harness
