#include "deploy/install_order.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace harness {

namespace {

using Type = std::pair<std::string_view, std::string_view>;  // group, kind

constexpr std::string_view kRbac = "rbac.authorization.k8s.io", kAdmission = "admissionregistration.k8s.io",
                           kExtensions = "apiextensions.k8s.io", kAggregation = "apiregistration.k8s.io";

/// A type that is not among them, of a group of Kubernetes' own, comes after the others of it.
constexpr std::array kOrder{Type{"scheduling.k8s.io", "PriorityClass"},
                            Type{"", "Namespace"},
                            Type{"networking.k8s.io", "NetworkPolicy"},
                            Type{"", "ResourceQuota"},
                            Type{"", "LimitRange"},
                            Type{"policy", "PodDisruptionBudget"},
                            Type{"", "ServiceAccount"},
                            Type{"", "Secret"},
                            Type{"", "ConfigMap"},
                            Type{"storage.k8s.io", "StorageClass"},
                            Type{"", "PersistentVolume"},
                            Type{"", "PersistentVolumeClaim"},
                            Type{kExtensions, "CustomResourceDefinition"},
                            Type{kRbac, "ClusterRole"},
                            Type{kRbac, "ClusterRoleBinding"},
                            Type{kRbac, "Role"},
                            Type{kRbac, "RoleBinding"},
                            Type{"", "Service"},
                            Type{"apps", "DaemonSet"},
                            Type{"", "Pod"},
                            Type{"", "ReplicationController"},
                            Type{"apps", "ReplicaSet"},
                            Type{"apps", "Deployment"},
                            Type{"autoscaling", "HorizontalPodAutoscaler"},
                            Type{"apps", "StatefulSet"},
                            Type{"batch", "Job"},
                            Type{"batch", "CronJob"},
                            Type{"networking.k8s.io", "IngressClass"},
                            Type{"networking.k8s.io", "Ingress"}};

/// Where Kubernetes' own types are; other groups under k8s.io are definitions of somebody.
bool is_own_group(std::string_view group) {
  static const std::set<std::string_view> own{"",
                                              "apps",
                                              "autoscaling",
                                              "batch",
                                              "policy",
                                              "certificates.k8s.io",
                                              "coordination.k8s.io",
                                              "discovery.k8s.io",
                                              "events.k8s.io",
                                              "flowcontrol.apiserver.k8s.io",
                                              "internal.apiserver.k8s.io",
                                              "networking.k8s.io",
                                              "node.k8s.io",
                                              "resource.k8s.io",
                                              "scheduling.k8s.io",
                                              "storage.k8s.io",
                                              "storagemigration.k8s.io",
                                              "authentication.k8s.io",
                                              "authorization.k8s.io",
                                              kRbac,
                                              kAdmission,
                                              kExtensions,
                                              kAggregation};
  return own.contains(group);
}

}  // namespace

int install_rank(const std::string& group, const std::string& kind) {
  const auto found = std::find(kOrder.begin(), kOrder.end(), Type{group, kind});
  if (found != kOrder.end()) return static_cast<int>(found - kOrder.begin());
  if (group == kAggregation || (group == kAdmission && kind.ends_with("WebhookConfiguration")))
    return kWebhookRank;
  return is_own_group(group) ? static_cast<int>(kOrder.size()) : kCustomRank;
}

int install_rank(const Object& object) { return install_rank(group_of(object.api_version), object.kind); }

std::string group_of(const std::string& api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string::npos ? "" : api_version.substr(0, slash);
}

bool is_cluster_wide(const std::string& group, const std::string& kind) {
  static const std::set<Type> types{{"", "Namespace"},
                                    {"", "Node"},
                                    {"", "PersistentVolume"},
                                    {"", "ComponentStatus"},
                                    {kAdmission, "MutatingWebhookConfiguration"},
                                    {kAdmission, "ValidatingWebhookConfiguration"},
                                    {kAdmission, "ValidatingAdmissionPolicy"},
                                    {kAdmission, "ValidatingAdmissionPolicyBinding"},
                                    {kAdmission, "MutatingAdmissionPolicy"},
                                    {kAdmission, "MutatingAdmissionPolicyBinding"},
                                    {kExtensions, "CustomResourceDefinition"},
                                    {kAggregation, "APIService"},
                                    {"certificates.k8s.io", "CertificateSigningRequest"},
                                    {"certificates.k8s.io", "ClusterTrustBundle"},
                                    {"flowcontrol.apiserver.k8s.io", "FlowSchema"},
                                    {"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"},
                                    {"networking.k8s.io", "IngressClass"},
                                    {"networking.k8s.io", "IPAddress"},
                                    {"networking.k8s.io", "ServiceCIDR"},
                                    {"node.k8s.io", "RuntimeClass"},
                                    {kRbac, "ClusterRole"},
                                    {kRbac, "ClusterRoleBinding"},
                                    {"resource.k8s.io", "DeviceClass"},
                                    {"resource.k8s.io", "ResourceSlice"},
                                    {"scheduling.k8s.io", "PriorityClass"},
                                    {"storage.k8s.io", "CSIDriver"},
                                    {"storage.k8s.io", "CSINode"},
                                    {"storage.k8s.io", "StorageClass"},
                                    {"storage.k8s.io", "VolumeAttachment"},
                                    {"storage.k8s.io", "VolumeAttributesClass"},
                                    {"storagemigration.k8s.io", "StorageVersionMigration"}};
  return types.contains({group, kind});
}

bool is_definition(const Object& object) {
  return object.kind == "CustomResourceDefinition" && group_of(object.api_version) == kExtensions;
}
bool is_api_service(const Object& object) {
  return object.kind == "APIService" && group_of(object.api_version) == kAggregation;
}
bool is_webhook(const Object& object) {
  return group_of(object.api_version) == kAdmission && object.kind.ends_with("WebhookConfiguration");
}

}  // namespace harness
