#pragma once

#include <string>

#include "framework/cluster.h"
#include "framework/process.h"

namespace test {

/// A way from this machine to a port of a Pod, Service or Deployment, for what no component exposes:
///   const test::PortForward web(service, 80);
///   test::http({.url = web.url() + "/healthz"});
/// It leads to one pod, which must be ready, and ends with that pod or with this object.
class PortForward {
 public:
  PortForward(const Ref& target, int port);
  /// "http://127.0.0.1:40123": the port is a free one.
  const std::string& url() const { return url_; }

 private:
  std::string url_;
  Background kubectl_;
};

}  // namespace test
