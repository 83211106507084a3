// What left a manifest, or components.yaml, leaves the cluster.
#include <gmock/gmock.h>

#include "driver/with_cluster.h"

namespace {

using testing::Contains;
using testing::Key;
using testing::Not;

const std::string kExtra = "/api/v1/namespaces/default/configmaps/extra";

class DriverRemovalTest : public DriverWithClusterTest {};

TEST_F(DriverRemovalTest, AnObjectThatLeftItsManifest) {
  const auto written = tree_.read("manifests/two.yaml");
  tree_.write("manifests/two.yaml",
              written + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n");
  expect_success({"-run=TestOne"});
  EXPECT_THAT(cluster_.objects("configmaps"), Contains(Key(kExtra)));
  tree_.write("manifests/two.yaml", written);
  expect_success({"-run=TestOne"});
  EXPECT_THAT(cluster_.objects("configmaps"), Not(Contains(Key(kExtra))));
}

TEST_F(DriverRemovalTest, AComponentThatLeftTheProject) {
  const std::string line = "  two: {manifest: manifests/two.yaml}\n",
                    deployment = "/apis/apps/v1/namespaces/default/deployments/two";
  auto text = tree_.read("components.yaml");
  expect_success({"-run=TestOne"});
  EXPECT_THAT(cluster_.objects("deployments"), Contains(Key(deployment)));
  tree_.write("components.yaml", text.erase(text.find(line), line.size()));
  expect_success({"-run=TestOne"});
  EXPECT_THAT(cluster_.objects("deployments"), Not(Contains(Key(deployment))));
  for (const auto& [path, pod] : cluster_.objects("pods"))
    EXPECT_NE(pod["metadata"]["labels"]["app"], "two") << path;
}

}  // namespace
