#include "support/environment.h"

#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "base/git_environment.h"

namespace {

std::optional<std::string> get(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

void set(const std::string& name, const std::optional<std::string>& value) {
  if (value)
    setenv(name.c_str(), value->c_str(), 1);
  else
    unsetenv(name.c_str());
}

/// Before main(): what the caller's environment holds for the harness must not influence a test.
struct CleanEnvironment {
  bool update_golden = get("HARNESS_UPDATE_GOLDEN") == "1";
  CleanEnvironment() {
    std::vector<std::string> unwanted{"ARTIFACTS", "NO_COLOR", "KUBECONFIG", "XDG_CACHE_HOME"};
    for (char** entry = environ; *entry; ++entry) {
      const std::string text = *entry;
      if (text.starts_with("HARNESS_") || text.starts_with("FAKE_"))
        unwanted.push_back(text.substr(0, text.find('=')));
    }
    for (const auto& name : unwanted) unsetenv(name.c_str());
    harness::forget_local_git_variables();
  }
};
const CleanEnvironment clean_environment;

}  // namespace

ScopedVariable::ScopedVariable(const std::string& name, const std::optional<std::string>& value)
    : name_(name), before_(get(name)) {
  set(name_, value);
}

ScopedVariable::~ScopedVariable() { set(name_, before_); }

bool updates_golden() { return clean_environment.update_golden; }
