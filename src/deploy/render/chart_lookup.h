#pragma once

#include <filesystem>
#include <set>

namespace harness {

/// Whether a template of one of these charts (folders, .tgz), or a text among these values files, may call
/// `lookup`, which asks the cluster (https://helm.sh/docs/chart_template_guide/functions_and_pipelines/). A
/// template that has the word counts, whether it comes to that or not; comments do not.
bool may_ask_cluster(const std::set<std::filesystem::path>& charts_and_values);

/// Whether one text may: a template, or a value that a template may evaluate.
bool calls_lookup(std::string text);

}  // namespace harness
