#include "image/build_context.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "image/steady_file.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr const char* kIgnoreFile = ".dockerignore";

class Tar {
 public:
  explicit Tar(const fs::path& file) : tar_(archive_write_new(), archive_write_free) {
    check(archive_write_set_format_gnutar(tar_.get()));  // names are bytes there
    check(archive_write_open_filename(tar_.get(), file.c_str()));
  }
  void close() { check(archive_write_close(tar_.get())); }

  void add(const std::string& name, const struct stat& status, const std::string& content) {
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), status.st_mode & S_IFMT);
    archive_entry_set_perm(entry.get(), status.st_mode & 07777);
    archive_entry_set_mtime(entry.get(), status.st_mtim.tv_sec, 0);
    const bool regular = S_ISREG(status.st_mode);
    if (S_ISLNK(status.st_mode)) archive_entry_set_symlink(entry.get(), content.c_str());
    archive_entry_set_size(entry.get(), regular ? static_cast<la_int64_t>(content.size()) : 0);
    check(archive_write_header(tar_.get(), entry.get()));
    if (regular && archive_write_data(tar_.get(), content.data(), content.size()) !=
                       static_cast<la_ssize_t>(content.size()))
      check(ARCHIVE_FATAL);
  }

 private:
  void check(int status) const {
    if (status != ARCHIVE_OK)
      throw Error(std::string("cannot write a build context: ") + archive_error_string(tar_.get()),
                  {.exit_code = kBuild});
  }
  std::unique_ptr<archive, decltype(&archive_write_free)> tar_;
};

class Sender {
 public:
  Sender(const fs::path& file, fs::path root, const ContextRules& rules)
      : tar_(file), root_(std::move(root)), rules_(rules) {}

  void send() { visit("", {}); }
  void close() { tar_.close(); }
  bool has(const std::string& name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }
  void send_text(const std::string& name, const std::string& text) {
    struct stat status {};
    status.st_mode = S_IFREG | 0644;
    tar_.add(name, status, text);
  }
  void send_file(const std::string& name) {
    struct stat status {};
    if (lstat((root_ / name).c_str(), &status) == 0) send_one(name, status);
  }
  /// Left out here, since it is sent otherwise.
  void skip(const std::string& name) { skipped_ = name; }

 private:
  void visit(const std::string& folder, const Dockerignore::Matched& matched) {
    std::vector<std::string> entries;
    std::error_code gone;
    for (fs::directory_iterator entry(root_ / folder, gone), end; !gone && entry != end;
         entry.increment(gone))
      entries.push_back(entry->path().filename().string());
    if (gone && gone != std::errc::no_such_file_or_directory)
      throw Error("cannot read " + (root_ / folder).string() + ": " + gone.message(), {.exit_code = kBuild});
    std::sort(entries.begin(), entries.end());
    for (const auto& entry : entries) {
      const auto name = folder.empty() ? entry : folder + "/" + entry;
      struct stat status {};
      if (root_ / name == rules_.never || name == skipped_ || lstat((root_ / name).c_str(), &status) != 0)
        continue;
      Dockerignore::Matched own;
      const bool excluded = rules_.ignore.excludes(name, matched, own);
      if (!excluded) send_one(name, status);
      if (S_ISDIR(status.st_mode) && (!excluded || rules_.enters(name))) visit(name, own);
    }
  }

  void send_one(const std::string& name, const struct stat& status) {
    const auto path = root_ / name;
    if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) return;
    std::string content;
    struct stat now = status;
    try {
      if (S_ISLNK(status.st_mode)) content = fs::read_symlink(path).string();
      if (S_ISREG(status.st_mode))
        read_steadily(
            path,
            [&](const struct stat& begun) {
              now = begun;
              content.clear();
            },
            [&](std::string_view piece) { content += piece; });
    } catch (const std::runtime_error&) {
      if (fs::exists(fs::symlink_status(path))) throw;  // else it is gone since it was seen
      return;
    }
    tar_.add(name, now, content);
    names_.push_back(name);
  }

  Tar tar_;
  const fs::path root_;
  const ContextRules& rules_;
  std::string skipped_;
  std::vector<std::string> names_;
};

}  // namespace

fs::path ignore_file(const Project& project, const Image& image, const DockerBuilder& builder) {
  const fs::path own = (project.root / image.dockerfile).string() + kIgnoreFile;
  return builder.buildkit && fs::is_regular_file(own) ? own : project.root / image.context / kIgnoreFile;
}

std::shared_ptr<const ContextRules> context_rules(const Project& project, const Image& image,
                                                  const DockerBuilder& builder) {
  const auto file = ignore_file(project, image, builder);
  std::error_code none;
  const auto never = fs::canonical(project.root, none) / ".harness";
  auto ignore = fs::is_regular_file(file)
                    ? Dockerignore(read_file(file), file.lexically_relative(project.root).string())
                    : Dockerignore();
  return std::make_shared<const ContextRules>(ContextRules{std::move(ignore), builder.buildkit, never});
}

std::string write_context(const fs::path& file, const Project& project, const Image& image,
                          const ContextRules& rules, const std::string& dockerfile) {
  const auto root = fs::canonical(project.root / image.context);
  const auto original = fs::weakly_canonical(project.root / image.dockerfile);
  const auto inside = original.lexically_relative(root).generic_string();
  Sender sender(file, root, rules);
  if (!inside.starts_with("..") && read_file(original) == dockerfile) {
    // As docker does it: the two files are sent in any case, and the engine removes those that they say are
    // left out.
    sender.send();
    for (const auto& name : {inside, std::string(kIgnoreFile)})
      if (!sender.has(name)) sender.send_file(name);
    sender.close();
    return inside;
  }
  // The engine removes a Dockerfile that .dockerignore names, and so the image has what the context has, and
  // nothing of this text.
  const auto name = ".dockerfile." + sha256_hex(dockerfile).substr(0, 20);
  Dockerignore::Matched own;
  const bool shows = fs::is_regular_file(root / kIgnoreFile) && !rules.ignore.excludes(kIgnoreFile, {}, own);
  sender.skip(kIgnoreFile);
  sender.send();
  sender.send_text(kIgnoreFile,
                   (shows ? read_file(root / kIgnoreFile) : std::string(kIgnoreFile)) + "\n" + name + "\n");
  sender.send_text(name, dockerfile);
  sender.close();
  return name;
}

}  // namespace harness
