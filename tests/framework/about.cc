#include "framework/about.h"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

namespace test {

namespace {

nlohmann::json& all() {
  static auto list = nlohmann::json::array();
  return list;
}

void write() { std::ofstream(std::getenv("HARNESS_ABOUT")) << all(); }

}  // namespace

Registered::Registered(const char* name, About about) {
  if (all().empty() && std::getenv("HARNESS_ABOUT")) std::atexit(write);
  all().push_back(
      {{"test", name}, {"labels", about.labels}, {"owner", about.owner}, {"timeout", about.timeout.count()}});
}

}  // namespace test
