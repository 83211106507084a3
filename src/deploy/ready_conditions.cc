#include "deploy/ready_conditions.h"

#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "base/text.h"
#include "cluster/objects.h"

namespace harness {

namespace {

GroupKind type_of(const Object& object) { return harness::type_of(object.api_version, object.kind); }

/// "Job.batch"; "Pod" where the group has no name.
std::string full_name(const GroupKind& type) {
  return type.kind + (type.group.empty() ? "" : "." + type.group);
}

/// KIND or KIND.GROUP, as kubectl names types.
bool is_meant(const GroupKind& type, const std::string& name) {
  return name == type.kind || name == full_name(type);
}

}  // namespace

void set_ready_conditions(std::vector<Object>& objects, const Component& component,
                          const std::string& project_file) {
  for (const auto& [name, condition] : component.ready) {
    const auto fail = [&](const std::string& what, const std::string& hint) {
      throw Error(fmt::format("{}:{}:{}: component \"{}\": ready: {}", project_file, component.at.line,
                              component.at.column, component.name, what),
                  {.hint = hint, .exit_code = kUsage});
    };
    std::set<GroupKind> meant;
    std::vector<std::string> kinds;
    for (auto& object : objects) {
      const auto type = type_of(object);
      kinds.push_back(object.kind);
      if (!is_meant(type, name)) continue;
      meant.insert(type);
      object.ready = condition;
    }
    if (meant.empty()) {
      const auto near = nearest(name, kinds);
      fail(fmt::format("its manifest has no {}{}", name, near ? " (did you mean \"" + *near + "\"?)" : ""),
           "write the kind of an object of the manifest, and the condition that makes it ready: "
           "{Certificate: Ready}");
    }
    if (meant.size() > 1) {
      std::vector<std::string> names;
      for (const auto& type : meant) names.push_back(full_name(type));
      fail(fmt::format("{} may be {}", name, join(names, " or ")), "write it with its group");
    }
  }
}

}  // namespace harness
