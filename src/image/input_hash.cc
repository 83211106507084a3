#include "image/input_hash.h"

#include <sys/stat.h>

#include <system_error>

#include "base/error.h"
#include "base/hash.h"
#include "image/folder_walk.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

/// As the hash has it: the same for "src", "./src" and "src/".
std::string name_of(const std::string& path) {
  std::string name = fs::path(path).lexically_normal().generic_string();
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  return name == "." ? "" : name;
}

class Inputs {
 public:
  Inputs(const fs::path& root, std::stop_token stop) : root_(root), walk_(std::move(stop)) {}
  FolderWalk::Files files() { return walk_.finish(); }

  void add(const Input& input) {
    const std::string name = name_of(input.path);
    const fs::path path = name.empty() ? root_ : root_ / name;
    if (input.counts == Input::Counts::unless_made) {
      if (!fs::is_regular_file(path)) return;
      const auto place = place_of(path);
      const bool is_known = place.worktree && place.worktree->tracks(place.inside);
      const bool is_ignored = !is_known && place.worktree && place.worktree->ignores(place.inside, false);
      if (is_known || (!is_ignored && !(input.made && input.made->is_made(input.path))))
        walk_.add_file(name, place.path, place.worktree.get(), place.inside);
      return;
    }
    struct stat status;
    if (lstat(path.c_str(), &status) != 0)
      throw Error("input " + input.path + ": " + std::generic_category().message(errno),
                  {.hint = "correct inputs: in components.yaml", .exit_code = kBuild});
    if (S_ISLNK(status.st_mode)) walk_.add_link(name, path);
    if (S_ISLNK(status.st_mode) && !fs::exists(path)) return;
    const bool is_context = input.counts == Input::Counts::as_docker_sends;
    const bool needs_git = !is_context && input.counts != Input::Counts::in_any_case;
    const auto place = needs_git ? place_of(path) : place_in_any_case(path);
    if (fs::is_regular_file(place.path))
      return walk_.add_file(name, place.path, place.worktree.get(), place.inside);
    if (!fs::is_directory(place.path))
      throw Error("input " + input.path + " is neither a file nor a folder", {.exit_code = kBuild});
    const bool ignored =
        !is_context && place.worktree && !place.inside.empty() && place.worktree->ignores(place.inside, true);
    walk_.add_folder({place.path.string(), name, place.worktree, place.inside, is_context || ignored,
                      is_context ? input.rules : nullptr});
  }

 private:
  struct Place {
    fs::path path;  ///< without links
    Worktree::Shared worktree;
    std::string inside;
  };
  Place place_of(const fs::path& given) {
    Place place{.path = fs::canonical(given)};
    place.worktree = Worktree::of(fs::is_directory(place.path) ? place.path : place.path.parent_path(),
                                  Worktree::Search::upwards, worktrees_);
    if (!place.worktree) return place;
    worktrees_.push_back(place.worktree);
    place.inside = place.path.lexically_relative(place.worktree->root()).string();
    if (place.inside == ".") place.inside.clear();
    if (place.inside.starts_with("..")) place.worktree = nullptr;  // core.worktree is elsewhere
    return place;
  }

  /// Git decides nothing there: a repository that cannot be read is read file by file.
  Place place_in_any_case(const fs::path& given) try { return place_of(given); } catch (const Error&) {
    return {.path = fs::canonical(given)};
  }

  const fs::path root_;
  FolderWalk walk_;
  std::vector<Worktree::Shared> worktrees_;
};

}  // namespace

std::vector<Input> inputs_of(const std::vector<std::string>& paths) {
  std::vector<Input> inputs;
  for (const auto& path : paths) inputs.push_back({path});
  return inputs;
}

std::string hash_files(const fs::path& root, const std::vector<Input>& inputs, std::stop_token stop) {
  Inputs all(root, std::move(stop));
  for (const auto& input : inputs) all.add(input);
  Sha256 hash;
  for (const auto& file : all.files()) hash.update(file + '\0');
  return hash.hex();
}

}  // namespace harness
