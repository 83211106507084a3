#include "driver/tree_edits.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cctype>

#include "base/text.h"
#include "image/repository.h"

namespace fs = std::filesystem;

namespace {

/// Replaces one text by the other, whichever of them is there.
bool toggle_text(std::string& text, const std::string& a, const std::string& b) {
  for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)})
    if (const auto at = text.find(from); at != std::string::npos) {
      text.replace(at, from.size(), to);
      return true;
    }
  return false;
}

bool same(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

const char* const kService =
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: front}\nspec: {ports: [{port: 80}]}\n";

}  // namespace

TreeEdits::TreeEdits(const SampleTree& tree, FakeCluster& cluster, unsigned seed)
    : tree_(tree), cluster_(cluster), random_(seed) {}

std::string TreeEdits::make() {
  using Edit = std::string (TreeEdits::*)();
  static constexpr std::array<Edit, 23> edits{&TreeEdits::source,
                                              &TreeEdits::source,
                                              &TreeEdits::source_in_disguise,
                                              &TreeEdits::source_in_disguise,
                                              &TreeEdits::back,
                                              &TreeEdits::rename,
                                              &TreeEdits::mode,
                                              &TreeEdits::touch,
                                              &TreeEdits::create,
                                              &TreeEdits::remove,
                                              &TreeEdits::link,
                                              &TreeEdits::project,
                                              &TreeEdits::project,
                                              &TreeEdits::manifest,
                                              &TreeEdits::toggle,
                                              &TreeEdits::toggle,
                                              &TreeEdits::swap_containers,
                                              &TreeEdits::commit,
                                              &TreeEdits::revert,
                                              &TreeEdits::branch,
                                              &TreeEdits::stash,
                                              &TreeEdits::component,
                                              &TreeEdits::component};
  if (stashed_) return unstash();
  if (pick(20) == 0) return meddle();
  return (this->*edits[pick(edits.size())])();
}

std::string TreeEdits::pick_file() {
  const auto files = tree_.files();
  return files[pick(files.size())];
}

/// One of its numbers ("x0") is another one of few, so that what was may come back.
std::string TreeEdits::bumped(const std::string& text) {
  std::vector<size_t> places;
  for (size_t at = 0; (at = text.find('x', at)) != std::string::npos; ++at)
    if (at + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[at + 1])))
      places.push_back(at + 1);
  auto changed = text;
  if (!places.empty()) changed[places[pick(places.size())]] = static_cast<char>('0' + pick(4));
  return changed;
}

std::string TreeEdits::source() {
  const auto file = pick_file(), text = tree_.read(file);
  before_.emplace_back(file, text);
  tree_.write(file, bumped(text));
  return "edit " + file;
}

/// As an unpacked archive or a clock that was set may do: only the ctime tells.
std::string TreeEdits::source_in_disguise() {
  const auto file = pick_file(), path = (tree_.folder() / file).string(), text = tree_.read(file);
  before_.emplace_back(file, text);
  const auto changed = bumped(text);
  struct stat was, is;
  stat(path.c_str(), &was);
  if (const bool replace = pick(2) == 0; replace && pick(2) == 0) fs::remove(path);
  do {  // the kernel's clock has a tick of some milliseconds
    tree_.write(file, changed);
    fs::permissions(path, static_cast<fs::perms>(was.st_mode & 0777));
    const std::array<timespec, 2> times{was.st_atim, was.st_mtim};
    utimensat(AT_FDCWD, path.c_str(), times.data(), 0);
    stat(path.c_str(), &is);
  } while (same(was.st_ctim, is.st_ctim));
  return "edit " + file + ", its size and mtime stay";
}

std::string TreeEdits::back() {
  if (before_.empty()) return source();
  const auto& [file, text] = before_[pick(before_.size())];
  if (!fs::exists(tree_.folder() / file)) return "nothing";
  tree_.write(file, text);
  return "undo in " + file;
}

std::string TreeEdits::rename() {
  const auto file = pick_file();
  const auto to = file.substr(0, file.rfind('/') + 1) + "n" + std::to_string(pick(4)) + ".c";
  if (file.ends_with("keep.c") || file.starts_with("conf/") || fs::exists(tree_.folder() / to))
    return "nothing";
  fs::rename(tree_.folder() / file, tree_.folder() / to);
  return "rename " + file + " to " + to;
}

std::string TreeEdits::mode() {
  const auto file = pick_file();
  const auto is_program =
      (fs::status(tree_.folder() / file).permissions() & fs::perms::owner_exec) != fs::perms::none;
  fs::permissions(tree_.folder() / file, static_cast<fs::perms>(is_program ? 0644 : 0755));
  return "chmod " + std::string(is_program ? "-x " : "+x ") + file;
}

std::string TreeEdits::touch() {
  const auto file = pick_file();
  fs::last_write_time(tree_.folder() / file, fs::file_time_type::clock::now());
  return "touch " + file;
}

std::string TreeEdits::create() {
  const auto& folders = SampleTree::source_folders();
  const auto file = folders[pick(folders.size())] + "/n" + std::to_string(pick(4)) + ".c";
  tree_.write(file, "x" + std::to_string(pick(4)) + "\n");
  return "write " + file;
}

