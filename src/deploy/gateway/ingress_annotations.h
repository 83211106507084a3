#pragma once

#include <functional>
#include <map>
#include <string>

#include "deploy/manifest.h"

namespace harness {

/// What annotations of ingress-nginx
/// (https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/) say of all paths
/// of an Ingress.
struct IngressSettings {
  bool is_regex = false;  ///< its paths are regular expressions
  std::string rewrite, forwarded_prefix;
  bool is_grpc = false;
  bool redirects_to_https = false;              ///< what comes by HTTP
  std::map<std::string, std::string> settings;  ///< Route::settings
};

/// `remark` gets an annotation that the gateway does not do, and what is to be said of it. Throws Error
/// (kUsage), with its place, where a value cannot be meant.
IngressSettings read_annotations(
    const Object& ingress,
    const std::function<void(const std::string& annotation, const std::string& text)>& remark);

}  // namespace harness
