#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "testrun/phase.h"
#include "testrun/plan.h"

/// What the pod of a node has whatever starts it: the harness (pod_objects.h) or an engine (emit/).
namespace harness::testrun {

/// Where the node's folders are in its pod: "/tm/repo", "/tm/shared", "/tm/export", "/tm/kubeconfig".
inline const std::string kPodFolder = "/tm";
/// The annotation of a Testrun that names an image with sh and tar, for what is done beside a step's program
/// and for definitions without an image.
inline const std::string kHelperImageAnnotation = "testrun.harness/helper-image";
/// As for processes: between SIGTERM and SIGKILL.
inline constexpr int kPodGraceSeconds = 2;

/// Kubernetes replaces $(NAME) in commands, arguments and variables, and makes $ of $$
/// (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/):
/// the text that it makes this one of.
std::string unexpanded(const std::string& text);
struct SecretKey {
  std::string secret, key;
};
/// The key of a Secret with this very text, where what starts the pod would change it on its way; nothing: it
/// is written where it is needed. A variable that is read from a Secret is replaced nowhere, and an argument
/// is `$(NAME)` of such a variable, which Kubernetes replaces once.
using Elsewhere = std::function<std::optional<SecretKey>(const std::string& text)>;
inline std::optional<SecretKey> nowhere_else(const std::string&) { return std::nullopt; }

/// An environment variable whose value is this text.
nlohmann::ordered_json variable_of(const std::string& name, const std::string& text,
                                   const Elsewhere& elsewhere);

/// TM_KUBECONFIG_PATH, TM_EXPORT_PATH, TM_SHARED_PATH, TM_REPO_PATH, TM_GIT_SHA, TM_GIT_REF.
std::map<std::string, std::string> folder_variables(const Node& node);

/// The container "main": the definition's program with the node's configuration as variables, over which
/// `variables` win, and over these `words`, which what starts the pod replaces. Throws Error (kUsage) where a
/// text has a zero byte or is not UTF-8: no pod can be given it.
nlohmann::ordered_json main_container(const Node& node, const std::string& image_if_none,
                                      const std::map<std::string, std::string>& variables,
                                      const std::map<std::string, std::string>& words,
                                      const Elsewhere& elsewhere);

/// An untrusted step gets nothing of Secrets.
bool withheld(const Node& node, const ConfigElement& element);

/// A volume for each file of the configuration, mounted at its very path. `written` says where a file lies
/// whose content is in the documents.
void add_files(const Node& node, const std::function<SecretKey(const ConfigElement&)>& written,
               nlohmann::ordered_json& volumes, nlohmann::ordered_json& mounts);

}  // namespace harness::testrun
