#include "gerrit/change_options.h"

#include <fmt/format.h>

#include "http/not_implemented.h"

namespace fakes::gerrit {

namespace {

const ChangeOptions kOurs{"ALL_COMMITS",      "ALL_FILES",
                          "ALL_REVISIONS",    "CHANGE_ACTIONS",
                          "DRAFT_COMMENTS",   "CURRENT_ACTIONS",
                          "CURRENT_COMMIT",   "CURRENT_FILES",
                          "CURRENT_REVISION", "DETAILED_ACCOUNTS",
                          "DETAILED_LABELS",  "DOWNLOAD_COMMANDS",
                          "LABELS",           "MESSAGES",
                          "SKIP_DIFFSTAT",    "SKIP_MERGEABLE",
                          "SUBMITTABLE",      "SUBMIT_REQUIREMENTS",
                          "WEB_LINKS"};

const ChangeOptions kGerrits{"CHECK",       "CUSTOM_KEYED_VALUES", "COMMIT_FOOTERS", "PARENTS",
                             "STAR",        "PUSH_CERTIFICATES",   "REVIEWED",       "REVIEWER_UPDATES",
                             "TRACKING_IDS"};

}  // namespace

void check_options(const ChangeOptions& options) {
  for (const auto& option : options) {
    if (kGerrits.contains(option)) throw http::NotImplemented("?o=" + option);
    if (!kOurs.contains(option))
      throw http::HttpError(400, fmt::format("\"{}\" is not a valid value for \"-o\"", option));
  }
}

ChangeOptions change_options(const Call& call) {
  const auto given = call.query.all("o");
  const ChangeOptions options(given.begin(), given.end());
  check_options(options);
  return options;
}

}  // namespace fakes::gerrit
