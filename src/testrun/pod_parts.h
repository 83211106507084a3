#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "testrun/phase.h"
#include "testrun/plan.h"

/// What the pod of a node has whatever starts it: the harness (pod_objects.h) or an engine (emit/).
namespace harness::testrun {

/// Where the node's folders are in its pod: "/tm/repo", "/tm/shared", "/tm/export", "/tm/kubeconfig".
inline const std::string kPodFolder = "/tm";
/// The annotation of a Testrun that names an image with sh and tar, for what is done beside a step's program and for definitions without an image.
inline const std::string kHelperImageAnnotation = "testrun.harness/helper-image";
/// As for processes: between SIGTERM and SIGKILL.
inline constexpr int kPodGraceSeconds = 2;

/// Kubernetes replaces $(NAME) in commands, arguments and variables, and makes $ of $$ (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/):
/// the text that it makes this one of.
std::string unexpanded(const std::string& text);
/// Gives a text of the documents the form in which it arrives unchanged.
using AsText = std::function<std::string(const std::string& text)>;

/// TM_KUBECONFIG_PATH, TM_EXPORT_PATH, TM_SHARED_PATH, TM_REPO_PATH, TM_GIT_SHA, TM_GIT_REF.
std::map<std::string, std::string> folder_variables(const Node& node);

/// The container "main": the definition's program with the node's configuration as variables; `variables` win, and are not changed by `as_text`.
nlohmann::ordered_json main_container(const Node& node, const std::string& image_if_none, const std::map<std::string, std::string>& variables, const AsText& as_text);

/// An untrusted step gets nothing of Secrets.
bool withheld(const Node& node, const ConfigElement& element);

struct SecretKey {
  std::string secret, key;
};
/// A volume for each file of the configuration, mounted at its very path. `written` says where a file lies whose content is in the documents.
void add_files(const Node& node, const std::function<SecretKey(const ConfigElement&)>& written, nlohmann::ordered_json& volumes, nlohmann::ordered_json& mounts);

}  // namespace harness::testrun
