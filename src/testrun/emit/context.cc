#include "testrun/emit/context.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "testrun/emit/written.h"
#include "testrun/pod_parts.h"

namespace harness::testrun {

namespace {

/// What begins a replacement. Kubernetes' own has an escape (unexpanded).
std::string mark_of(Engine engine) {
  return engine == Engine::tekton ? "$(" : engine == Engine::argo ? "{{" : std::string(1, '\0');
}

constexpr size_t kHashDigits = 12;
constexpr size_t kSecretBytes =
    1024 * 1024;  // https://kubernetes.io/docs/concepts/configuration/secret/#restriction-data-size
/// Room for a node's name behind it.
constexpr size_t kLongestName = 30;
/// Debian with git and what is usual besides; the harness's own helper image is on one machine only.
constexpr const char* kHelperImage = "buildpack-deps:bookworm-scm";

}  // namespace

Context::Context(const Loaded& loaded, const EmitSettings& emit_settings)
    : run(loaded.run),
      plan(loaded.plan),
      settings(emit_settings),
      names(loaded.plan),
      name(as_dns_label(loaded.run.base_name, kLongestName)) {}

std::string Context::annotation(const std::string& key, const std::string& otherwise) const {
  const auto found = run.annotations.find("testrun.harness/" + key);
  return found == run.annotations.end() ? otherwise : found->second;
}

std::string Context::helper_image() const {
  const auto found = run.annotations.find(kHelperImageAnnotation);
  return found == run.annotations.end() ? kHelperImage : found->second;
}

std::string Context::repository_url(const std::filesystem::path& root) {
  const auto said = annotation("repository", "");
  if (!said.empty()) return said;
  const auto [origin, is_new] = origins_.try_emplace(root);
  if (is_new) origin->second = origin_url(root);
  return origin->second;
}

Json Context::metadata(const std::string& object) const {
  return {{"name", object}, {"namespace", run.name_space}, {"labels", {{"testrun.harness/run", name}}}};
}

std::vector<std::string> Context::remarks() const {
  std::vector<std::string> lines;
  for (const auto& [text, whom] : warnings_) {
    const auto said_of = join({whom.begin(), whom.end()}, ", ");
    lines.push_back("warning: " + (said_of.empty() ? text : said_of + ": " + text));
  }
  return lines;
}

SecretKey Context::keep(const std::string& text) {
  const auto key = "text-" + sha256_hex(text).substr(0, kHashDigits);
  kept_[key] = text;
  return {name, key};
}

std::optional<SecretKey> Context::elsewhere(const std::string& text) {
  // What is no character of YAML goes as base64, too (https://yaml.org/spec/1.2.2/#51-character-set).
  const bool changes = text.find(mark_of(settings.engine)) != std::string::npos ||
                       text.find("\xEF\xBF\xBE") != std::string::npos ||
                       text.find("\xEF\xBF\xBF") != std::string::npos;
  return changes ? std::optional(keep(text)) : std::nullopt;
}

std::vector<Json> written_secret(const Context& context) {
  auto data = written_data(context.run, context.plan);
  for (const auto& [key, text] : context.kept()) data[key] = base64_encoded(text);
  if (data.is_null() || data.empty()) return {};
  if (const auto size = data.dump().size(); size > kSecretBytes * 4 / 3)
    throw Error(
        fmt::format("{}: its files, kubeconfigs and texts have {} KiB, and a Secret has room for {}",
                    context.run.file.string(), size * 3 / 4 / 1024, kSecretBytes / 1024),
        {.hint = "name a Secret or ConfigMap of the cluster for some of them (secretKeyRef, configMapKeyRef)",
         .exit_code = kUsage});
  return std::vector<Json>(1, {{"apiVersion", "v1"},
                               {"kind", "Secret"},
                               {"metadata", context.metadata(context.name)},
                               {"data", data}});
}

void expect_no_marks(Engine engine, const std::vector<Json>& documents) {
  static const RE2 of_tekton(
      R"(\$\((?:HARNESS_TEXT_[0-9A-F]+|workspaces\.testrun\.volume|context\.pipelineRun\.name|params\.phase|tasks\.status|steps\.step-main\.exitCode\.path)\))"),
      of_argo(R"(\{\{workflow\.(?:name|status)\}\})");
  if (engine != Engine::tekton && engine != Engine::argo) return;
  const auto look = [&](const auto& self, const Json& value, const std::string& place) -> void {
    if (value.is_string()) {
      auto text = value.get<std::string>();
      RE2::GlobalReplace(&text, engine == Engine::tekton ? of_tekton : of_argo, "");
      if (text.find(mark_of(engine)) != std::string::npos)
        throw Error(fmt::format("\"{}\" has {}, which {} replaces, and which cannot be said otherwise in {}",
                                value.get<std::string>(), mark_of(engine),
                                engine == Engine::tekton ? "Tekton" : "Argo", place),
                    {.exit_code = kUsage});
    }
    if (value.is_object())
      for (const auto& [key, one] : value.items()) {
        self(self, key, place);
        self(self, one, place + "." + key);
      }
    if (value.is_array())
      for (const auto& one : value) self(self, one, place);
  };
  for (const auto& document : documents)
    if (document["kind"] != "Secret") look(look, document, document["kind"]);
}

Json volume_claim_spec(const Context& context) {
  return {{"accessModes", {context.annotation("access-mode", "ReadWriteOnce")}},
          {"resources", {{"requests", {{"storage", context.annotation("storage", "1Gi")}}}}}};
}

Json volume_claim(const Context& context) {
  return {{"apiVersion", "v1"},
          {"kind", "PersistentVolumeClaim"},
          {"metadata", context.metadata(context.name)},
          {"spec", volume_claim_spec(context)}};
}

}  // namespace harness::testrun
