#include "cluster/kube_proxy.h"

#include "base/temporary.h"
#include "base/text.h"

namespace harness {

KubeProxy::KubeProxy(const std::filesystem::path& kubeconfig)
    : dir_(socket_folder()),
      command_{.args = {"kubectl", "--kubeconfig", kubeconfig.string(), "proxy", "--unix-socket",
                        socket().string()},
               .env = {{"GOGC", "400"}},  // a third of its start is the collection of garbage
               .output_file = dir_.path() / "log"},
      process_(std::make_unique<BackgroundProcess>(command_)) {}

bool KubeProxy::is_running() const {
  const std::lock_guard lock(mutex_);
  return process_ && process_->running();
}

void KubeProxy::revive() {
  const std::lock_guard lock(mutex_);
  if (process_ && process_->running()) return;
  process_.reset();
  said_before_ = end_of_log();
  process_ = std::make_unique<BackgroundProcess>(command_);
}

std::string KubeProxy::said() const {
  const std::lock_guard lock(mutex_);
  const auto now = end_of_log();
  return now.empty() ? said_before_ : now;
}

std::string KubeProxy::end_of_log() const { return tail(end_of_file(dir_.path() / "log", 10'000), 5); }

}  // namespace harness
