#include "image/oci.h"

#include "base/hash.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr const char* kEpoch = "1970-01-01T00:00:00Z";

/// Docker's schema 2 media types have OCI twins; a manifest holds one kind or the other.
std::string oci_type(const std::string& type) {
  if (type.ends_with("diff.tar.gzip")) return "application/vnd.oci.image.layer.v1.tar+gzip";
  if (type.ends_with("diff.tar")) return "application/vnd.oci.image.layer.v1.tar";
  return type;
}

Json entry(const std::string& type, const Descriptor& blob) {
  return {{"mediaType", type}, {"digest", blob.digest}, {"size", blob.size}};
}

Json config_of(const Json& base, const std::string& diff_id, const OciSettings& settings) {
  Json config = base;
  config["created"] = kEpoch;
  config["os"] = base.value("os", "linux");
#if defined(__aarch64__)
  config["architecture"] = base.value("architecture", "arm64");
#else
  config["architecture"] = base.value("architecture", "amd64");
#endif
  auto& run = config["config"];
  if (!settings.entrypoint.empty()) {
    run["Entrypoint"] = settings.entrypoint;
    run.erase("Cmd");  // it was the arguments of the base's entrypoint
  }
  if (!settings.user.empty()) run["User"] = settings.user;
  for (const auto& [key, value] : settings.env) run["Env"].push_back(key + "=" + value);
  config["rootfs"]["type"] = "layers";
  config["rootfs"]["diff_ids"].push_back(diff_id);
  config["history"].push_back({{"created", kEpoch}, {"created_by", "harness"}});
  return config;
}

}  // namespace

Descriptor descriptor_of(const std::string& content) {
  return {"sha256:" + sha256_hex(content), content.size()};
}

OciImage append_layer(const Json& base_manifest, const Json& base_config, const Descriptor& layer,
                      const OciSettings& settings) {
  OciImage image;
  image.config.content = config_of(base_config, layer.digest, settings).dump();
  image.config.digest = descriptor_of(image.config.content).digest;

  Json layers = Json::array();
  for (Json one : base_manifest.value("layers", Json::array())) {
    one["mediaType"] = oci_type(one["mediaType"]);
    image.base_layers.push_back(one["digest"]);
    layers.push_back(std::move(one));
  }
  layers.push_back(entry("application/vnd.oci.image.layer.v1.tar", layer));
  image.manifest = Json{
      {"schemaVersion", 2},
      {"mediaType", kOciManifest},
      {"config",
       entry("application/vnd.oci.image.config.v1+json", {image.config.digest, image.config.content.size()})},
      {"layers",
       layers}}.dump();
  image.digest = descriptor_of(image.manifest).digest;
  return image;
}

}  // namespace harness
