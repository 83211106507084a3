#include "image/layer.h"

#include <gmock/gmock.h>

#include "image/oci.h"
#include "support/files.h"

using namespace harness;
namespace fs = std::filesystem;

namespace {

TEST(LayerTest, DependsOnContentsModesAndPathsAlone) {
  const TempProject one, two;
  const auto layer = [](const TempProject& project) {
    return tar_layer(
        {{"/usr/bin/x", project.write("x", "program", 0755)}, {"/etc/y", project.write("y", "settings")}});
  };
  const auto first = layer(one), second = layer(two);
  fs::last_write_time(two / "x", fs::file_time_type::clock::now() - std::chrono::hours(5));
  EXPECT_EQ(first, second);
  EXPECT_EQ(tar_layer({{"/usr/bin/x", two / "x"}, {"/etc/y", two / "y"}}), first);
  fs::permissions(two / "x", fs::perms::owner_read);
  EXPECT_NE(tar_layer({{"/usr/bin/x", two / "x"}, {"/etc/y", two / "y"}}), first);
}

TEST(OciTest, ALayerOnABase) {
  const nlohmann::json base = {{"layers",
                                {{{"mediaType", "application/vnd.docker.image.rootfs.diff.tar.gzip"},
                                  {"digest", "sha256:aa"},
                                  {"size", 1}}}}};
  const nlohmann::json config = {{"architecture", "amd64"},
                                 {"config", {{"Cmd", {"sh"}}, {"Env", {"PATH=/bin"}}}},
                                 {"rootfs", {{"diff_ids", {"sha256:bb"}}}}};
  const auto image = append_layer(base, config, descriptor_of("layer"), {{"/x"}, {{"A", "1"}}});
  const auto made = nlohmann::json::parse(image.config.content);
  EXPECT_EQ(made["config"]["Entrypoint"], nlohmann::json({"/x"}));
  EXPECT_FALSE(made["config"].contains("Cmd")) << "they were the arguments of another entrypoint";
  EXPECT_EQ(made["config"]["Env"], nlohmann::json({"PATH=/bin", "A=1"}));
  EXPECT_EQ(made["rootfs"]["diff_ids"].size(), 2u);
  EXPECT_EQ(nlohmann::json::parse(image.manifest)["layers"][0]["mediaType"],
            "application/vnd.oci.image.layer.v1.tar+gzip");
  EXPECT_EQ(append_layer(base, config, descriptor_of("layer"), {{"/x"}, {{"A", "1"}}}).digest, image.digest);
}

}  // namespace
