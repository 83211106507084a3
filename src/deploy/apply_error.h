#pragma once

#include <string>

#include "base/error.h"
#include "cluster/api_error.h"
#include "cluster/kube_api.h"
#include "deploy/manifest.h"

namespace harness {

/// The reason of an ApiError about an object that is stored, and that the API does not serve by yet: a
/// definition, an APIService.
inline constexpr const char* kNotServed = "NotServed";

/// What a user reads where the API does not take an object: the object, file, line and column of each field
/// that is wrong, and what to write there. Exit code 5. What a Secret holds is hidden.
Error apply_error(const Object& object, const ApiError& refused);

/// Of an object whose type the cluster does not have, and nothing more can bring.
Error no_such_type(const KubeApi& api, const Object& object, std::stop_token stop);

/// `text` without the values of a Secret, each where it stands alone: one that is "valid" is not cut out of
/// "invalid". For any other object, `text` itself.
std::string without_values(const Object& object, std::string text);

/// "Deployment web (deploy/web.yaml:3:1)".
std::string title_of(const Object& object);

}  // namespace harness
