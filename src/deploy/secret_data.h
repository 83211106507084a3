#pragma once

#include "deploy/manifest.h"

namespace harness {

/// Moves a Secret's `stringData` into its `data`, as the API does
/// (https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data): what is written there
/// wins. The API does not know afterwards who wrote which key there, so that a key that leaves `stringData`
/// would stay in the cluster. Values that are no strings stay where they are: the API says what is wrong with
/// them.
void encode_string_data(Object& object);

}  // namespace harness
