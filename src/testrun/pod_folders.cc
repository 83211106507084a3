#include "testrun/pod_folders.h"

#include <re2/re2.h>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "testrun/foreign_files.h"
#include "testrun/git_command.h"
#include "testrun/pod_objects.h"

namespace harness::testrun {

namespace {

namespace fs = std::filesystem;

constexpr const char* kInside = "https://kubernetes.default.svc";

std::string server_of(const fs::path& kubeconfig) {
  std::string server;
  RE2::PartialMatch(read_file(kubeconfig), R"(server: *"?([^\s"]+))", &server);
  return server;
}

void replace_in_files(const fs::path& folder, const std::string& from, const std::string& to) {
  if (from.empty()) return;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    auto text = read_file(entry.path());
    bool any = false;
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size(), any = true)
      text.replace(at, from.size(), to);
    if (any) write_file_atomically(entry.path(), text);
  }
}

std::string files_below(const fs::path& root, std::stop_token stop);

/// What git lists of a folder, with the files of the repositories in it (submodules), of which it names the
/// folder alone.
std::string with_nested(const fs::path& root, const std::string& listed, const std::stop_token& stop) {
  std::string all;
  for (const auto& path : split(listed, '\0')) {
    if (path.empty()) continue;
    if (const auto status = fs::symlink_status(root / path); !fs::is_directory(status)) {
      all += path + '\0';
      continue;
    }
    if (!fs::exists(root / path / ".git")) continue;  // a submodule that is not checked out
    for (const auto& file : split(files_below(root / path, stop), '\0'))
      if (!file.empty()) all += (fs::path(path) / file).string() + '\0';
  }
  return all;
}

/// Each ended by a zero byte: what git tracks or does not ignore, where it is git's; never what the harness
/// keeps there, kubeconfigs among it.
std::string files_below(const fs::path& root, std::stop_token stop) {
  const auto git = ask_git(
      root, {"ls-files", "-z", "--cached", "--others", "--exclude-standard", "--exclude=/.harness/"}, stop);
  if (git.ok()) return with_nested(root, git.out, stop);
  std::string all;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator();
       ++entry) {
    const auto path = entry->path().lexically_relative(root);
    if (path == ".harness")
      entry.disable_recursion_pending();
    else
      all += path.string() + '\0';
  }
  return all;
}

void replace_folder(const PodShell& shell, const std::string& remote, const fs::path& local,
                    std::stop_token stop) {
  fs::remove_all(local);
  create_folders(local);
  shell.fetch(remote, local, stop);
  disarm(local);
}

}  // namespace

PodFolders::PodFolders(const Node& node, const NodeFolders& folders, const fs::path& kubeconfig)
    : node_(node),
      folders_(folders),
      server_(RE2::PartialMatch(server_of(kubeconfig), "//(127\\.|localhost|\\[::1\\])")
                  ? server_of(kubeconfig)
                  : "") {}

void PodFolders::put_repository(const PodShell& shell, std::stop_token stop) const {
  const auto& root = node_.found->place->root;
  const TempDir dir;
  write_file_atomically(dir.path() / "files", files_below(root, stop));
  shell.put(root, dir.path() / "files", kPodFolder + "/repo", stop);
}

void PodFolders::put(const PodShell& shell, std::stop_token stop) const {
  put_repository(shell, stop);
  if (!node_.step->untrusted) shell.put(folders_.shared(), {}, kPodFolder + "/shared", stop);
  shell.run({"mkdir", "-p", kPodFolder + "/export"}, stop);
  {
    const TempDir dir;
    const auto kubeconfigs = dir.path() / "kubeconfig";
    fs::copy(folders_.kubeconfigs(), kubeconfigs, fs::copy_options::recursive);
    replace_in_files(kubeconfigs, server_, kInside);
    shell.put(kubeconfigs, {}, kPodFolder + "/kubeconfig", stop);
  }
  shell.run(lets_go_on(kReadyFile), stop);
}

void PodFolders::fetch(const PodShell& shell, std::stop_token stop) const {
  shell.fetch(kPodFolder + "/export", folders_.exports(), stop);
  disarm(folders_.exports());
  if (!node_.step->untrusted) {
    replace_folder(shell, kPodFolder + "/shared", folders_.shared(), stop);
    replace_folder(shell, kPodFolder + "/kubeconfig", folders_.kubeconfigs(), stop);
    if (!server_.empty()) replace_in_files(folders_.kubeconfigs(), kInside, server_);
  }
  shell.run(lets_go_on(kDoneFile), stop);
}

}  // namespace harness::testrun
