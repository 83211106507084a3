#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/secrets.h"
#include "config/project.h"
#include "config/yaml_reader.h"

/// Testruns and TestDefinitions of Gardener's Test Machinery, `testmachinery.sapcloud.io/v1beta1`
/// (https://github.com/gardener/test-infra/tree/master/docs/testmachinery). What of it is read, and how:
/// docs/testruns.md.
namespace harness::testrun {

/// A key of a Secret or ConfigMap of the cluster.
struct KeyRef {
  enum class Kind { secret, config_map };
  Kind kind = Kind::secret;
  std::string name, key;
};

/// A value that is written there, or lies in the cluster.
struct Value {
  std::string text;  ///< of a file and of a kubeconfig: base64
  std::optional<KeyRef> from = {};
  bool secret() const { return from && from->kind == KeyRef::Kind::secret; }
};

/// One entry of a `config:`.
struct ConfigElement {
  enum class Type { env, file };
  Type type = Type::env;
  std::string name;
  Value value;
  std::string path = {};    ///< of a file: absolute
  bool is_private = false;  ///< not for the steps that come after
  Position at = {};
};

struct Location {
  enum class Type { git, local };
  Type type = Type::git;
  std::string repo, revision;            ///< git: a tag, a branch or a commit
  std::filesystem::path host_path = {};  ///< local; relative to the Testrun's file
  Position at = {};

  /// "https://github.com/a/b.git at main", "../b".
  std::string shown() const {
    return type == Type::git ? without_credentials(repo) + " at " + revision : host_path.string();
  }
};

struct LocationSet {
  std::string name;  ///< "" for `testLocations`
  bool is_default = false;
  std::vector<Location> locations;
  Position at = {};
};

enum class Condition { always, success, error };

/// What runs a node: a process of this machine, or a pod of the cluster.
enum class ExecutorKind { host, pod };
/// The annotation of a step or of a Testrun that says which.
inline const std::string kExecutorAnnotation = "testrun.harness/executor";

/// One entry of `testflow` or `onExit`.
struct Step {
  std::string name;
  std::string definition, label;  ///< one of them
  std::vector<ConfigElement> config = {};
  std::string location_set = {};  ///< "": the default one
  bool continue_on_error = false;
  Condition condition = Condition::always;  ///< of onExit
  bool untrusted = false;
  std::vector<std::string> depends_on = {};
  std::string artifacts_from = {};
  bool use_global_artifacts = false;
  bool pause = false;
  std::optional<int> resume_timeout_seconds = {};
  std::optional<ExecutorKind> executor = {};
  Position at = {}, definition_at = {}, depends_on_at = {}, artifacts_from_at = {}, location_set_at = {},
           condition_at = {}, continue_on_error_at = {};
};

struct Testrun {
  std::filesystem::path file;
  std::shared_ptr<YamlReader> reader;        ///< takes what is found out about it later, too
  std::vector<std::string> parameters = {};  ///< the keys of its `${key}`
  std::string base_name =
      {};  ///< metadata.name, or generateName without the "-" at its end, or the file's name
  std::string name_space = "default";  ///< where secretKeyRef and configMapKeyRef look
  std::map<std::string, std::string> annotations = {};
  std::optional<ExecutorKind> executor = {};
  std::optional<int> ttl_seconds = {};  ///< after it has finished; absent: it stays
  std::string owner = {};
  std::vector<std::string> recipients = {};
  std::vector<LocationSet> location_sets = {};
  std::map<std::string, Value> kubeconfigs = {};  ///< "shoot"
  std::vector<ConfigElement> config = {};
  std::vector<Step> testflow, on_exit;
};

/// What one step runs.
struct TestDefinition {
  std::string name;
  std::string owner;
  std::vector<std::string> recipients, labels;
  std::string description;
  bool serial = false, disruptive = false;
  std::optional<int> deadline_seconds;  ///< activeDeadlineSeconds
  std::vector<std::string> command, args;
  std::string image;
  nlohmann::ordered_json resources;  ///< as a container of a pod has them; null: none
  std::vector<ConfigElement> config;
  std::filesystem::path file;
};

}  // namespace harness::testrun
