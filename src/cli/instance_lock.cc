#include "cli/instance_lock.h"

#include <filesystem>

#include "base/error.h"
#include "base/pause.h"

namespace harness {

namespace {

/// flock(2) cannot both wait and be cancelled.
constexpr std::chrono::milliseconds kBetweenTries{50};

}  // namespace

FileLock lock_instance(const Instance& instance, const std::string& name, bool wait, Terminal& terminal,
                       std::stop_token stop) {
  create_private_folder(instance.dir().parent_path());
  create_private_folder(instance.dir());
  std::optional<Terminal::Task> task;
  for (std::string holder, said;;) {
    if (auto lock = FileLock::try_lock(instance.dir() / "lock", &holder)) return std::move(*lock);
    const std::string text =
        "instance " + name + " is in use by " + (holder.empty() ? "a run that has just started" : holder);
    if (!wait)
      throw Error(
          text, {.hint = "wait for it to end (without -no-wait), or use -name=OTHER", .exit_code = kCluster});
    if (!holder.empty() && holder != said) {
      terminal.info(text +
                    ": waiting for it to end; -no-wait does not wait, -name=OTHER is another instance");
      if (!task) task.emplace(terminal.start("wait", name));
      said = holder;
    }
    if (pause_for(kBetweenTries, stop)) throw Cancelled();
  }
}

}  // namespace harness
