#include "testrun/untrusted.h"

#include <unistd.h>

#include <system_error>

#include "testrun/foreign_files.h"

namespace harness::testrun {

namespace fs = std::filesystem;

namespace {

constexpr uid_t kNobody = 65534;

void give_away(const fs::path& path) {
  if (lchown(path.c_str(), kNobody, kNobody) != 0)
    throw fs::filesystem_error("cannot give it to another user", path,
                               std::error_code(errno, std::system_category()));
}

}  // namespace

Untrusted::Untrusted(const NodeFolders& folders, Command& command) : folders_(folders) {
  command.only_env = true;
  if (geteuid() != 0) return;
  own_.emplace();
  give_away(own_->path());
  for (const auto& folder : {folders.exports(), folders.kubeconfigs(), folders.files(), folders.tmp}) {
    if (!fs::exists(folder)) continue;
    const auto mine = own_->path() / folder.filename();
    fs::copy(folder, mine, fs::copy_options::recursive);
    give_away(mine);
    for (const auto& entry : fs::recursive_directory_iterator(mine)) give_away(entry.path());
    for (auto& [name, value] : command.env)
      if (value == folder.string() || value.starts_with(folder.string() + "/"))
        value = mine.string() + value.substr(folder.string().size());
  }
  // The kernel forgets with whom the process dies when its user changes: setpriv says it anew.
  command.args.insert(command.args.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                             "--no-new-privs", "--inh-caps=-all", "--pdeathsig=KILL", "--"});
}

Untrusted::~Untrusted() {
  if (!own_) return;
  std::error_code ignored;
  try {
    disarm(own_->path() / folders_.exports().filename());
  } catch (const fs::filesystem_error&) {  // a folder that nobody may read
    return;
  }
  // Links are not followed: what they lead to was never its own.
  fs::copy(own_->path() / folders_.exports().filename(), folders_.exports(),
           fs::copy_options::recursive | fs::copy_options::skip_symlinks, ignored);
}

}  // namespace harness::testrun
