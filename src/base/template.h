#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace harness {

/// How a text names what is filled in. The sign twice is the text itself: "{{tests}}" becomes "{tests}",
/// "$${X}" becomes "${X}".
enum class TemplateSyntax {
  braces,  ///< {tests} and {tests:argument}, in command lines. ${tests} is the shell's
  dollar,  ///< ${NAME}, in manifests
};

/// What is filled in, by name. A name that takes no argument is not one with an argument: "{results:x}"
/// stays.
struct TemplateValue {
  std::function<std::string(std::string_view argument)> text;
  bool takes_argument = false;
};
using TemplateValues = std::map<std::string, TemplateValue, std::less<>>;

/// The text with each name that `values` has filled in, in one pass: what comes in is not looked at again.
/// Names that are in a map with an empty `text` are only known.
std::string fill_template(std::string_view text, TemplateSyntax syntax, const TemplateValues& values);

/// What is wrong with the text where it names something that `values` has not, and that nearly is one of
/// them:
/// "{test} stands for nothing here; did you mean {tests}?". Other words in braces are the text's own.
std::optional<std::string> template_problem(std::string_view text, TemplateSyntax syntax,
                                            const TemplateValues& values);

/// Whether the text names it.
bool template_names(std::string_view text, TemplateSyntax syntax, std::string_view name);

}  // namespace harness
