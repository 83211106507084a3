#pragma once

#include <string>

#include "http/catalogue.h"
#include "http/message.h"

namespace fakes::github {

/// The form of the answer that `Accept` asks for: "" for JSON, else one of `ours.forms` ("diff", "raw"). The
/// first that the real route has, by the client's preference, is meant; a preview that has become part of the
/// API, and a form that this route does not know, are JSON
/// (https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types). Throws
/// http::NotImplemented where it is one of `real` alone, ApiError (415) where nothing of it is GitHub's.
std::string form_asked_for(const http::Headers& headers, const http::Names& real, const http::Names& ours);

/// Throws where X-GitHub-Api-Version names a version that the fake does not play (http::NotImplemented) or
/// that is none (ApiError 400), and http::NotImplemented where X-HTTP-Method-Override means another method.
void check_headers(const http::Headers& headers);

}  // namespace fakes::github
