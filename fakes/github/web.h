#pragma once

#include "github/call.h"

namespace fakes::github {

/// What is not the API, but where its answers lead: OWNER/NAME/pull/N.diff and .patch, commit/SHA.diff and
/// .patch, raw/REF/PATH, releases/download/TAG/FILE. `path` has no leading slash. Throws http::NotImplemented
/// at any other page of a repository that is there, and ApiError (404) where nothing is.
Reply web_page(Call& call, const std::string& path);

}  // namespace fakes::github
