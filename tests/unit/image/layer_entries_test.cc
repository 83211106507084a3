// What image/layer.cc writes, as libarchive reads it.
#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>

#include "image/layer.h"
#include "image/oci.h"
#include "support/files.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> entries_of(const std::string& tar) {
  archive* reader = archive_read_new();
  archive_read_support_format_tar(reader);
  EXPECT_EQ(archive_read_open_memory(reader, tar.data(), tar.size()), ARCHIVE_OK);
  std::vector<std::string> entries;
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    std::string content(static_cast<size_t>(archive_entry_size(entry)), '\0');
    EXPECT_EQ(archive_read_data(reader, content.data(), content.size()),
              static_cast<la_ssize_t>(content.size()));
    entries.push_back(
        std::string(archive_entry_strmode(entry)) + " " + std::to_string(archive_entry_uid(entry)) + ":" +
        std::to_string(archive_entry_gid(entry)) + " " + std::to_string(archive_entry_mtime(entry)) + " " +
        archive_entry_pathname(entry) + " " + content.substr(0, 20));
  }
  archive_read_free(reader);
  return entries;
}

TEST(LayerEntriesTest, FoldersFirstThenFilesSorted) {
  const TempProject files;
  EXPECT_THAT(
      entries_of(tar_layer({{"/usr/bin/deck", files.write("d", "program", 0700)},
                            {"/etc/deck/config", files.write("c", "settings", 0600)},
                            {"/app", files.write("a", "", 0755)}})),
      ElementsAre("drwxr-xr-x  0:0 0 etc/ ", "drwxr-xr-x  0:0 0 etc/deck/ ", "drwxr-xr-x  0:0 0 usr/ ",
                  "drwxr-xr-x  0:0 0 usr/bin/ ", "-rwxr-xr-x  0:0 0 app ",
                  "-rw-r--r--  0:0 0 etc/deck/config settings", "-rwxr-xr-x  0:0 0 usr/bin/deck program"));
}

TEST(LayerEntriesTest, LargeFilesAndLongNames) {
  const TempProject files;
  const std::string large(5'000'000, 'x'), name = "/" + std::string(90, 'd') + "/" + std::string(190, 'n');
  const auto entries = entries_of(tar_layer({{name, files.write("f", large)}}));
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_THAT(entries[1], HasSubstr(name.substr(1)));
}

TEST(LayerEntriesTest, AMissingFileIsNamed) {
  try {
    tar_layer({{"/x", "/no/such/file"}});
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("/no/such/file"));
  }
}

TEST(OciScratchTest, AnImageOfOneLayer) {
  const auto image = append_layer(nlohmann::json::object(), nlohmann::json::object(), descriptor_of("layer"),
                                  {{"/deck"}, {}});
  const auto manifest = nlohmann::json::parse(image.manifest),
             config = nlohmann::json::parse(image.config.content);
  EXPECT_EQ(manifest["mediaType"], kOciManifest);
  EXPECT_EQ(manifest["layers"].size(), 1u);
  EXPECT_EQ(manifest["layers"][0]["size"], 5);
  EXPECT_EQ(manifest["layers"][0]["digest"], descriptor_of("layer").digest);
  EXPECT_EQ(manifest["config"]["digest"], image.config.digest);
  EXPECT_EQ(config["rootfs"]["diff_ids"], nlohmann::json::array({descriptor_of("layer").digest}));
  EXPECT_EQ(config["os"], "linux");
  EXPECT_TRUE(image.base_layers.empty());
  EXPECT_NE(append_layer(nlohmann::json::object(), nlohmann::json::object(), descriptor_of("other"),
                         {{"/deck"}, {}})
                .digest,
            image.digest);
  EXPECT_NE(append_layer(nlohmann::json::object(), nlohmann::json::object(), descriptor_of("layer"),
                         {{"/deck"}, {{"A", "1"}}})
                .digest,
            image.digest);
}

TEST(OciScratchTest, WithoutAnEntrypointTheBasesStays) {
  const nlohmann::json config = {{"config", {{"Entrypoint", {"/base"}}, {"Cmd", {"arg"}}}}};
  const auto made = nlohmann::json::parse(
      append_layer(nlohmann::json::object(), config, descriptor_of("layer"), {}).config.content);
  EXPECT_EQ(made["config"], config["config"]);
}

}  // namespace
}  // namespace harness
