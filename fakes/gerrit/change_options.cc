#include "gerrit/change_options.h"

#include <fmt/format.h>

namespace fakes::gerrit {

namespace {

const ChangeOptions kKnown{"ALL_COMMITS",       "ALL_FILES",        "ALL_REVISIONS",      "CURRENT_COMMIT",
                           "CURRENT_FILES",     "CURRENT_REVISION", "DETAILED_ACCOUNTS",  "DETAILED_LABELS",
                           "DOWNLOAD_COMMANDS", "LABELS",           "MESSAGES",           "SKIP_DIFFSTAT",
                           "SKIP_MERGEABLE",    "SUBMITTABLE",      "SUBMIT_REQUIREMENTS"};

// In Gerrit they are there; to leave them out of an answer without a word would be wrong.
const ChangeOptions kElsewhere{"CHANGE_ACTIONS",      "CHECK",          "COMMIT_FOOTERS",   "CURRENT_ACTIONS",
                               "CUSTOM_KEYED_VALUES", "DRAFT_COMMENTS", "NO_LIMIT",         "PARENTS",
                               "PUSH_CERTIFICATES",   "REVIEWED",       "REVIEWER_UPDATES", "STAR",
                               "TRACKING_IDS",        "WEB_LINKS"};

}  // namespace

ChangeOptions change_options(const Call& call) {
  ChangeOptions options;
  for (const auto& option : call.query.all("o")) {
    if (kElsewhere.contains(option))
      throw http::HttpError(
          400, fmt::format("\"{}\" is an option of Gerrit that fakegerritserver does not have", option));
    if (!kKnown.contains(option))
      throw http::HttpError(400, fmt::format("\"{}\" is not a valid value for \"-o\"", option));
    options.insert(option);
  }
  return options;
}

}  // namespace fakes::gerrit
