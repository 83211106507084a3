#pragma once

#include "gerrit/call.h"
#include "gerrit/change_options.h"

namespace fakes::gerrit {

// State as the entities of Gerrit's REST API (rest-api-changes.html#json-entities,
// rest-api-accounts.html#json-entities).

/// AccountInfo: the number alone, or with `detailed` name, address and user name.
Json account_info(const State& state, int id, bool detailed);

/// ChangeInfo. `patch_set`: this one is among the revisions, whatever the options say.
Json change_info(const Call& call, const Change& change, const ChangeOptions& options,
                 std::optional<int> patch_set = {});

/// The map from label to LabelInfo, with LABELS, DETAILED_LABELS or both.
Json label_infos(const Call& call, const Change& change, const ChangeOptions& options);

/// RevisionInfo.
Json revision_info(const Call& call, const Change& change, const Revision& revision,
                   const ChangeOptions& options);

/// CommitInfo; `with_id`: not as part of a map that has the id as its key.
Json commit_info(const State& state, const Change& change, const Revision& revision, bool with_id);

/// The map from path to FileInfo; `magic`: with /COMMIT_MSG.
Json file_infos(const State& state, const Change& change, const Revision& revision, bool magic);

/// CommentInfo, without its path; with the patch set where `with_patch_set`.
Json comment_info(const Call& call, const Change& change, const Comment& comment, bool with_patch_set);

/// ChangeMessageInfo.
Json message_info(const Call& call, const Message& message, bool detailed);

/// ReviewerInfo: an account with its votes on the current patch set.
Json reviewer_info(const Call& call, const Change& change, int account);

/// What the caller may do with a patch set, and with the change: ActionInfo by name.
Json revision_actions(const Call& call, const Change& change, const Revision& revision);
Json change_actions(const Call& call, const Change& change);

/// What Gerrit shows as the file /COMMIT_MSG: the commit's head and its message.
std::string commit_message_file(const State& state, const Change& change, const Revision& revision);

/// "+1", " 0", "-1".
std::string score_text(int value);

}  // namespace fakes::gerrit
