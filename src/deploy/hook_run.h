#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "deploy/deployer.h"

namespace harness {

/// Makes the object of a hook, where its policy says so anew, and waits for it: for a Job or Pod until it has
/// ended well. Errors are those of Deployer.
void run_hook(const KubeApi& api, const Object& hook, const Waiting& waiting, std::stop_token stop);
/// Deletes it, if it is there, and waits until it is gone.
void remove_hook(const KubeApi& api, const Object& hook, const Waiting& waiting, std::stop_token stop);

/// Runs the hooks of a component's chart around what it deploys, as Helm does: in the order of their weights,
/// each waited for before the next one. Errors are those of Deployer.
class HookRun {
 public:
  /// `is_first`: the component is not deployed yet; else its chart is upgraded.
  HookRun(const KubeApi& api, const std::vector<Object>& objects, bool is_first)
      : api_(api), objects_(objects), kind_(is_first ? "install" : "upgrade") {}

  /// Before the release: what hooks need of it (namespaces, definitions) is applied first.
  void before(const Waiting& waiting, std::stop_token stop) const;
  /// Once it is ready.
  void after(const Waiting& waiting, std::stop_token stop) const { run("post-" + kind_, waiting, stop); }

 private:
  void run(const std::string& event, const Waiting& waiting, std::stop_token stop) const;

  const KubeApi& api_;
  const std::vector<Object>& objects_;
  const std::string kind_;
};

}  // namespace harness
