#pragma once

#include "config/project.h"
#include "config/yaml_reader.h"

namespace harness {

/// What an entry of `tests:` says of the cases of its command: `junit`, `tap`, `test2json`, and `list` with
/// {tests}. Elsewhere these are problems.
void read_cases(YamlReader& reader, Fields& fields, TestProgram& test);

}  // namespace harness
