#include "deploy/running_image.h"

#include <algorithm>
#include <map>
#include <memory>

#include "base/error.h"
#include "cluster/objects.h"
#include "config/registry_host.h"
#include "image/registry.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// What follows the last of `mark`; empty if there is none.
std::string after(const std::string& text, const std::string& mark) {
  const auto at = text.rfind(mark);
  return at == std::string::npos ? "" : text.substr(at + mark.size());
}

std::string without_scheme(const std::string& image_id) {
  const auto rest = after(image_id, "://");
  return rest.empty() ? image_id : rest;
}

std::set<std::string> configs_of(const RegistryClient& registry, const std::string& repository,
                                 const std::string& digest) {
  const auto stored = registry.manifest(repository, digest);
  const Json manifest = stored ? Json::parse(stored->body, nullptr, false) : Json();
  std::set<std::string> digests;
  if (const auto config = text_at(manifest, "/config/digest"); !config.empty()) digests.insert(config);
  for (const auto& child : list_at(manifest, "/manifests"))
    if (const auto own = text_at(child, "/digest"); !own.empty() && own != digest)
      digests.merge(configs_of(registry, repository, own));
  return digests;
}

bool have_one_in_common(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& one) { return b.contains(one); });
}

}  // namespace

ConfigDigests config_digests_in(const std::string& host, std::stop_token stop) {
  auto known = std::make_shared<std::map<std::string, std::set<std::string>>>();
  return [known, prefix = host + "/",
          registry = std::make_shared<RegistryClient>(
              std::make_shared<RegistryConnection>(registry_host(host)), host, RegistryClient::Access::pull,
              RegistryClient::Patience{}, std::move(stop))](const std::string& reference) {
    const auto at = reference.find('@');
    if (!reference.starts_with(prefix) || at == std::string::npos) return std::set<std::string>{};
    if (const auto found = known->find(reference); found != known->end()) return found->second;
    auto& digests = (*known)[reference];
    try {
      digests = configs_of(*registry, reference.substr(prefix.size(), at - prefix.size()),
                           reference.substr(at + 1));
    } catch (const Cancelled&) {
      throw;
    } catch (const Error&) {  // then it is not known to be the same
    }
    return digests;
  };
}

std::string difference_of_image(const Json& status, const std::string& wanted, const ConfigDigests& configs) {
  const auto digest = after(wanted, "@");
  if (digest.empty()) return "";
  const auto runs = without_scheme(text_at(status, "/imageID"));
  if (runs.empty()) return "runs nothing yet";
  const bool is_config = runs.find('@') == std::string::npos;
  if (!is_config && after(runs, "@") == digest) return "";
  const auto of_wanted = configs(wanted);
  if (is_config ? of_wanted.contains(runs) : have_one_in_common(of_wanted, configs(runs))) return "";
  return "runs " + runs;
}

}  // namespace harness
