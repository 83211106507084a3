#include <fmt/format.h>

#include <algorithm>

#include "gerrit/ids.h"
#include "gerrit/new_commit.h"
#include "gerrit/patch_sets.h"
#include "gerrit/seed.h"
#include "http/message.h"

namespace fakes::gerrit {

using http::HttpError;

namespace {

const std::map<std::string, Status> kStatuses{
    {"NEW", Status::kNew}, {"MERGED", Status::kMerged}, {"ABANDONED", Status::kAbandoned}};
const std::set<std::string> kKinds{"MERGE_FIRST_PARENT_UPDATE", "NO_CHANGE", "NO_CODE_CHANGE", "REWORK",
                                   "TRIVIAL_REBASE"};
const std::set<std::string> kFileFields{"status",     "binary", "old_path", "lines_inserted", "lines_deleted",
                                        "size_delta", "size",   "old_mode", "new_mode"};

Person seeded_person(Fields& commit, const char* name, Person otherwise) {
  if (auto person = commit.object(name)) {
    otherwise.name = person->text("name", otherwise.name);
    otherwise.email = person->text("email", otherwise.email);
    otherwise.date = person->time("date").value_or(otherwise.date);
    otherwise.tz = person->number("tz", otherwise.tz);
    person->expect_no_more();
  }
  return otherwise;
}

/// A list of paths, or an object of FileInfo by path.
std::map<std::string, Json> seeded_files(Fields& revision) {
  std::map<std::string, Json> files;
  const auto* value = revision.any("files");
  if (!value) return files;
  const Json nothing{{"size_delta", 0}, {"size", 0}};
  if (value->is_array()) {
    for (const auto& path : revision.texts("files")) files[path] = nothing;
    return files;
  }
  for (const auto& [path, given] : revision.pairs("files")) {
    const std::string where = "files." + path;
    if (!given.is_object()) revision.fail(where, "an object is expected");
    for (const auto& [name, field] : given.items()) {
      if (!kFileFields.contains(name)) revision.fail(where + "." + name, "unknown field");
      const bool is_text = name == "status" || name == "old_path";
      const bool fits = is_text            ? field.is_string()
                        : name == "binary" ? field.is_boolean()
                                           : field.is_number_integer();
      if (!fits) revision.fail(where + "." + name, "has the wrong type");
    }
    files[path] = nothing;
    files[path].update(given);
  }
  return files;
}

class ChangeSeed {
 public:
  ChangeSeed(State& state, Fields& fields) : state_(state), fields_(fields) {}

  void apply() {
    const auto project = fields_.required_text("project");
    const auto branch = short_name(fields_.required_text("branch"));
    if (!state_.projects.contains(project))
      throw HttpError(422, fmt::format("{}: there is no project \"{}\"", fields_.place("project"), project));
    Change* known = find(project, branch);
    is_new_ = !known;
    Change fresh{.project = project, .branch = branch};
    Change& change = known ? *known : fresh;
    if (is_new_) begin(change);
    read_simple(change);
    read_revisions(change);
    read_messages(change);
    read_votes(change);
    read_status(change);
    fields_.expect_no_more();
    if (is_new_) state_.changes[change.number] = change;
  }

 private:
  Change* find(const std::string& project, const std::string& branch) {
    change_id_ = fields_.text("change_id");
    number_ = fields_.number("_number");
    if (!change_id_.empty() && !(change_id_.starts_with('I') && is_sha(change_id_.substr(1))))
      fields_.fail("change_id", "I and 40 lower-case hexadecimal digits are expected");
    if (number_ < 0) fields_.fail("_number", "must be above 0");
    for (auto& [number, change] : state_.changes) {
      const bool same_id = !change_id_.empty() && change.project == project && change.branch == branch &&
                           change.change_id == change_id_;
      if (number_ != number && !(number_ == 0 && same_id)) {
        if (same_id)
          fields_.fail("_number", fmt::format("{} in this branch is change {}", change_id_, number));
        continue;
      }
      if (change.project != project || change.branch != branch || (!change_id_.empty() && !same_id))
        fields_.fail("_number", fmt::format("change {} is {}", number, triplet(change)));
      return &change;
    }
    return nullptr;
  }

