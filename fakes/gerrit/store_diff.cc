#include <fmt/format.h>

#include "gerrit/store_repository.h"

namespace fakes::gerrit {

namespace {

DiffHandle diff_of(git_repository* repository, git_tree* from, git_tree* to, const std::string& path) {
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  std::string only = path;
  char* paths[] = {only.data()};
  if (!path.empty()) {
    options.flags |= GIT_DIFF_DISABLE_PATHSPEC_MATCH;
    options.pathspec = {paths, 1};
  }
  options.id_abbrev = 7;
  auto diff = made<DiffHandle>(git_diff_tree_to_tree, repository, from, to,
                               static_cast<const git_diff_options*>(&options));
  git_diff_find_options similar = GIT_DIFF_FIND_OPTIONS_INIT;
  similar.flags = GIT_DIFF_FIND_RENAMES;
  checked(git_diff_find_similar(diff.get(), &similar));
  return diff;
}

std::int64_t size_of(git_repository* repository, const git_diff_file& file) {
  git_blob* blob = nullptr;
  if (git_oid_is_zero(&file.id) || git_blob_lookup(&blob, repository, &file.id) != 0) return 0;
  const BlobHandle handle(blob);
  return static_cast<std::int64_t>(git_blob_rawsize(blob));
}

Json file_info(git_repository* repository, git_diff* diff, size_t at) {
  const auto& delta = *git_diff_get_delta(diff, at);
  Json info = Json::object();
  const char status = git_diff_status_char(delta.status);
  if (status != 'M') info["status"] = status == 'T' ? "W" : std::string(1, status);
  if (delta.status == GIT_DELTA_RENAMED) info["old_path"] = delta.old_file.path;
  const auto before = size_of(repository, delta.old_file), after = size_of(repository, delta.new_file);
  info["size"] = after;
  info["size_delta"] = after - before;
  if (delta.old_file.mode != 0) info["old_mode"] = delta.old_file.mode;
  if (delta.new_file.mode != 0) info["new_mode"] = delta.new_file.mode;
  const auto patch = made<PatchHandle>(git_patch_from_diff, diff, at);
  if (git_patch_get_delta(patch.get())->flags & GIT_DIFF_FLAG_BINARY) {
    info["binary"] = true;
    return info;
  }
  size_t added = 0, deleted = 0;
  checked(git_patch_line_stats(nullptr, &added, &deleted, patch.get()));
  if (added > 0) info["lines_inserted"] = added;
  if (deleted > 0) info["lines_deleted"] = deleted;
  return info;
}

}  // namespace

std::map<std::string, Json> Store::files(const std::string& from, const std::string& to) const {
  auto* git = repository().get();
  const auto diff = diff_of(git, repository().tree(from).get(), repository().tree(to).get(), "");
  std::map<std::string, Json> files;
  for (size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    const auto& delta = *git_diff_get_delta(diff.get(), i);
    files[delta.status == GIT_DELTA_DELETED ? delta.old_file.path : delta.new_file.path] =
        file_info(git, diff.get(), i);
  }
  return files;
}

std::string Store::patch(const std::string& from, const std::string& to, const std::string& path) const {
  const auto diff =
      diff_of(repository().get(), repository().tree(from).get(), repository().tree(to).get(), path);
  git_buf buffer = GIT_BUF_INIT;
  checked(git_diff_to_buf(&buffer, diff.get(), GIT_DIFF_FORMAT_PATCH));
  const std::string text(buffer.ptr, buffer.size);
  git_buf_dispose(&buffer);
  return text;
}

std::vector<Store::Hunk> Store::hunks(const std::string& from, const std::string& to) {
  git_libgit2_init();
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.context_lines = 0;
  options.flags |= GIT_DIFF_FORCE_TEXT;
  std::vector<Hunk> hunks;
  const auto add = [](const git_diff_delta*, const git_diff_hunk* hunk, void* into) {
    // A side without lines is counted from the line in front of it.
    static_cast<std::vector<Hunk>*>(into)->push_back(
        {.old_begin = hunk->old_start - (hunk->old_lines > 0 ? 1 : 0),
         .old_count = hunk->old_lines,
         .new_begin = hunk->new_start - (hunk->new_lines > 0 ? 1 : 0),
         .new_count = hunk->new_lines});
    return 0;
  };
  const int code = git_diff_buffers(from.data(), from.size(), nullptr, to.data(), to.size(), nullptr,
                                    &options, nullptr, nullptr, add, nullptr, &hunks);
  git_libgit2_shutdown();
  checked(code);
  return hunks;
}

}  // namespace fakes::gerrit
