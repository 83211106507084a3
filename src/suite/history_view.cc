#include "suite/history_view.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "suite/report.h"

namespace harness {

namespace {

using Status = TestResult::Status;

constexpr size_t kListed = 20, kResults = 20, kBars = 50;
constexpr double kSlower = 1.5;  ///< times as long: worth a word
constexpr size_t kShownOfCommit = 12;

bool is_failure(const PastResult& result) {
  return result.status == Status::failed || result.status == Status::flaky;
}

double median(std::vector<double> all) {
  if (all.empty()) return 0;
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

std::string day(const HistoryRun& run) {
  return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(std::chrono::system_clock::to_time_t(run.begin)));
}

std::string rate(size_t part, size_t all) {
  return fmt::format("{} of {} runs ({:.0f}%)", part, all,
                     all ? 100.0 * static_cast<double>(part) / static_cast<double>(all) : 0);
}

std::string section(const std::string& title, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string text = title + "\n";
  for (size_t i = 0; i < std::min(lines.size(), kListed); ++i) text += "  " + lines[i] + "\n";
  if (lines.size() > kListed) text += fmt::format("  and {} more: -json has all\n", lines.size() - kListed);
  return text;
}

std::string failing_line(const HistoryView& view) {
  const auto& failing = *view.failing;
  auto line = fmt::format("{}  {} {}, since {} of {}", view.name, failing.runs,
                          failing.runs == 1 ? "run" : "runs", commit_text(failing.since), day(failing.since));
  if (failing.passed)
    line += fmt::format("; it passed at {} of {}", commit_text(*failing.passed), day(*failing.passed));
  return line;
}

std::string slow_line(const HistoryView& view) {
  auto line = fmt::format("{}  {}", view.name, format_seconds(view.seconds));
  if (view.before > 0 && view.seconds > kSlower * view.before)
    line += fmt::format(", {:.1f} times the {} of before", view.seconds / view.before,
                        format_seconds(view.before));
  return line;
}

}  // namespace

HistoryView view_of(const std::string& name, const std::vector<PastResult>& past) {
  HistoryView view{.name = name};
  std::set<std::string> passed_at;
  for (const auto& one : past)
    if (one.status == Status::passed && !one.run.edited) passed_at.insert(one.run.commit);
  passed_at.erase("");
  std::vector<double> seconds;
  for (const auto& one : past) {
    if (one.status == Status::skipped) continue;
    ++view.runs;
    seconds.push_back(one.seconds);
    const bool failed = is_failure(one);
    view.failures += failed;
    view.flakes +=
        one.status == Status::flaky || (failed && !one.run.edited && passed_at.contains(one.run.commit));
    if (one.status == Status::failed) {
      if (!view.failing) view.failing = HistoryView::Failing{.since = one.run};
      ++view.failing->runs;
    } else {
      view.failing.reset();
    }
  }
  if (view.failing)
    for (const auto& one : past) {
      if (one.run.begin > view.failing->since.begin) break;
      if (one.status == Status::passed) view.failing->passed = one.run;
    }
  const size_t recent = std::min(seconds.size(), HistoryView::kRecent);
  const auto middle = seconds.end() - static_cast<std::ptrdiff_t>(recent);
  view.seconds = median({middle, seconds.end()});
  if (seconds.size() >= 2 * HistoryView::kRecent) view.before = median({seconds.begin(), middle});
  return view;
}

std::string past_line(const std::vector<PastResult>& past) {
  const auto view = view_of("", past);
  return view.runs < 2 ? "" : fmt::format("failed in {} of its last {} runs", view.failures, view.runs);
}

std::string commit_text(const HistoryRun& run) {
  return run.commit.empty() ? "no commit" : run.commit.substr(0, kShownOfCommit) + (run.edited ? "+" : "");
}

std::string history_text(const std::vector<HistoryView>& views) {
  std::vector<const HistoryView*> failing, flaky, slow;
  for (const auto& view : views) {
    if (view.failing) failing.push_back(&view);
    if (view.flakes > 0) flaky.push_back(&view);
    if (view.runs > 0) slow.push_back(&view);
  }
  std::stable_sort(flaky.begin(), flaky.end(),
                   [](const auto* a, const auto* b) { return a->flakes * b->runs > b->flakes * a->runs; });
  std::stable_sort(slow.begin(), slow.end(),
                   [](const auto* a, const auto* b) { return a->seconds > b->seconds; });
  slow.resize(std::min(slow.size(), kListed));
  std::vector<std::string> failing_lines, flaky_lines, slow_lines;
  for (const auto* view : failing) failing_lines.push_back(failing_line(*view));
  for (const auto* view : flaky) flaky_lines.push_back(view->name + "  " + rate(view->flakes, view->runs));
  for (const auto* view : slow) slow_lines.push_back(slow_line(*view));
  return section("failing", failing_lines) +
         section("flaky: failed and passed at one commit, or passed when tried again", flaky_lines) +
         section("slowest", slow_lines);
}

std::string history_text(const std::string& name, const std::vector<PastResult>& past) {
  const auto view = view_of(name, past);
  std::string text = fmt::format("{}: failed in {}, flaky in {}, {}\n", name, rate(view.failures, view.runs),
                                 rate(view.flakes, view.runs), format_seconds(view.seconds));
  if (view.failing) text += "  failing: " + failing_line(view).substr(name.size() + 2) + "\n";
  const size_t shown = std::min(past.size(), kResults);
  for (size_t i = 0; i < shown; ++i) {
    const auto& one = past[past.size() - 1 - i];
    text += fmt::format("  {}  {:<13}  {:<7}  {}\n", day(one.run), commit_text(one.run),
                        status_word(one.status), format_seconds(one.seconds));
  }
  if (shown < past.size()) text += fmt::format("  and {} before: -json has all\n", past.size() - shown);
  return text;
}

std::string history_json(const std::vector<std::pair<std::string, std::vector<PastResult>>>& all) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& [name, past] : all) {
    const auto view = view_of(name, past);
    nlohmann::ordered_json test{
        {"name", name},          {"runs", view.runs},       {"failures", view.failures},
        {"flakes", view.flakes}, {"seconds", view.seconds}, {"results", nlohmann::ordered_json::array()}};
    if (view.failing) test["failing_since"] = view.failing->since.commit;
    for (const auto& one : past)
      test["results"].push_back({{"begin", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(one.run.begin))},
                                 {"commit", one.run.commit},
                                 {"edited", one.run.edited},
                                 {"status", status_word(one.status)},
                                 {"seconds", one.seconds}});
    json.push_back(std::move(test));
  }
  return json.dump(2);
}

std::string history_plot(const std::vector<PastResult>& past) {
  const size_t shown = std::min(past.size(), kBars);
  double longest = 1e-3;
  for (size_t i = past.size() - shown; i < past.size(); ++i) longest = std::max(longest, past[i].seconds);
  std::string svg = fmt::format("<svg class=\"past\" width=\"{}\" height=\"24\" role=\"img\">", shown * 5);
  for (size_t i = 0; i < shown; ++i) {
    const auto& one = past[past.size() - shown + i];
    const double height = 3 + 21 * one.seconds / longest;
    svg += fmt::format(
        "<rect class=\"of-{}\" x=\"{}\" y=\"{:.1f}\" width=\"4\" height=\"{:.1f}\"><title>{}, {}, {}, "
        "{}</title></rect>",
        status_word(one.status), i * 5, 24 - height, height, day(one.run), commit_text(one.run),
        status_word(one.status), format_seconds(one.seconds));
  }
  return svg + "</svg>";
}

}  // namespace harness