  void begin(Change& change) {
    const auto* owner = fields_.any("owner");
    if (!owner) fields_.fail("owner", "is missing");
    change.owner = seeded_account(state_, fields_, "owner", *owner);
    change.number = number_ ? number_ : state_.next_change;
    state_.next_change = std::max(state_.next_change, change.number + 1);
    change.created = fields_.time("created").value_or(state_.now());
  }

  void read_simple(Change& change) {
    fields_.any("owner");  // who owns a change stays so
    fields_.any("created");
    subject_ = fields_.text("subject");
    change.topic = fields_.text("topic", change.topic);
    for (const auto& tag : fields_.texts("hashtags")) change.hashtags.insert(tag);
    change.work_in_progress = fields_.flag("work_in_progress", change.work_in_progress);
    change.is_private = fields_.flag("is_private", change.is_private);
    change.mergeable = fields_.flag("mergeable", change.mergeable);
    if (auto reviewers = fields_.object("reviewers")) {
      const std::pair<const char*, Role> roles[] = {{"REVIEWER", Role::kReviewer}, {"CC", Role::kCc}};
      for (const auto& [name, role] : roles)
        for (const auto& who : reviewers->texts(name))
          change.reviewers[seeded_account(state_, *reviewers, name, who)] = role;
      reviewers->expect_no_more();
    }
  }

  void read_revisions(Change& change) {
    auto revisions = fields_.objects("revisions");
    if (is_new_ && revisions.empty()) revisions.emplace_back(Json::object(), fields_.place("revisions[0]"));
    for (auto& one : revisions) {
      const auto sha = one.text("revision");
      if (!sha.empty() && !is_sha(sha)) one.fail("revision", "40 lower-case hexadecimal digits are expected");
      const bool there = std::any_of(change.revisions.begin(), change.revisions.end(),
                                     [&](const Revision& r) { return r.sha == sha; });
      if (!there) add_revision(change, one, sha);
    }
  }

  void add_revision(Change& change, Fields& one, const std::string& sha) {
    const Time created =
        one.time("created").value_or(change.revisions.empty() ? change.created : state_.now());
    Revision revision{.sha = sha,
                      .number = static_cast<int>(change.revisions.size()) + 1,
                      .uploader = change.owner,
                      .created = created};
    if (const auto* uploader = one.any("uploader"))
      revision.uploader = seeded_account(state_, one, "uploader", *uploader);
    revision.kind = one.text("kind", "REWORK");
    if (!kKinds.contains(revision.kind))
      one.fail("kind", "is none of " + fmt::format("{}", fmt::join(kKinds, ", ")));
    revision.files = seeded_files(one);
    read_commit(change, one, revision);
    if (revision.sha.empty()) {
      write(revision, one);
    } else if (one.has("contents")) {
      one.fail("contents", "a revision has an id or contents: its id is made from them");
    }
    one.expect_no_more();
    const bool same_code = revision.kind == "NO_CHANGE" || revision.kind == "TRIVIAL_REBASE";
    if (same_code && !change.revisions.empty()) revision.votes = change.current().votes;
    change.revisions.push_back(revision);
    if (!is_new_ || !fields_.has("messages"))
      say(change, revision.uploader, created, fmt::format("Uploaded patch set {}.", revision.number),
          "autogenerated:gerrit:newPatchSet");
  }

  /// A commit of the contents that are given, on top of its parent. Files that are only named stay as they
  /// were named.
  void write(Revision& revision, Fields& one) {
    const bool has_contents = one.has("contents");
    const auto contents = seeded_contents(one);
    const auto& parents = revision.commit.parents;
    const bool known = !parents.empty() && is_known(state_, parents[0]);
    if (has_contents && !parents.empty() && !known)
      one.fail("contents", "the content of its parent " + parents[0] + " is not known");
    const auto tree = state_.store->edited(known ? tree_of(state_, parents[0]) : Store::kEmptyTree, contents);
    auto made = make_revision(state_, revision.uploader, revision.commit, tree);
    revision.sha = made.sha;
    if (has_contents) revision.files = made.files;
  }

