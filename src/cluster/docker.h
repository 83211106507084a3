#pragma once

#include <stop_token>
#include <string>
#include <vector>

namespace harness {

/// `docker ARGS`, checked: its standard output, trimmed. Throws Error (kCluster); where the engine cannot be
/// reached the hint says how it is started.
std::string docker(const std::vector<std::string>& args, const std::string& doing, std::stop_token stop = {},
                   const std::string& input = {});

/// As `docker`, but a failure is an empty answer: for questions such as "does this container exist".
std::string docker_query(const std::vector<std::string>& args);

/// Whether docker's output (KIND shows it too) says that a port of this machine is not available.
bool says_port_is_taken(const std::string& output);
/// That, or that the engine may not publish it: one that runs without root has no port below 1024.
bool says_port_is_refused(const std::string& output);

/// Whether docker's output says that it did not reach its engine: nothing is wrong with what it was asked to
/// do.
bool says_engine_is_away(const std::string& output);

/// What to do where docker's output says that the engine cannot be used, or that a port is taken; empty where
/// it says neither.
std::string engine_hint(const std::string& output);

/// Throws Error (kCluster) with a hint where one of the programs is missing; `kind` is needed only for a
/// cluster of its own.
void require_tools(bool kind);

}  // namespace harness
