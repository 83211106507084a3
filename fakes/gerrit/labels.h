#pragma once

#include "gerrit/input.h"

namespace fakes::gerrit {

/// `label` with what a LabelDefinitionInput says: "values" {"+1": "Verified", " 0": "No score"},
/// "default_value", "function". Throws HttpError (400).
Label defined(Label label, const Input& input);

}  // namespace fakes::gerrit
