#include "deploy/render/tool_call.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/secrets.h"
#include "base/text.h"

namespace harness {

namespace {

constexpr size_t kShownLines = 20;

}  // namespace

std::string title_of(const Project& project, const Component& component, const Position& at) {
  return fmt::format("{}:{}:{}: component \"{}\"", project.file.filename().string(), at.line, at.column,
                     component.name);
}

ProcessResult run_tool(const ToolCall& call, std::stop_token stop) {
  Command command = call.command;
  command.dir = call.project.root;
  command.timeout = std::chrono::seconds(call.component.timeout_seconds);
  return run(command, std::move(stop));
}

Error failure_of(const ToolCall& call, const ProcessResult& result) {
  const auto said = tail(result.err.empty() ? result.out : result.err, kShownLines);
  const auto& program = call.command.args[0];
  const auto how = result.timed_out
                       ? fmt::format("{} did not end in {} s", program, call.component.timeout_seconds)
                   : result.signal ? fmt::format("{} was ended by signal {}", program, result.signal)
                                   : fmt::format("{} exited with {}", program, result.exit_code);
  return Error(title_of(call.project, call.component, call.at) + ": " + how,
               {.command = shown_command(call.command.args),
                .output_tail = said,
                .hint = result.timed_out ? "timeout: at the component gives it more time" : call.hint,
                .exit_code = kUsage});
}

std::string output_of(const ToolCall& call, std::stop_token stop) {
  auto result = run_tool(call, std::move(stop));
  if (!result.ok()) throw failure_of(call, result);
  return std::move(result.out);
}

void require_program(const std::string& name, const std::string& title, const std::string& hint) {
  if (!find_program(name))
    throw Error(fmt::format("{}: the program {} is missing", title, name),
                {.hint = hint, .exit_code = kCluster});
}

}  // namespace harness
