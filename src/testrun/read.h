#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "testrun/testrun.h"

namespace harness::testrun {

/// `-set key=value`: what `${key}` stands for in the values of a Testrun; `$${` stands for `${`.
using Parameters = std::map<std::string, std::string>;

/// Reads one Testrun. What is wrong in it is among its reader's problems and remarks afterwards; Throws Error
/// (kUsage) where it is no YAML. `shown_as` is its name in messages.
Testrun read_testrun(const std::filesystem::path& file, const std::string& shown_as,
                     const Parameters& parameters);

/// Reads one TestDefinition; its problems are the reader's.
TestDefinition read_definition(YamlReader& reader, const std::filesystem::path& file);

/// What a document says that it is: "Testrun", "TestDefinition"; "" where it says nothing.
std::string kind_of(const YAML::Node& root);

/// A `config:` list. `what` names what has it, in messages.
std::vector<ConfigElement> read_config(YamlReader& reader, Fields& fields, const std::string& what);

/// `secretKeyRef` or `configMapKeyRef`, in `node`.
std::optional<KeyRef> read_key_ref(YamlReader& reader, const YAML::Node& node, const std::string& what);

/// What an annotation says of the executor; a word that is neither host nor pod is a problem at `at`.
std::optional<ExecutorKind> read_executor(YamlReader& reader,
                                          const std::map<std::string, std::string>& annotations, Position at);

/// `testflow` or `onExit`, also in the older form, a list of lists.
std::vector<Step> read_flow(YamlReader& reader, Fields& spec, const std::string& key);

/// Puts values in the place of `${key}`; a key without a value is a problem. Gives back the keys that there
/// were.
std::vector<std::string> put_parameters(YamlReader& reader, const Parameters& parameters);

/// Whether `text` is a DNS label (RFC 1123): at most 63 lower-case letters, digits and -, at both ends none
/// of the last.
bool is_dns_label(const std::string& text);
/// The problem with a name that is none, "" where it is one.
std::string dns_label_problem(const std::string& what, const std::string& name);

}  // namespace harness::testrun
