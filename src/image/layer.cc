#include "image/layer.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <set>
#include <stdexcept>

#include "image/steady_file.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Archive = std::unique_ptr<archive, decltype(&archive_write_free)>;

void check(archive* tar, int status) {
  if (status != ARCHIVE_OK)
    throw std::runtime_error(std::string("cannot write a layer: ") + archive_error_string(tar));
}

void add(archive* tar, const std::string& name, unsigned type, int mode, const std::string& content) {
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                            archive_entry_free);
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), type);
  archive_entry_set_perm(entry.get(), static_cast<mode_t>(mode));
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
  archive_entry_set_mtime(entry.get(), 0, 0);
  check(tar, archive_write_header(tar, entry.get()));
  if (archive_write_data(tar, content.data(), content.size()) != static_cast<la_ssize_t>(content.size()))
    check(tar, ARCHIVE_FATAL);
}

la_ssize_t append(archive*, void* out, const void* data, size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

std::string tar_layer(const std::map<std::string, fs::path>& files) {
  std::string out;
  const Archive tar(archive_write_new(), archive_write_free);
  check(tar.get(), archive_write_set_format_pax_restricted(tar.get()));
  check(tar.get(), archive_write_set_bytes_in_last_block(tar.get(), 1));
  check(tar.get(), archive_write_open(tar.get(), &out, nullptr, append, nullptr));

  std::set<std::string> folders;
  for (const auto& [target, source] : files)
    for (fs::path folder = fs::path(target).relative_path().parent_path(); !folder.empty();
         folder = folder.parent_path())
      folders.insert(folder.string());
  for (const auto& folder : folders) add(tar.get(), folder + "/", AE_IFDIR, 0755, "");
  for (const auto& [target, source] : files) {
    bool executable = false;
    std::string content;
    read_steadily(
        source,
        [&](const struct stat& status) {
          executable = (status.st_mode & S_IXUSR) != 0;
          content.clear();
          content.reserve(static_cast<size_t>(status.st_size));
        },
        [&](std::string_view piece) { content += piece; });
    add(tar.get(), fs::path(target).relative_path().string(), AE_IFREG, executable ? 0755 : 0644, content);
  }
  check(tar.get(), archive_write_close(tar.get()));
  return out;
}

}  // namespace harness