  void read_commit(Change& change, Fields& one, Revision& revision) {
    auto& commit = revision.commit;
    const auto person = person_of(state_.accounts.at(revision.uploader), revision.created);
    auto given = one.object("commit").value_or(Fields(Json::object(), one.place("commit")));
    commit.author = seeded_person(given, "author", person);
    commit.committer = seeded_person(given, "committer", person);
    commit.message = given.text("message", !subject_.empty() || change.revisions.empty()
                                               ? subject_
                                               : change.current().commit.message);
    if (commit.message.find_first_not_of(" \t\r\n") == std::string::npos)
      fields_.fail("subject", "is missing, and so is the commit's message");
    if (change.change_id.empty()) {
      const auto footer = change_id_of("\n" + commit.message);
      change.change_id = !change_id_.empty() ? change_id_
                         : !footer.empty()
                             ? footer
                             : new_change_id(state_, change.project, change.branch, commit.message);
    }
    if (!given.has("message")) commit.message = with_change_id(commit.message, change.change_id);
    commit.parents = given.texts("parents");
    for (const auto& parent : commit.parents)
      if (!is_sha(parent)) given.fail("parents", "commits of 40 lower-case hexadecimal digits are expected");
    const auto& branches = state_.projects.at(change.project).branches;
    const auto tip = branches.find(full_name(change.branch));
    if (!given.has("parents") && tip != branches.end() && tip->second != revision.sha)
      commit.parents = {tip->second};
    given.expect_no_more();
  }

  void read_messages(Change& change) {
    for (auto& one : fields_.objects("messages")) {
      std::optional<int> author;
      if (const auto* who = one.any("author")) author = seeded_account(state_, one, "author", *who);
      const auto text = one.required_text("message"), tag = one.text("tag");
      const int patch_set = one.number("_revision_number", change.current().number);
      const bool is_patch_set = patch_set >= 1 && patch_set <= change.current().number;
      if (!is_patch_set) one.fail("_revision_number", "is no patch set");
      say(change, author, one.time("date").value_or(state_.now()), text, tag).revision = patch_set;
      one.expect_no_more();
    }
  }

  void read_votes(Change& change) {
    auto votes = fields_.object("votes");
    if (!votes) return;
    for (const auto& [given, by_account] : votes->json().items()) {
      std::string name = given;
      const auto* label = find_label(state_.projects.at(change.project), name);
      if (!label) throw HttpError(422, fmt::format("{}: the project has no such label", votes->place(given)));
      const Fields scores(by_account, votes->place(given));
      for (const auto& [who, value] : scores.json().items()) {
        if (!value.is_number_integer() || !label->values.contains(value.get<int>()))
          votes->fail(given + "." + who, "is no value of the label");
        const int account = seeded_account(state_, *votes, given, who);
        change.current().votes[name].erase(account);
        if (value != 0)
          change.current().votes[name][account] = {.value = value, .date = change.updated, .tag = ""};
        change.reviewers[account] = Role::kReviewer;
      }
    }
  }

  void read_status(Change& change) {
    const auto status = fields_.text("status");
    if (!status.empty() && !kStatuses.contains(status))
      fields_.fail("status", "is none of NEW, MERGED, ABANDONED");
    const auto updated = fields_.time("updated"), submitted = fields_.time("submitted");
    const auto* submitter = fields_.any("submitter");
    if (!status.empty()) change.status = kStatuses.at(status);
    if (!is_new_ && !updated) change.updated = state_.now();
    if (updated) change.updated = *updated;
    if (change.status != Status::kMerged) {
      if (submitted || submitter) fields_.fail("submitted", "the change is not merged");
      change.submitted.reset();
      change.submitter.reset();
      return;
    }
    change.submitted = submitted ? *submitted : change.submitted.value_or(change.updated);
    if (submitter) change.submitter = seeded_account(state_, fields_, "submitter", *submitter);
    if (!change.submitter) change.submitter = change.owner;
  }

  State& state_;
  Fields& fields_;
  bool is_new_ = true;
  std::string change_id_, subject_;
  int number_ = 0;
};

}  // namespace

void seed_change(State& state, Fields& fields) { ChangeSeed(state, fields).apply(); }

}  // namespace fakes::gerrit
