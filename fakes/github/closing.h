#pragma once

#include "github/call.h"

namespace fakes::github {

/// Closes the issues that a text names after a keyword, as GitHub does once it is in the default branch:
/// "Fixes #12", "closes: octo/app#3"
/// (https://docs.github.com/issues/tracking-your-work-with-issues/linking-a-pull-request-to-an-issue).
void close_issues_named(Call& call, Repository& repository, const std::string& text);

}  // namespace fakes::github
