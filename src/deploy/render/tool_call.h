#pragma once

#include <stop_token>
#include <string>

#include "base/process.h"
#include "config/project.h"

namespace harness {

/// One call of a tool for a component.
struct ToolCall {
  const Project& project;
  const Component& component;
  Position at;
  Command command;
  std::string hint = {};  ///< where it fails
};

/// "components.yaml:12:5: component "web"".
std::string title_of(const Project& project, const Component& component, const Position& at);

/// Runs it in the project, for as long as the component's `timeout` at most.
ProcessResult run_tool(const ToolCall& call, std::stop_token stop);
/// The error of one that failed: the place in components.yaml, and what the tool said.
Error failure_of(const ToolCall& call, const ProcessResult& result);
/// What it prints. Throws Error (kUsage) where it fails.
std::string output_of(const ToolCall& call, std::stop_token stop);

/// Throws Error (kCluster) where there is no such program.
void require_program(const std::string& name, const std::string& title, const std::string& hint);

}  // namespace harness
