#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "framework/http.h"

namespace test {

/// Where tests reach fakegitserver: $HARNESS_URL/fakegitserver, or $FAKEGITSERVER_URL for a server of one's
/// own.
std::string fakegitserver_url();

/// Where git finds repository `name` there.
std::string repo_url(const std::string& name);

/// POSTs `body` to /setup-repo, as it is.
Response post_setup(const nlohmann::json& body);

/// Makes repository `name` on fakegitserver by a shell script that runs in it. Gives back the log of all
/// refs; throws where the server refuses.
std::string setup_repo(const std::string& name, const std::string& script);

/// The commit that `ref` of `url` names; throws where there is none.
std::string remote_ref(const std::string& url, const std::string& ref);

}  // namespace test
