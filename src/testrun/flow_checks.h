#pragma once

#include <map>
#include <string>
#include <vector>

#include "testrun/testrun.h"

namespace harness::testrun {

/// Reports steps that wait for what is not there or for each other (a cycle is shown as a path), and
/// artifactsFrom that names no ancestor. False where there is one.
bool check_dependencies(YamlReader& reader, const std::vector<Step>& steps);

using StepsByName = std::map<std::string, const Step*>;
StepsByName by_name(const std::vector<Step>& steps);

/// All that a step waits for, the nearest first; of those that are equally near the one that is written last.
/// There must be no cycle.
std::vector<const Step*> ancestors_of(const StepsByName& steps, const Step& step);

}  // namespace harness::testrun
