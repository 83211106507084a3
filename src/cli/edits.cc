#include "cli/edits.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/hash.h"
#include "deploy/render/component_sources.h"
#include "image/build_context.h"
#include "image/steady_file.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

constexpr const char* kUnknown = "?";

/// As it is relative to the project: "src", whether it was written "src", "./src/" or absolute.
std::string name_in(const fs::path& root, const fs::path& path) {
  auto name = (path.is_absolute() ? path.lexically_relative(root) : path).lexically_normal().generic_string();
  while (name.ends_with('/')) name.pop_back();
  return name == "." ? "" : name;
}

bool lies_in(const std::string& path, const std::string& folder) {
  return folder.empty() || path == folder || path.starts_with(folder + "/");
}

/// Whether docker sends it: what a folder on the way says holds for all in it.
bool is_sent(const ContextRules& rules, const std::string& path) {
  Dockerignore::Matched matched, own;
  for (size_t slash = path.find('/');; slash = path.find('/', slash + 1)) {
    const auto part = path.substr(0, slash);
    const bool excluded = rules.ignore.excludes(part, matched, own);
    if (slash == std::string::npos) return !excluded;
    if (excluded && !rules.enters(part)) return false;
    matched = own;
  }
}

struct Context {
  std::string folder;
  std::shared_ptr<const ContextRules> rules;
};

}  // namespace

ProjectFiles project_files(const Project& project, const std::vector<fs::path>& reports) {
  std::vector<std::string> inputs{name_in(project.root, project.file)}, made, written;
  std::vector<Context> contexts;
  for (const auto& image : project.images) {
    for (const auto& input : image.inputs) inputs.push_back(name_in(project.root, input));
    for (const auto& [file, target] : image.files) made.push_back(name_in(project.root, file));
    if (image.kind != Image::Kind::dockerfile) continue;
    inputs.push_back(name_in(project.root, image.dockerfile));
    inputs.push_back(name_in(project.root, ignore_file(project, image, docker_builder())));
    try {
      contexts.push_back(
          {name_in(project.root, image.context), context_rules(project, image, docker_builder())});
    } catch (const std::runtime_error&) {  // the round says why
    }
  }
  for (const auto& component : project.components)
    for (const auto& file : source_files(project, component)) inputs.push_back(name_in(project.root, file));
  for (const auto& test : project.tests)
    if (test.kind == TestProgram::Kind::gtest) made.push_back(name_in(project.root, test.path));
  for (const auto& folder : reports)
    if (!folder.empty()) written.push_back(name_in(project.root, fs::absolute(folder)));
  const auto in_one_of = [](const std::vector<std::string>& all) {
    return [all](const std::string& path) {
      return std::any_of(all.begin(), all.end(),
                         [&](const auto& one) { return !one.empty() && lies_in(path, one); });
    };
  };
  const auto is_input = [inputs, contexts](const std::string& path) {
    if (std::any_of(inputs.begin(), inputs.end(), [&](const auto& one) { return lies_in(path, one); }))
      return true;
    return std::any_of(contexts.begin(), contexts.end(), [&](const Context& context) {
      return path != context.folder && lies_in(path, context.folder) &&
             is_sent(*context.rules, path.substr(context.folder.empty() ? 0 : context.folder.size() + 1));
    });
  };
  const auto leads_to_input = [inputs](const std::string& path) {
    return std::any_of(inputs.begin(), inputs.end(),
                       [&](const auto& one) { return !one.empty() && lies_in(one, path); });
  };
  return {is_input, leads_to_input, in_one_of(made), in_one_of(written)};
}

void Edits::seen(const std::string& path) { files_[path].content = kUnknown; }

void Edits::begin_round(ProjectFiles files, Worktree::Shared worktree, std::string prefix) {
  project_ = std::move(files);
  worktree_ = std::move(worktree);
  prefix_ = std::move(prefix);
  ++round_;
}

std::string Edits::content_of(const std::string& path) const {
  struct stat status {};
  const auto file = root_ / path;
  if (lstat(file.c_str(), &status) != 0) return "";
  const auto mode = std::to_string(status.st_mode) + " ";
  try {
    if (S_ISLNK(status.st_mode)) return mode + fs::read_symlink(file).string();
    if (!S_ISREG(status.st_mode)) return mode;
    std::optional<Sha256> hash;
    read_steadily(
        file, [&](const struct stat&) { hash.emplace(); },
        [&](std::string_view piece) { hash->update(piece); });
    return mode + hash->hex();
  } catch (const std::runtime_error&) {  // it changes now, or may not be read
    return kUnknown;
  }
}

Edits::Verdict Edits::judge(const std::set<std::string>& changed, bool in_round) {
  Verdict verdict;
  for (const auto& path : changed) {
    if (path.empty()) {
      (in_round ? verdict.afterwards : verdict.at_once).insert(path);
      continue;
    }
    auto& file = files_[path];
    const auto content = content_of(path);
    if (content == file.content && content != kUnknown) continue;
    const bool was_there = !file.content.empty();
    file.content = content;
    if (project_.is_report && project_.is_report(path)) continue;
    if (in_round) {
      judge_in_round(path, was_there, file, verdict);
      continue;
    }
    verdict.at_once.insert(path);
    if (is_source(path)) file = {.content = file.content};  // the user's after all
  }
  return verdict;
}

bool Edits::is_source(const std::string& path) const {
  return (project_.is_input && project_.is_input(path)) || (worktree_ && worktree_->tracks(prefix_ + path));
}

void Edits::judge_in_round(const std::string& path, bool was_there, File& file, Verdict& verdict) const {
  const bool source = is_source(path);
  const bool is_made = worktree_ && project_.is_made && project_.is_made(path);
  if (!source && (!was_there || is_made)) file.is_of_rounds = true;
  if (source && file.in_succession == 0) file.is_of_rounds = false;  // git has got to know it since
  if (file.is_of_rounds) return;
  if (file.last_round != round_)
    file.in_succession = file.last_round == round_ - 1 ? file.in_succession + 1 : 1;
  file.last_round = round_;
  if (file.in_succession > (source ? 2 : 1)) {
    file.is_of_rounds = true;
    verdict.remarks.push_back(
        path +
        " changes in each round, as if a test wrote it: it counts only when it changes between rounds");
    return;
  }
  (source && file.in_succession == 1 ? verdict.at_once : verdict.afterwards).insert(path);
}

}  // namespace harness
