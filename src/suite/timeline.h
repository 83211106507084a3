#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/span.h"

namespace harness {

/// Spans of one kind, on as few lanes as keep those that overlap apart.
struct SpanGroup {
  std::string kind;
  struct Placed {
    const Span* span;
    size_t lane;
  };
  std::vector<Placed> spans;  ///< by their begin
  size_t lanes = 0;
};

/// The kinds in the order in which they began. Points into `spans`.
std::vector<SpanGroup> grouped(const std::vector<Span>& spans);

/// What a test of tests/framework noted of its steps (steps.jsonl in $HARNESS_ARTIFACTS), each named "TEST:
/// STEP".
std::vector<Span> step_spans(const std::filesystem::path& artifacts, const std::string& test);

/// The Trace Event Format, which https://ui.perfetto.dev opens: a process for each kind, a thread for each
/// lane, microseconds from the first begin.
/// (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU)
std::string trace_json(const std::vector<Span>& spans);

}  // namespace harness
