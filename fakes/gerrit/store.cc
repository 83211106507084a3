#include "gerrit/store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "gerrit/store_repository.h"
#include "http/message.h"

namespace fakes::gerrit {

namespace fs = std::filesystem;

namespace {

/// What git drops of a name or an address.
std::string clean(const std::string& text) {
  std::string cleaned;
  for (const char c : text)
    if (c != '<' && c != '>' && c != '\n' && c != '\0') cleaned += c;
  return cleaned;
}

std::string git_person(const Person& person) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(person.date).time_since_epoch().count();
  const int minutes = std::abs(person.tz);
  return fmt::format("{} <{}> {} {}{:02}{:02}", clean(person.name), clean(person.email), seconds,
                     person.tz < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

Person person_of(const git_signature& signature) {
  return {.name = signature.name,
          .email = signature.email,
          .date = Time(std::chrono::seconds(signature.when.time)),
          .tz = signature.when.offset};
}

std::string written_tree(git_repository* repository, git_index* index) {
  git_oid id;
  checked(git_index_write_tree_to(&id, index, repository));
  return text_of(id);
}

/// Puts a file in the place of a conflict: what git merge leaves in the work tree, or the side that is left.
void resolve(git_repository* repository, git_index* index, const git_index_entry* base,
             const git_index_entry* ours, const git_index_entry* theirs) {
  const git_index_entry* side = ours ? ours : theirs;
  if (!side) return;
  git_index_entry entry{};
  const std::string path = side->path;
  entry.path = path.c_str();
  entry.mode = side->mode;
  entry.id = side->id;
  git_merge_file_result result{};
  git_merge_file_options options = GIT_MERGE_FILE_OPTIONS_INIT;
  options.our_label = "HEAD";
  options.their_label = "CHANGE";
  const bool both =
      ours && theirs && git_merge_file_from_index(&result, repository, base, ours, theirs, &options) == 0;
  if (both) {
    checked(git_blob_create_from_buffer(&entry.id, repository, result.ptr, result.len));
    if (result.mode != 0) entry.mode = result.mode;
    git_merge_file_result_free(&result);
  }
  checked(git_index_conflict_remove(index, path.c_str()));
  checked(git_index_add(index, &entry));
}

}  // namespace

std::string commit_object(const Commit& commit, const std::string& tree) {
  std::string object = fmt::format("tree {}\n", tree);
  for (const auto& parent : commit.parents) object += fmt::format("parent {}\n", parent);
  return object + fmt::format("author {}\ncommitter {}\n\n{}", git_person(commit.author),
                              git_person(commit.committer), commit.message);
}

Store::Repository::Repository() {
  git_libgit2_init();
  std::string path = (fs::temp_directory_path() / "fakegerritserver-XXXXXX").string();
  if (!mkdtemp(path.data()))
    throw std::system_error(errno, std::generic_category(), "cannot make a folder at " + path);
  dir = path;
  handle = made<RepositoryHandle>(git_repository_init, dir.c_str(), 1U);
}

Store::Repository::~Repository() {
  handle.reset();
  std::error_code ignored;
  fs::remove_all(dir, ignored);
  git_libgit2_shutdown();
}

TreeHandle Store::Repository::tree(const std::string& id) const {
  const git_oid oid = oid_of(id);
  if (id == kEmptyTree) {
    git_oid written;
    const auto odb = made<OdbHandle>(git_repository_odb, get());
    checked(git_odb_write(&written, odb.get(), "", 0, GIT_OBJECT_TREE));
  }
  return made<TreeHandle>(git_tree_lookup, get(), &oid);
}

Store::Store() = default;
Store::~Store() = default;

Store::Repository& Store::repository() const {
  if (!repository_) repository_ = std::make_unique<Repository>();
  return *repository_;
}

fs::path Store::objects() const { return repository().dir / "objects"; }

std::string Store::write(const Commit& commit, const std::string& tree) {
  repository().tree(tree);
  const auto object = commit_object(commit, tree);
  const auto odb = made<OdbHandle>(git_repository_odb, repository().get());
  git_oid id;
  checked(git_odb_write(&id, odb.get(), object.data(), object.size(), GIT_OBJECT_COMMIT));
  return text_of(id);
}

bool Store::has(const std::string& commit) const {
  if (!repository_ || commit.size() != GIT_OID_HEXSZ) return false;
  git_oid oid;
  git_commit* found = nullptr;
  if (git_oid_fromstr(&oid, commit.c_str()) != 0 || git_commit_lookup(&found, repository_->get(), &oid) != 0)
    return false;
  git_commit_free(found);
  return true;
}

Commit Store::read(const std::string& commit) const {
  const git_oid oid = oid_of(commit);
  const auto found = made<CommitHandle>(git_commit_lookup, repository().get(), &oid);
  Commit read{.message = git_commit_message_raw(found.get()),
              .author = person_of(*git_commit_author(found.get())),
              .committer = person_of(*git_commit_committer(found.get()))};
  for (unsigned i = 0; i < git_commit_parentcount(found.get()); ++i)
    read.parents.push_back(text_of(*git_commit_parent_id(found.get(), i)));
  return read;
}

std::string Store::tree_of(const std::string& commit) const {
  const git_oid oid = oid_of(commit);
  return text_of(*git_commit_tree_id(made<CommitHandle>(git_commit_lookup, repository().get(), &oid).get()));
}

std::string Store::edited(const std::string& tree,
                          const std::map<std::string, std::optional<std::string>>& contents) {
  auto* git = repository().get();
  const auto index = made<IndexHandle>(git_index_new);
  checked(git_index_read_tree(index.get(), repository().tree(tree).get()));
  for (const auto& [path, content] : contents) {
    if (!content) {
      git_index_remove(index.get(), path.c_str(), 0);
      continue;
    }
    if (("/" + path + "/").find("//") != std::string::npos)  // libgit2 says so of the tree alone
      throw http::HttpError(400, "Invalid path: " + path);
    const auto* before = git_index_get_bypath(index.get(), path.c_str(), 0);
    git_index_entry entry{};
    entry.path = path.c_str();
    entry.mode = before ? before->mode : static_cast<unsigned>(GIT_FILEMODE_BLOB);
    checked(git_blob_create_from_buffer(&entry.id, git, content->data(), content->size()));
    if (git_index_add(index.get(), &entry) != 0) throw http::HttpError(400, "Invalid path: " + path);
  }
  return written_tree(git, index.get());
}

std::optional<Store::File> Store::file(const std::string& tree, const std::string& path) const {
  git_tree_entry* found = nullptr;
  if (path.empty() || git_tree_entry_bypath(&found, repository().tree(tree).get(), path.c_str()) != 0)
    return {};
  const EntryHandle entry(found);
  File file{.id = text_of(*git_tree_entry_id(found)),
            .mode = static_cast<unsigned>(git_tree_entry_filemode(found))};
  if (git_tree_entry_type(found) == GIT_OBJECT_COMMIT) file.content = file.id + "\n";
  if (git_tree_entry_type(found) == GIT_OBJECT_TREE) return {};
  if (git_tree_entry_type(found) != GIT_OBJECT_BLOB) return file;
  const auto blob = made<BlobHandle>(git_blob_lookup, repository().get(), git_tree_entry_id(found));
  file.content.assign(static_cast<const char*>(git_blob_rawcontent(blob.get())),
                      git_blob_rawsize(blob.get()));
  return file;
}

Store::Merged Store::merge(const std::string& base, const std::string& ours, const std::string& theirs,
                           bool keep_conflicts) {
  auto* git = repository().get();
  git_merge_options options = GIT_MERGE_OPTIONS_INIT;
  const auto base_tree = repository().tree(base), our_tree = repository().tree(ours),
             their_tree = repository().tree(theirs);
  const auto index = made<IndexHandle>(git_merge_trees, git, static_cast<const git_tree*>(base_tree.get()),
                                       static_cast<const git_tree*>(our_tree.get()),
                                       static_cast<const git_tree*>(their_tree.get()), &options);
  Merged merged;
  while (git_index_has_conflicts(index.get())) {
    git_index_conflict_iterator* conflicts = nullptr;
    checked(git_index_conflict_iterator_new(&conflicts, index.get()));
    const git_index_entry *in_base = nullptr, *in_ours = nullptr, *in_theirs = nullptr;
    const int more = git_index_conflict_next(&in_base, &in_ours, &in_theirs, conflicts);
    git_index_conflict_iterator_free(conflicts);
    if (more != 0) break;
    const auto* any = in_ours ? in_ours : in_theirs ? in_theirs : in_base;
    const std::string path = any->path;
    merged.conflicts.push_back(path);
    if (keep_conflicts && any != in_base)
      resolve(git, index.get(), in_base, in_ours, in_theirs);
    else
      checked(git_index_conflict_remove(index.get(), path.c_str()));
  }
  if (merged.conflicts.empty() || keep_conflicts) merged.tree = written_tree(git, index.get());
  std::sort(merged.conflicts.begin(), merged.conflicts.end());
  return merged;
}

std::string Store::merge_base(const std::string& one, const std::string& other) const {
  const git_oid a = oid_of(one), b = oid_of(other);
  git_oid base;
  return git_merge_base(&base, repository().get(), &a, &b) == 0 ? text_of(base) : "";
}

bool Store::reaches(const std::string& commit, const std::string& ancestor) const {
  if (commit == ancestor) return true;
  const git_oid a = oid_of(commit), b = oid_of(ancestor);
  return git_graph_descendant_of(repository().get(), &a, &b) == 1;
}

}  // namespace fakes::gerrit
