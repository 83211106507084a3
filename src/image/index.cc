#include "image/index.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "image/oci.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 4;  ///< indexes within indexes

std::string text_in(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string()
             ? object[key].get<std::string>()
             : "";
}

std::string text_of(const Platform& platform) {
  return platform.os + "/" + platform.architecture + (platform.variant.empty() ? "" : "/" + platform.variant);
}

/// The registry's word for what it stores, or else the document's own.
std::string type_of(const StoredManifest& manifest, const Json& body) {
  const auto said = manifest.media_type.substr(0, manifest.media_type.find(';'));
  return said.empty() || said == "application/json" ? text_in(body, "mediaType") : said;
}

bool lists_others(const StoredManifest& manifest, const Json& body) {
  const auto type = type_of(manifest, body);
  return type == kOciIndex || type == kDockerList || (type.empty() && body.contains("manifests"));
}

/// Charts, signatures and the like are stored in the same way.
bool is_image(const Json& body) {
  const auto config = body.value("config", Json());
  const auto type = text_in(config, "mediaType");
  const bool is_config = type.empty() || type == "application/vnd.oci.image.config.v1+json" ||
                         type == "application/vnd.docker.container.image.v1+json";
  return is_config && !text_in(config, "digest").empty() && body.value("layers", Json()).is_array();
}

class Search {
 public:
  Search(const RegistryClient& registry, const std::string& repository, const Platform& wanted)
      : registry_(registry), repository_(repository), wanted_(wanted) {}

  std::optional<StoredManifest> in(const StoredManifest& manifest, int depth = 0) {
    const Json body = Json::parse(manifest.body, nullptr, false);
    if (!body.is_object())
      throw Error(
          "image " + repository_ + ": the registry has no manifest of an image under " + manifest.digest,
          {.exit_code = kBuild});
    if (!lists_others(manifest, body)) return manifest;
    if (depth == kDeepest) return std::nullopt;
    std::vector<const Json*> fitting;
    const auto entries = body.value("manifests", Json::array());
    for (const auto& entry : entries)
      if (is_candidate(entry)) fitting.push_back(&entry);
    // The variant that was asked for, or the plain one, before others.
    std::stable_partition(fitting.begin(), fitting.end(), [&](const Json* entry) {
      return text_in(entry->value("platform", Json::object()), "variant") == wanted_.variant;
    });
    for (const auto* entry : fitting) {
      const auto digest = text_in(*entry, "digest");
      const auto child = registry_.manifest(repository_, digest);
      if (!child)
        throw Error("image " + repository_ + ": its index names " + digest + ", which is not in the registry",
                    {.hint = "push the image again with all its platforms", .exit_code = kBuild});
      if (auto found = in(*child, depth + 1)) return found;
    }
    return std::nullopt;
  }

  [[noreturn]] void fail() const {
    std::string others;
    for (const auto& one : seen_) others += (others.empty() ? "" : ", ") + one;
    throw Error("image " + repository_ + " has nothing for " + text_of(wanted_) +
                    (others.empty() ? "" : "; it has " + others),
                {.hint = "build it for the platform of the cluster's nodes too", .exit_code = kBuild});
  }

 private:
  /// An entry without a platform may be an index that has the right one, or an image of one platform.
  bool is_candidate(const Json& entry) {
    if (!entry.is_object() || text_in(entry, "digest").empty()) return false;
    if (entry.contains("annotations") && !text_in(entry["annotations"], "vnd.docker.reference.type").empty())
      return false;
    const auto platform = entry.value("platform", Json::object());
    const Platform has{text_in(platform, "os"), text_in(platform, "architecture"),
                       text_in(platform, "variant")};
    if (has.os.empty() && has.architecture.empty()) return true;
    if (has.os == "unknown") return false;
    seen_.insert(text_of(has));
    return has.os == wanted_.os && has.architecture == wanted_.architecture &&
           (wanted_.variant.empty() || has.variant.empty() || has.variant == wanted_.variant);
  }

  const RegistryClient& registry_;
  const std::string& repository_;
  const Platform& wanted_;
  std::set<std::string> seen_;
};

}  // namespace

Platform node_platform() {
#if defined(__aarch64__)
  return {.architecture = "arm64"};
#else
  return {.architecture = "amd64"};
#endif
}

std::optional<StoredManifest> manifest_for(const RegistryClient& registry, const std::string& repository,
                                           const std::string& reference, const Platform& platform) {
  const auto stored = registry.manifest(repository, reference);
  if (!stored) return std::nullopt;
  Search search(registry, repository, platform);
  auto found = search.in(*stored);
  if (!found) search.fail();
  const Json body = Json::parse(found->body, nullptr, false);
  if (!is_image(body))
    throw Error("image " + repository + ": " + found->digest + " is not an image of layers (" +
                    type_of(*found, body) + ")",
                {.exit_code = kBuild});
  return found;
}

}  // namespace harness
