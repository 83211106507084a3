#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "testrun/plan.h"

namespace harness::testrun {

/// The key of a file's content in the Secret of the run: the same for the same content.
std::string written_key(const ConfigElement& element);

/// The data of a Secret with what a Testrun and its definitions have written in them: "shoot.config" of a
/// kubeconfig, "file-5e884898da28" of a file. Empty where there is nothing.
nlohmann::ordered_json written_data(const Testrun& run, const Plan& plan);

/// The source of a projected volume with one NAME.config for each kubeconfig of the Testrun; null where it
/// has none. An untrusted step's has the shoot's alone.
nlohmann::ordered_json kubeconfig_volume(const Testrun& run, const std::string& secret, bool untrusted);

}  // namespace harness::testrun