std::string TreeEdits::remove() {
  const auto file = pick_file();
  if (file.ends_with("keep.c") || file.starts_with("conf/")) return "nothing";
  fs::remove(tree_.folder() / file);
  return "remove " + file;
}

std::string TreeEdits::link() {
  const bool folder = pick(2) == 0;
  const auto path = tree_.folder() / (folder ? "shared" : "src/app/link.c");
  const std::string to = folder ? (fs::read_symlink(path) == "common" ? "common2" : "common")
                                : "x" + std::to_string(pick(4)) + ".c";
  fs::remove(path);
  fs::create_symlink(to, path);
  return "link " + path.filename().string() + " to " + to;
}

std::string TreeEdits::project() {
  const auto text = tree_.read("components.yaml");
  tree_.write("components.yaml", bumped(text));
  return "a value in components.yaml";
}

std::string TreeEdits::manifest() {
  const std::array<const char*, 3> names{"one", "three", "four"};
  const auto file = std::string("manifests/") + (pick(2) == 0 ? "one" : names[pick(3)]) + ".yaml";
  tree_.write(file, bumped(tree_.read(file)));
  return "a value in " + file;
}

std::string TreeEdits::toggle() {
  struct Toggle {
    std::string file, a, b;
  };
  const std::string app = tree_.registry() + "/app", base = tree_.registry() + "/base";
  const std::array<Toggle, 7> toggles{
      {{"components.yaml", "base: base, entrypoint", "entrypoint"},
       {"components.yaml", "target: app-debug", "target: app"},
       {"components.yaml", "/etc/app.conf", "/etc/moved.conf"},
       {"components.yaml", "conf/app.conf", "conf/alt.conf"},
       {"components.yaml", "base: base, env", "env"},
       {"manifests/three.yaml", app, base},
       {pick(2) == 0 ? "manifests/one.yaml" : "manifests/two.yaml", kService, ""}}};
  const auto& [file, a, b] = toggles[pick(toggles.size())];
  auto text = tree_.read(file);
  if (!b.empty()) {
    toggle_text(text, a, b);
  } else if (const auto at = text.find(a); at != std::string::npos) {
    text.erase(at);
  } else {  // it belongs to one component at most
    for (const char* other : {"manifests/one.yaml", "manifests/two.yaml"})
      if (auto has = tree_.read(other); has.find(a) != std::string::npos)
        tree_.write(other, has.substr(0, has.find(a)));
    text += a;
  }
  tree_.write(file, text);
  return "in " + file + ": " + a.substr(0, a.find('\n', 5)) + " or not";
}

/// There one day, gone the next.
std::string TreeEdits::component() {
  auto text = tree_.read("components.yaml");
  toggle_text(text, "  four: {manifest: manifests/four.yaml}\ntests:", "tests:");
  tree_.write("components.yaml", text);
  return "component four or not";
}

std::string TreeEdits::swap_containers() {
  auto lines = harness::split(tree_.read("manifests/two.yaml"), '\n');
  for (size_t i = 0; i + 1 < lines.size(); ++i)
    if (lines[i].find("- {name:") != std::string::npos &&
        lines[i + 1].find("- {name:") != std::string::npos) {
      std::swap(lines[i], lines[i + 1]);
      break;
    }
  tree_.write("manifests/two.yaml", harness::join(lines, "\n"));
  return "swap the containers of two";
}

std::string TreeEdits::commit() {
  git(tree_.folder().root(), "add -A && git commit -qm edit --allow-empty");
  return "git commit";
}

std::string TreeEdits::revert() {
  git(tree_.folder().root(), pick(2) == 0 ? "checkout -q -f -- ." : "reset -q --hard");
  return "git checkout .";
}

std::string TreeEdits::branch() {
  commit();
  const std::string other = git(tree_.folder().root(), "branch --show-current") == "main" ? "side" : "main";
  git(tree_.folder().root(), "checkout -q -f " + other);
  return "git checkout " + other;
}

std::string TreeEdits::stash() {
  git(tree_.folder().root(), "stash push -q -u");
  stashed_ = !git(tree_.folder().root(), "stash list").empty();
  return "git stash";
}

std::string TreeEdits::unstash() {
  const bool pop = pick(3) != 0;
  git(tree_.folder().root(), pop ? "stash pop -q" : "stash drop -q");
  stashed_ = false;
  return pop ? "git stash pop" : "git stash drop";
}

/// Somebody who has kubectl.
std::string TreeEdits::meddle() {
  const auto all = cluster_.objects("deployments");
  auto chosen = all.begin();
  std::advance(chosen, static_cast<std::ptrdiff_t>(pick(all.size())));
  if (pick(2) == 0) {
    cluster_.remove(chosen->first);
    return "kubectl delete " + chosen->first;
  }
  auto object = chosen->second;
  object["spec"]["template"]["spec"]["containers"][0]["image"] = "busybox";
  cluster_.apply(chosen->first, object);
  return "kubectl edit " + chosen->first;
}
