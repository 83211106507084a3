#include "gerrit/catalogue.h"

namespace fakes::gerrit {

const std::string_view kCatalogue =
    R"(
GET /changes ?q ?query ?n ?limit ?S ?start ?o ?O ?no-limit ?allow-incomplete-results
POST /changes project branch subject topic status is_private work_in_progress base_change base_commit new_branch validation_options custom_keyed_values merge merge.source merge.source_branch merge.strategy merge.allow_conflicts patch patch.patch patch.allow_conflicts author author.name author.email notify notify_details response_format_options ?o
GET /changes/{id} ?o ?O ?meta
GET /changes/{id}/detail ?o ?O ?meta
DELETE /changes/{id}
POST /changes/{id}/abandon message notify notify_details
GET /changes/{id}/check
POST /changes/{id}/check delete_patch_set_if_commit_missing expect_merged_as
POST /changes/{id}/check.submit_requirement name submittability_expression applicability_expression override_expression allow_override_in_child_projects description is_legacy ?sr-name ?refs-config-change-id
GET /changes/{id}/comments ?enable-context ?context-padding
GET /changes/{id}/custom_keyed_values
POST /changes/{id}/custom_keyed_values add remove
GET /changes/{id}/drafts ?enable-context ?context-padding
GET /changes/{id}/robotcomments
GET /changes/{id}/hashtags
POST /changes/{id}/hashtags add remove
GET /changes/{id}/in
POST /changes/{id}/index
GET /changes/{id}/meta_diff ?old ?meta ?o
POST /changes/{id}/merge subject inherit_parent base_change merge merge.source merge.source_branch merge.strategy merge.allow_conflicts author validation_options
GET /changes/{id}/validation-options
GET /changes/{id}/message
PUT /changes/{id}/message message committer_email notify notify_details
POST /changes/{id}/move destination_branch message keep_all_votes
POST /changes/{id}/patch:apply patch patch.patch patch.allow_conflicts commit_message base author response_format_options amend
POST /changes/{id}/private message
DELETE /changes/{id}/private message
POST /changes/{id}/private.delete message
GET /changes/{id}/pure_revert ?o ?claimed-original
POST /changes/{id}/ready message notify notify_details
POST /changes/{id}/wip message notify notify_details
POST /changes/{id}/rebase base strategy allow_conflicts on_behalf_of_uploader rebase_with_committer_email committer_email validation_options
POST /changes/{id}/revisions/{revision}/rebase base strategy allow_conflicts on_behalf_of_uploader rebase_with_committer_email committer_email validation_options
POST /changes/{id}/rebase:chain base strategy allow_conflicts on_behalf_of_uploader rebase_with_committer_email committer_email validation_options
POST /changes/{id}/restore message notify notify_details
POST /changes/{id}/revert message topic work_in_progress validation_options notify notify_details
POST /changes/{id}/revert_submission message topic work_in_progress validation_options notify notify_details
POST /changes/{id}/submit on_behalf_of notify notify_details wait_for_merge
POST /changes/{id}/revisions/{revision}/submit on_behalf_of notify notify_details wait_for_merge
GET /changes/{id}/submitted_together ?o
GET /changes/{id}/suggest_reviewers ?q ?query ?n ?limit ?e ?exclude-groups ?reviewer-state
GET /changes/{id}/revisions/{revision}/suggest_reviewers ?q ?query ?n ?limit ?e
GET /changes/{id}/topic topic
PUT /changes/{id}/topic topic
DELETE /changes/{id}/topic topic
GET /changes/{id}/attention user reason notify notify_details
POST /changes/{id}/attention user reason notify notify_details
DELETE /changes/{id}/attention/{account} user reason notify notify_details
POST /changes/{id}/attention/{account}/delete user reason notify notify_details
GET /changes/{id}/edit ?list ?base ?download-commands
POST /changes/{id}/edit restore_path old_path new_path
DELETE /changes/{id}/edit
PUT /changes/{id}/edit/{path} binary_content file_mode
GET /changes/{id}/edit/{path} ?base
GET /changes/{id}/edit/{path}/meta
DELETE /changes/{id}/edit/{path}
GET /changes/{id}/edit:message ?base
PUT /changes/{id}/edit:message message
PUT /changes/{id}/edit:identity name email type
POST /changes/{id}/edit:publish notify notify_details
POST /changes/{id}/edit:rebase allow_conflicts
GET /changes/{id}/messages
GET /changes/{id}/messages/{message}
DELETE /changes/{id}/messages/{message}
POST /changes/{id}/messages/{message}/delete reason
GET /changes/{id}/reviewers
POST /changes/{id}/reviewers reviewer state confirmed notify notify_details
GET /changes/{id}/revisions/{revision}/reviewers
GET /changes/{id}/revisions/{revision}/reviewers/{reviewer}
GET /changes/{id}/reviewers/{reviewer} notify notify_details
DELETE /changes/{id}/reviewers/{reviewer} notify notify_details
POST /changes/{id}/reviewers/{reviewer}/delete notify notify_details
GET /changes/{id}/reviewers/{reviewer}/votes
DELETE /changes/{id}/reviewers/{reviewer}/votes/{label} label reason ignore_automatic_attention_set_rules notify notify_details
POST /changes/{id}/reviewers/{reviewer}/votes/{label}/delete label reason ignore_automatic_attention_set_rules notify notify_details
GET /changes/{id}/revisions/{revision}/reviewers/{reviewer}/votes
DELETE /changes/{id}/revisions/{revision}/reviewers/{reviewer}/votes/{label} label reason ignore_automatic_attention_set_rules notify notify_details
POST /changes/{id}/revisions/{revision}/reviewers/{reviewer}/votes/{label}/delete label reason ignore_automatic_attention_set_rules notify notify_details
GET /changes/{id}/revisions
GET /changes/{id}/revisions/{revision}
GET /changes/{id}/revisions/{revision}/actions
GET /changes/{id}/revisions/{revision}/archive ?format
POST /changes/{id}/revisions/{revision}/cherrypick message destination base parent keep_reviewers allow_conflicts topic allow_empty committer_email validation_options notify notify_details
GET /changes/{id}/revisions/{revision}/commit ?links
GET /changes/{id}/revisions/{revision}/mergeable ?other-branches ?o
GET /changes/{id}/revisions/{revision}/related ?o
GET /changes/{id}/revisions/{revision}/review
POST /changes/{id}/revisions/{revision}/review message tag labels comments comments.{}[].id comments.{}[].parent comments.{}[].fix_suggestions robot_comments drafts draft_ids_to_publish notify notify_details omit_duplicate_comments on_behalf_of reviewers reviewers[].reviewer reviewers[].state reviewers[].confirmed reviewers[].notify reviewers[].notify_details ready work_in_progress add_to_attention_set remove_from_attention_set ignore_automatic_attention_set_rules response_format_options
GET /changes/{id}/revisions/{revision}/preview_submit ?format
GET /changes/{id}/revisions/{revision}/submit_type
POST /changes/{id}/revisions/{revision}/test.submit_rule rule filters
POST /changes/{id}/revisions/{revision}/test.submit_type rule filters
GET /changes/{id}/revisions/{revision}/patch ?zip ?raw ?download ?path ?parent
GET /changes/{id}/revisions/{revision}/mergelist ?parent ?links
GET /changes/{id}/revisions/{revision}/ported_comments
GET /changes/{id}/revisions/{revision}/ported_drafts
GET /changes/{id}/revisions/{revision}/description description
PUT /changes/{id}/revisions/{revision}/description description
GET /changes/{id}/revisions/{revision}/drafts
PUT /changes/{id}/revisions/{revision}/drafts id path side parent line range range.start_line range.start_character range.end_line range.end_character in_reply_to updated message tag unresolved fix_suggestions
GET /changes/{id}/revisions/{revision}/drafts/{draft}
DELETE /changes/{id}/revisions/{revision}/drafts/{draft}
PUT /changes/{id}/revisions/{revision}/drafts/{draft} id path side parent line range range.start_line range.start_character range.end_line range.end_character in_reply_to updated message tag unresolved fix_suggestions
GET /changes/{id}/revisions/{revision}/comments
GET /changes/{id}/revisions/{revision}/comments/{comment}
DELETE /changes/{id}/revisions/{revision}/comments/{comment}
PUT /changes/{id}/revisions/{revision}/comments/{comment} id path side parent line range range.start_line range.start_character range.end_line range.end_character in_reply_to updated message tag unresolved fix_suggestions
POST /changes/{id}/revisions/{revision}/comments/{comment}/delete reason
GET /changes/{id}/revisions/{revision}/robotcomments
GET /changes/{id}/revisions/{revision}/robotcomments/{comment}
POST /changes/{id}/revisions/{revision}/fix:apply fix_replacement_infos original_patchset_for_fix
POST /changes/{id}/revisions/{revision}/fix:preview fix_replacement_infos
GET /changes/{id}/revisions/{revision}/fixes/{fix}/preview
POST /changes/{id}/revisions/{revision}/fixes/{fix}/apply
GET /changes/{id}/revisions/{revision}/files ?q ?query ?base ?parent ?reviewed
GET /changes/{id}/revisions/{revision}/files/{path}/content ?parent
GET /changes/{id}/revisions/{revision}/files/{path}/download ?suffix ?parent
GET /changes/{id}/revisions/{revision}/files/{path}/diff ?base ?parent ?intraline ?whitespace ?weblinks-only ?context ?ignore-whitespace
GET /changes/{id}/revisions/{revision}/files/{path}/blame ?b ?base
PUT /changes/{id}/revisions/{revision}/files/{path}/reviewed
DELETE /changes/{id}/revisions/{revision}/files/{path}/reviewed
GET /accounts ?q ?query ?n ?limit ?S ?start ?o ?O ?suggest
GET /accounts/{id}
PUT /accounts/{id} name display_name email ssh_key http_password groups username
DELETE /accounts/{id}
GET /accounts/{id}/active
PUT /accounts/{id}/active
DELETE /accounts/{id}/active
GET /accounts/{id}/agreements name
PUT /accounts/{id}/agreements name
GET /accounts/{id}/avatar ?s ?size
GET /accounts/{id}/avatar.change.url
PUT /accounts/{id}/displayname display_name
GET /accounts/{id}/detail
POST /accounts/{id}/drafts:delete query
GET /accounts/{id}/external.ids
POST /accounts/{id}/external.ids:delete
GET /accounts/{id}/groups
POST /accounts/{id}/index
GET /accounts/{id}/name
PUT /accounts/{id}/name name
DELETE /accounts/{id}/name
PUT /accounts/{id}/password.http generate http_password
DELETE /accounts/{id}/password.http
GET /accounts/{id}/preferences
PUT /accounts/{id}/preferences
GET /accounts/{id}/preferences.diff
PUT /accounts/{id}/preferences.diff
GET /accounts/{id}/preferences.edit
PUT /accounts/{id}/preferences.edit
GET /accounts/{id}/sshkeys
POST /accounts/{id}/sshkeys
GET /accounts/{id}/sshkeys/{key}
DELETE /accounts/{id}/sshkeys/{key}
GET /accounts/{id}/gpgkeys
POST /accounts/{id}/gpgkeys
GET /accounts/{id}/gpgkeys/{key}
DELETE /accounts/{id}/gpgkeys/{key}
GET /accounts/{id}/oauthtoken
GET /accounts/{id}/starred.changes
PUT /accounts/{id}/starred.changes/{change}
DELETE /accounts/{id}/starred.changes/{change}
GET /accounts/{id}/stars.changes
GET /accounts/{id}/stars.changes/{change}
POST /accounts/{id}/stars.changes/{change}
GET /accounts/{id}/state
GET /accounts/{id}/status
PUT /accounts/{id}/status status
GET /accounts/{id}/username
PUT /accounts/{id}/username username
GET /accounts/{id}/watched.projects
POST /accounts/{id}/watched.projects
POST /accounts/{id}/watched.projects:delete
GET /accounts/{id}/capabilities ?q
GET /accounts/{id}/capabilities/{capability}
GET /accounts/{id}/emails
GET /accounts/{id}/emails/{email}
DELETE /accounts/{id}/emails/{email}
PUT /accounts/{id}/emails/{email} email preferred no_confirmation
PUT /accounts/{id}/emails/{email}/preferred
GET /projects ?p ?prefix ?m ?match ?r ?regex ?n ?limit ?S ?start ?d ?description ?b ?branch ?show-branch ?t ?tree ?all ?type ?format ?state ?q ?query ?has-acl-for
GET /projects/{name}
PUT /projects/{name} name parent description permissions_only create_empty_commit submit_type branches owners use_contributor_agreements use_signed_off_by create_new_change_for_all_not_in_target use_content_merge require_change_id enable_signed_push require_signed_push max_object_size_limit plugin_config_values reject_empty_commit init_only
GET /projects/{name}/access
POST /projects/{name}/access
PUT /projects/{name}/access:review
PUT /projects/{name}/ban commits reason
GET /projects/{name}/branches ?n ?limit ?S ?s ?start ?m ?match ?r ?regex
GET /projects/{name}/branches/{branch}
DELETE /projects/{name}/branches/{branch}
PUT /projects/{name}/branches/{branch} ref revision create_empty_commit validation_options source_ref
GET /projects/{name}/branches/{branch}/files/{path}/content
GET /projects/{name}/branches/{branch}/mergeable ?source ?source-branch ?strategy
GET /projects/{name}/branches/{branch}/reflog ?n ?limit ?from ?to
GET /projects/{name}/branches/{branch}/suggest_reviewers ?q
POST /projects/{name}/branches:delete branches
POST /projects/{name}/check
GET /projects/{name}/check.access ?account ?ref ?perm
POST /projects/{name}/check.access
GET /projects/{name}/children ?recursive ?limit
GET /projects/{name}/children/{child} ?recursive
GET /projects/{name}/commits/{commit}
POST /projects/{name}/commits/{commit}/cherrypick message destination base parent keep_reviewers allow_conflicts topic allow_empty committer_email validation_options notify notify_details
GET /projects/{name}/commits/{commit}/files ?parent
GET /projects/{name}/commits/{commit}/files/{path}/content
GET /projects/{name}/commits/{commit}/in
GET /projects/{name}/commits:in ?commit ?ref
GET /projects/{name}/config description use_contributor_agreements use_content_merge use_signed_off_by submit_type state max_object_size_limit
PUT /projects/{name}/config description use_contributor_agreements use_content_merge use_signed_off_by submit_type state max_object_size_limit
POST /projects/{name}/create.change
GET /projects/{name}/dashboards
GET /projects/{name}/dashboards/{dashboard}
PUT /projects/{name}/dashboards/{dashboard}
DELETE /projects/{name}/dashboards/{dashboard}
GET /projects/{name}/description
PUT /projects/{name}/description description commit_message
DELETE /projects/{name}/description
GET /projects/{name}/HEAD
PUT /projects/{name}/HEAD ref
POST /projects/{name}/index async index_children
POST /projects/{name}/index.changes
POST /projects/{name}/gc show_progress aggressive async
GET /projects/{name}/statistics.git
GET /projects/{name}/labels ?inherited ?voteable-on-ref
POST /projects/{name}/labels
GET /projects/{name}/labels/{label}
PUT /projects/{name}/labels/{label} name values default_value function branches can_override copy_condition unset_copy_condition allow_post_submit ignore_self_approval copy_any_score copy_min_score copy_max_score copy_all_scores_if_no_change copy_all_scores_if_no_code_change copy_all_scores_on_trivial_rebase copy_all_scores_on_merge_first_parent_update copy_values commit_message description
DELETE /projects/{name}/labels/{label} commit_message
GET /projects/{name}/parent
PUT /projects/{name}/parent parent commit_message
GET /projects/{name}/submit_requirements ?inherited
GET /projects/{name}/submit_requirements/{requirement}
PUT /projects/{name}/submit_requirements/{requirement}
DELETE /projects/{name}/submit_requirements/{requirement}
GET /projects/{name}/tags ?n ?limit ?S ?s ?start ?m ?match ?r ?regex ?d ?descending
GET /projects/{name}/tags/{tag}
DELETE /projects/{name}/tags/{tag}
PUT /projects/{name}/tags/{tag} ref revision message
POST /projects/{name}/tags:delete tags
GET /groups ?q ?query ?query2 ?n ?limit ?S ?start ?o ?O ?p ?project ?u ?user ?owned ?visible-to-all ?g ?group ?s ?suggest ?m ?match ?r ?regex ?owned-by
GET /groups/{group}
PUT /groups/{group}
DELETE /groups/{group}
GET /groups/{group}/description
PUT /groups/{group}/description
DELETE /groups/{group}/description
GET /groups/{group}/detail
POST /groups/{group}/index
GET /groups/{group}/log.audit
GET /groups/{group}/members ?recursive
POST /groups/{group}/members ?recursive
GET /groups/{group}/members/{member}
PUT /groups/{group}/members/{member}
DELETE /groups/{group}/members/{member}
POST /groups/{group}/members.add
POST /groups/{group}/members.delete
GET /groups/{group}/name
PUT /groups/{group}/name
GET /groups/{group}/options
PUT /groups/{group}/options
GET /groups/{group}/owner
PUT /groups/{group}/owner
GET /groups/{group}/groups
POST /groups/{group}/groups
GET /groups/{group}/groups/{included}
PUT /groups/{group}/groups/{included}
DELETE /groups/{group}/groups/{included}
POST /groups/{group}/groups.add
POST /groups/{group}/groups.delete
GET /config/server/version ?verbose
GET /config/server/info
GET /config/server/capabilities
POST /config/server/check.consistency
POST /config/server/deactivate.stale.accounts
PUT /config/server/email.confirm
GET /config/server/experiments ?enabled-only
GET /config/server/experiments/{experiment}
POST /config/server/index.changes
POST /config/server/reload
POST /config/server/snapshot.indexes
POST /config/server/cleanup.changes
GET /config/server/validation-options
GET /config/server/tasks
GET /config/server/tasks/{task}
DELETE /config/server/tasks/{task}
GET /config/server/top-menus
GET /config/server/preferences
PUT /config/server/preferences
GET /config/server/preferences.diff
PUT /config/server/preferences.diff
GET /config/server/preferences.edit
PUT /config/server/preferences.edit
GET /config/server/indexes
GET /config/server/indexes/{index}
POST /config/server/indexes/{index}/snapshot
GET /config/server/indexes/{index}/versions
GET /config/server/indexes/{index}/versions/{version}
POST /config/server/indexes/{index}/versions/{version}/snapshot
POST /config/server/indexes/{index}/versions/{version}/reindex
GET /config/server/caches
POST /config/server/caches
GET /config/server/caches/{cache}
POST /config/server/caches/{cache}/flush
GET /config/server/summary
GET /access ?p ?project
GET /plugins/{path...}
PUT /plugins/{path...}
POST /plugins/{path...}
DELETE /plugins/{path...}
GET /plugins
GET /tools/hooks/{hook}
GET /tools/{path...}
GET /tools
GET /c/{path...}
GET /q/{path...}
GET /Documentation/{path...}
GET /settings/{path...}
GET /dashboard/{path...}
GET /admin/repos/{path...}
GET /login/{path...}
POST /login/{path...}
GET /login
POST /login
GET /logout
GET /ssh_info
GET /
)";

}  // namespace fakes::gerrit
