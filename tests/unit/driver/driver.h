#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "support/files.h"
#include "support/http_server.h"

/// How the driver ended and what it printed.
struct DriverEnd {
  int code = -1;  ///< -1 when a signal ended it
  int signal = 0;
  std::string out, err;
};

/// A test of the driver program with the fake tools first on PATH. Its project is a folder of its own;
/// nothing of the caller's environment reaches the driver. At the end of each test no temporary file may be
/// left.
class DriverTest : public testing::Test {
 protected:
  DriverTest();
  ~DriverTest() override;

  /// Writes components.yaml, its registry being one that has every image.
  void write_project(const std::string& yaml);
  std::string registry() const { return registry_.host(); }
  /// Pretends that the instance `default` was set up before.
  void write_instance();
  /// What leads to $FAKE_API_HOST.
  std::string kubeconfig() const;
  std::string cluster() const;  ///< the name of that instance's cluster

  /// Runs the driver in the project. For a driver that is to be interrupted: start, then wait. Several at
  /// once have different names.
  DriverEnd run(const std::vector<std::string>& args);
  void start(const std::vector<std::string>& args, const std::string& who = {});
  void interrupt(int signal, const std::string& who = {}) const;
  DriverEnd wait(const std::string& who = {});
  std::string said(const std::string& who = {}) const;  ///< on standard error, so far

  /// Each call of a fake tool so far, one a line.
  std::string calls() const;
  std::string file(const std::string& path) const;  ///< of the project; "" where there is none
  void expect_gone(const std::string& pid_file, size_t count) const;

  TempProject project_;
  TempProject scratch_;
  std::map<std::string, std::string> env_;
  /// What the cluster's API answers to "GET /path" (else 404) once it is ready; a DELETE forgets the path.
  std::map<std::string, std::string> api_{
      {"GET /readyz", "ok"}, {"GET /api", "{}"}, {"GET /apis", "{}"}, {"PATCH /api/v1/nodes/node", "{}"}};

 private:
  void answer_as_api(const HttpServer::Request& request, HttpServer::Answer& answer);

  std::mutex api_mutex_;
  HttpServer api_server_{[this](const auto& request, auto& answer) { answer_as_api(request, answer); },
                         (scratch_ / "api").string()};
  HttpServer registry_;
  std::map<std::string, pid_t> pids_;  ///< by name
};
