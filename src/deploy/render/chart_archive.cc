#include "deploy/render/chart_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>
#include <stdexcept>

#include "base/files.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Look = std::function<void(const std::string& name, const std::string& content)>;
using Archive = std::unique_ptr<archive, decltype(&archive_read_free)>;

/// The content of the entry at which the archive stands.
std::string content_of(archive* opened) {
  std::string content;
  char piece[65536];
  for (la_ssize_t size; (size = archive_read_data(opened, piece, sizeof piece)) > 0;)
    content.append(piece, static_cast<size_t>(size));
  return content;
}

/// False: it is none.
bool read_archive(const std::string& bytes, const Look& look) {
  const Archive opened(archive_read_new(), archive_read_free);
  archive_read_support_filter_gzip(opened.get());
  archive_read_support_format_tar(opened.get());
  if (archive_read_open_memory(opened.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return false;
  archive_entry* entry = nullptr;
  int status = ARCHIVE_OK;
  while ((status = archive_read_next_header(opened.get(), &entry)) == ARCHIVE_OK || status == ARCHIVE_WARN)
    if (archive_entry_filetype(entry) == AE_IFREG)
      look(archive_entry_pathname(entry), content_of(opened.get()));
  return status == ARCHIVE_EOF;
}

void look_at(const std::string& name, const std::string& content, const Look& look) {
  const auto inner = [&](const std::string& entry, const std::string& text) {
    look_at(name + "/" + entry, text, look);
  };
  if (!name.ends_with(".tgz") || !read_archive(content, inner)) look(name, content);
}

/// Names lead nowhere else: no "..", not absolute.
fs::path inside(const fs::path& folder, const std::string& name) {
  const auto path = fs::path(name).lexically_normal();
  if (path.is_absolute() || path.empty() || *path.begin() == "..")
    throw std::runtime_error(
        fmt::format("the archive has a file {}, which would lie outside of the chart", name));
  return folder / path;
}

}  // namespace

void for_each_chart_file(const fs::path& chart, const Look& look) {
  if (!fs::is_directory(chart)) return look_at(chart.filename(), read_file(chart), look);
  for (const auto& entry :
       fs::recursive_directory_iterator(chart, fs::directory_options::follow_directory_symlink))
    if (entry.is_regular_file())
      look_at(entry.path().lexically_relative(chart), read_file(entry.path()), look);
}

fs::path unpack_chart(const fs::path& chart, const fs::path& folder) {
  if (fs::is_directory(chart)) {
    fs::copy(chart, folder / "chart", fs::copy_options::recursive);
    return folder / "chart";
  }
  const bool is_archive = read_archive(read_file(chart), [&](const auto& name, const auto& content) {
    const auto file = inside(folder, name);
    create_folders(file.parent_path());
    write_file_atomically(file, content);
  });
  for (const auto& entry : fs::directory_iterator(folder))
    if (is_archive && fs::exists(entry.path() / "Chart.yaml")) return entry.path();
  throw std::runtime_error(fmt::format("{} is no archive of a chart", chart.string()));
}

}  // namespace harness
