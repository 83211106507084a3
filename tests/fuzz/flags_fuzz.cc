// A command line, an argument a line: it is read and each value is what was given, or an error says what is
// wrong.
#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "broken.h"
#include "cli/flags.h"

namespace {

using namespace harness;

/// Of arguments that are all "-name=value": what those flags say that take their value as it is.
void expect_as_given(const Options& options, const std::vector<std::string>& args) {
  std::map<std::string, std::string> given;
  std::vector<std::string> set;
  for (const auto& arg : args) {
    const auto equals = arg.find('=');
    const auto begin = arg.find_first_not_of('-');
    if (begin == 0) continue;  // a command, or its argument: a flag before it would have a value of its own
    if (equals == std::string::npos || begin > equals) return;
    const auto name = arg.substr(begin, equals - begin);
    if (name == "set") set.push_back(arg.substr(equals + 1));
    given[name] = arg.substr(equals + 1);
  }
  const std::pair<const char*, std::string> fields[] = {{"run", options.run},
                                                        {"skip", options.skip},
                                                        {"labels", options.labels},
                                                        {"name", options.name},
                                                        {"es-url", options.es_url},
                                                        {"config", options.config.string()},
                                                        {"save-logs", options.save_logs.string()},
                                                        {"artifacts", options.artifacts.string()}};
  for (const auto& [name, value] : fields)
    if (given.contains(name) && given.at(name) != value)
      broken(std::string("-") + name + " is \"" + value + "\"");
  if (options.set != set) broken("-set is \"" + join(options.set, "\", \"") + "\"");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  std::replace(text.begin(), text.end(), '\0', ' ');  // no argument has one
  const auto args = split(text, '\n');
  std::vector<const char*> argv{"harness"};
  for (const auto& arg : args) argv.push_back(arg.c_str());
  try {
    const auto options = parse_flags(static_cast<int>(argv.size()), argv.data());
    if (options.help || options.version) return 0;
    if (options.jobs < 0 || options.repeat < 0 || options.timeout_seconds < 0)
      broken("a number is less than nothing");
    expect_as_given(options, args);
  } catch (const Error& e) {
    if (e.details.exit_code != kUsage || std::string(e.what()).empty())
      broken(std::string("this is no message: ") + e.what());
  }
  return 0;
}
