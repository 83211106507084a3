#include "deploy/render/helm_environment.h"

#include "base/environment.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

/// The file of `helm registry login` (https://helm.sh/docs/helm/helm/).
fs::path registry_logins() {
  if (const auto file = environment_variable("HELM_REGISTRY_CONFIG"); !file.empty()) return file;
  const auto helm = environment_variable("HELM_CONFIG_HOME"),
             config = environment_variable("XDG_CONFIG_HOME");
  const fs::path folder = !helm.empty()     ? fs::path(helm)
                          : !config.empty() ? fs::path(config) / "helm"
                                            : fs::path(environment_variable("HOME")) / ".config/helm";
  return folder / "registry/config.json";
}

}  // namespace

std::map<std::string, std::string> helm_environment(const fs::path& home, const fs::path& kubeconfig) {
  std::map<std::string, std::string> environment{
      {"KUBECONFIG", kubeconfig},
      {"HELM_CACHE_HOME", home / "cache"},
      {"HELM_CONFIG_HOME", home / "config"},
      {"HELM_DATA_HOME", home / "data"},
      {"HELM_PLUGINS", home / "data/plugins"},
      {"HELM_REPOSITORY_CACHE", home / "cache/repository"},
      {"HELM_REPOSITORY_CONFIG", home / "config/repositories.yaml"},
      {"HELM_REGISTRY_CONFIG", registry_logins()},
  };
  for (const char* name : {"HELM_NAMESPACE", "HELM_KUBECONTEXT", "HELM_KUBETOKEN", "HELM_KUBEASUSER",
                           "HELM_KUBEASGROUPS", "HELM_KUBEAPISERVER", "HELM_KUBECAFILE",
                           "HELM_KUBETLS_SERVER_NAME", "HELM_KUBEINSECURE_SKIP_TLS_VERIFY", "HELM_DEBUG"})
    environment[name] = "";
  return environment;
}

}  // namespace harness
