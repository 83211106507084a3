#pragma once

#include <map>
#include <set>
#include <string>

#include "testrun/emit/emit.h"
#include "testrun/emit/names.h"

/// What the engines' files share.
namespace harness::testrun {

using Json = nlohmann::ordered_json;

struct Context {
  const Testrun& run;
  const Plan& plan;
  const EmitSettings& settings;
  const Names names;
  const std::string name;               ///< of the run's objects

  explicit Context(const Loaded& loaded, const EmitSettings& emit_settings);

  /// Of the Testrun: `testrun.harness/KEY`.
  std::string annotation(const std::string& key, const std::string& otherwise) const;
  std::string helper_image() const;
  /// Whence a folder of this machine can be cloned: what the annotation says, else its git's origin; "" where there is neither.
  std::string repository_url(const std::filesystem::path& root);
  /// name, namespace and the label by which all objects of the run are found.
  Json metadata(const std::string& object) const;

  /// Something that is not as in the harness, and for what or whom ("": for all).
  void warn(const std::string& text, const std::string& whom = "") { warnings_[text].insert(whom); }
  std::vector<std::string> remarks() const;

 private:
  std::map<std::string, std::set<std::string>> warnings_;
  std::map<std::filesystem::path, std::string> origins_;
};

std::vector<Json> tekton(Context& context);
std::vector<Json> argo(Context& context);
std::vector<Json> prow(Context& context);
std::vector<Json> kubernetes(Context& context);

/// A Secret with what the documents have written in them, kubeconfigs and files; nothing where there is none.
std::vector<Json> written_secret(const Context& context);
/// Of the claim of the volume on which all folders of a run are; and the claim itself.
Json volume_claim_spec(const Context& context);
Json volume_claim(const Context& context);

}  // namespace harness::testrun
