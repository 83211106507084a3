#include "deploy/immutable_config.h"

#include <map>

#include "base/error.h"
#include "cluster/workload_kinds.h"
#include "deploy/config_hash.h"
#include "deploy/removal.h"

namespace harness {

namespace {

using Json = nlohmann::json;

const GroupKind kPod{"", "Pod"}, kCronJob{"batch", "CronJob"};

struct User {
  GroupKind type;
  std::string name;
};

/// What has to go with a pod, so that nothing makes it again. A CronJob stays: its next Job is made of what
/// is applied then.
User user_of(const KubeApi& api, const Json& pod, std::stop_token stop) {
  User user{kPod, name_of(pod)};
  for (Json object = pod;;) {
    const auto uid = text_at(controller_of(object), "/uid");
    const auto type = type_of(controller_of(object));
    const auto* kind = workload_kind(type);
    if (uid.empty() || !kind || type == kCronJob) return user;
    const auto name = text_at(controller_of(object), "/name");
    object = api.get(kind->collection(namespace_of(pod)) + "/" + name, stop);
    if (uid_of(object) != uid) return user;  // it is gone
    user = {type, name};
  }
}

/// By the path of each. `pod` is one of those that name it.
std::map<std::string, User> users_of(const KubeApi& api, const Object& config, std::string& pod,
                                     std::stop_token stop) {
  std::map<std::string, User> users;
  const Json pods = api.get(workload_kind(kPod)->collection(config.name_space), stop);
  for (const auto& one : list_at(pods, "/items")) {
    if (has_ended(one) ||
        !configs_named({"v1", "Pod", name_of(one), config.name_space, one}).contains(config_key(config)))
      continue;
    pod = name_of(one);
    auto user = user_of(api, one, stop);
    const auto path = workload_kind(user.type)->collection(config.name_space) + "/" + user.name;
    users.emplace(path, std::move(user));
  }
  return users;
}

}  // namespace

bool is_immutable_config(const GroupKind& type, const Json& object) {
  return type.group.empty() && (type.kind == "ConfigMap" || type.kind == "Secret") &&
         flag_at(object, "/immutable");
}

void remove_users(const KubeApi& api, const Object& config, const Waiting& waiting, std::stop_token stop) {
  const auto what = config.kind + " " + config.name;
  std::string pod;
  for (auto users = users_of(api, config, pod, stop); !users.empty();
       users = users_of(api, config, pod, stop)) {
    if (std::chrono::steady_clock::now() > waiting.deadline)
      throw Error("cannot recreate " + what + ": it is immutable, and pod " + pod + " still names it",
                  {.output_tail = "A node keeps what an immutable " + config.kind +
                                  " held as long as one of its pods names it.",
                   .hint = "find out what starts that pod, or give the " + config.kind +
                           " a new name with each change",
                   .exit_code = kDeploy});
    for (const auto& [path, user] : users) {
      const auto title = user.type.kind + " " + user.name;
      if (waiting.on_notice)
        waiting.on_notice(title + " is recreated: its pods name " + what +
                          ", which is immutable and has changed");
      remove_and_wait(api, user.type, path, title, waiting, stop);
    }
  }
}

}  // namespace harness
