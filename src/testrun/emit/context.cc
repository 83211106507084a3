#include "testrun/emit/context.h"

#include "base/text.h"
#include "testrun/emit/written.h"
#include "testrun/pod_parts.h"

namespace harness::testrun {

namespace {

/// Room for a node's name behind it.
constexpr size_t kLongestName = 30;
/// Debian with git and what is usual besides; the harness's own helper image is on one machine only.
constexpr const char* kHelperImage = "buildpack-deps:bookworm-scm";

}  // namespace

Context::Context(const Loaded& loaded, const EmitSettings& emit_settings)
    : run(loaded.run), plan(loaded.plan), settings(emit_settings), names(loaded.plan), name(as_dns_label(loaded.run.base_name, kLongestName)) {}

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

Json Context::metadata(const std::string& object) const { return {{"name", object}, {"namespace", run.name_space}, {"labels", {{"testrun.harness/run", name}}}}; }

std::vector<std::string> Context::remarks() const {
  std::vector<std::string> lines;
  for (const auto& [text, whom] : warnings_) {
    const auto said_of = join({whom.begin(), whom.end()}, ", ");
    lines.push_back("warning: " + (said_of.empty() ? text : said_of + ": " + text));
  }
  return lines;
}

std::vector<Json> written_secret(const Context& context) {
  const auto data = written_data(context.run, context.plan);
  if (data.empty()) return {};
  return std::vector<Json>(1, {{"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", context.metadata(context.name)}, {"data", data}});
}

Json volume_claim_spec(const Context& context) {
  return {{"accessModes", {context.annotation("access-mode", "ReadWriteOnce")}}, {"resources", {{"requests", {{"storage", context.annotation("storage", "1Gi")}}}}}};
}

Json volume_claim(const Context& context) {
  return {{"apiVersion", "v1"}, {"kind", "PersistentVolumeClaim"}, {"metadata", context.metadata(context.name)}, {"spec", volume_claim_spec(context)}};
}

}  // namespace harness::testrun
