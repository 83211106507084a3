#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "testrun/emit/emit.h"
#include "testrun/emit/names.h"
#include "testrun/pod_parts.h"

/// What the engines' files share.
namespace harness::testrun {

using Json = nlohmann::ordered_json;

struct Context {
  const Testrun& run;
  const Plan& plan;
  const EmitSettings& settings;
  const Names names;
  const std::string name;  ///< of the run's objects

  explicit Context(const Loaded& loaded, const EmitSettings& emit_settings);

  /// Of the Testrun: `testrun.harness/KEY`.
  std::string annotation(const std::string& key, const std::string& otherwise) const;
  std::string helper_image() const;
  /// Whence a folder of this machine can be cloned: what the annotation says, else its git's origin; "" where
  /// there is neither.
  std::string repository_url(const std::filesystem::path& root);
  /// name, namespace and the label by which all objects of the run are found.
  Json metadata(const std::string& object) const;

  /// Has the text in the run's Secret.
  SecretKey keep(const std::string& text);
  /// The same of one that the engine would change where it is written; nothing of others.
  std::optional<SecretKey> elsewhere(const std::string& text);
  const std::map<std::string, std::string>& kept() const { return kept_; }

  /// Something that is not as in the harness, and for what or whom ("": for all).
  void warn(const std::string& text, const std::string& whom = "") { warnings_[text].insert(whom); }
  std::vector<std::string> remarks() const;

 private:
  std::map<std::string, std::set<std::string>> warnings_;
  std::map<std::filesystem::path, std::string> origins_;
  std::map<std::string, std::string> kept_;  ///< key of the Secret -> text
};

std::vector<Json> tekton(Context& context);
std::vector<Json> argo(Context& context);
std::vector<Json> prow(Context& context);
std::vector<Json> kubernetes(Context& context);

/// A Secret with what the documents have written in them, kubeconfigs and files, and with the texts that were
/// kept so far; nothing where there is none. Throws Error (kUsage) where a Secret has no room for it.
std::vector<Json> written_secret(const Context& context);
/// Throws Error (kUsage) where a document still has what the engine would replace, besides its own words: a
/// name, a path or an image.
void expect_no_marks(Engine engine, const std::vector<Json>& documents);
/// Of the claim of the volume on which all folders of a run are; and the claim itself.
Json volume_claim_spec(const Context& context);
Json volume_claim(const Context& context);

}  // namespace harness::testrun
