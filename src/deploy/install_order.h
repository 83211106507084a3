#pragma once

#include <string>

#include "deploy/manifest.h"

namespace harness {

/// In what order objects are applied: what others need comes first, as Helm's installer has it
/// (https://helm.sh/docs/topics/charts/, "Order of installation"). Later ranks are larger. Custom objects
/// come last: what serves them may be among the rest.
int install_rank(const std::string& group, const std::string& kind);
int install_rank(const Object& object);

inline constexpr int kWebhookRank =
    100;  ///< of webhook configurations and APIServices: once they are there, what serves them must be, too
inline constexpr int kCustomRank = 200;  ///< of what Kubernetes does not have itself

/// "apps" of "apps/v1", empty for "v1".
std::string group_of(const std::string& api_version);

/// Whether Kubernetes has the type itself, and its objects lie in no namespace.
bool is_cluster_wide(const std::string& group, const std::string& kind);

bool is_definition(const Object& object);  ///< a CustomResourceDefinition
bool is_api_service(const Object& object);
bool is_webhook(const Object& object);  ///< a ValidatingWebhookConfiguration or MutatingWebhookConfiguration

}  // namespace harness
