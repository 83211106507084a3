#include "cli/test_variables.h"

namespace harness {

std::map<std::string, std::string> test_variables(const Context& context, const std::string& url,
                                                  const std::filesystem::path& api,
                                                  const std::string& run_id) {
  std::map<std::string, std::string> variables{
      {"KUBECONFIG", context.instance.kubeconfig().string()},
      {"HARNESS_URL", url},
      {"HARNESS_NAMESPACE", context.project.name_space},
      {"HARNESS_API", api.string()},
      {"HARNESS_KEEP_NAMESPACES", context.options.keep_namespaces ? "1" : ""},
      {"HARNESS_RUN_ID", run_id},
      {"HARNESS_IMAGES", context.instance.images_file().string()}};
  if (!context.reach.tls.empty()) variables["HARNESS_TLS_URL"] = https_url(url);
  return variables;
}

std::map<std::string, std::string> test_variables(const Context& context,
                                                  const std::map<std::string, std::string>& environment,
                                                  const std::string& run_id) {
  auto variables = environment;
  variables["HARNESS_NAMESPACE"] = context.project.name_space;
  variables["HARNESS_KEEP_NAMESPACES"] = context.options.keep_namespaces ? "1" : "";
  variables["HARNESS_RUN_ID"] = run_id;
  return variables;
}

}  // namespace harness
