#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/files.h"
#include "base/plain_text.h"
#include "base/text.h"
#include "report_html.h"
#include "suite/history_view.h"
#include "suite/report.h"
#include "suite/timeline.h"

namespace harness {

namespace {

using Status = TestResult::Status;

constexpr size_t kSlowest = 20, kShownBytes = 200'000, kShownSpans = 5'000;

std::string escaped(const std::string& text) {
  std::string html;
  for (const char c : plain_text(text)) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

double seconds_of(Span::Time::duration time) { return std::chrono::duration<double>(time).count(); }

const char* css_class(Status status) { return status == Status::not_run ? "skipped" : status_word(status); }

/// A test that failed, at the end or at first.
std::string details(const TestResult& result, const std::string& program) {
  const auto& test = *result.test;
  std::string html = fmt::format("<details class=\"of-{}\"{}><summary>{}: {}</summary>\n<p>",
                                 css_class(result.status), result.status == Status::failed ? " open" : "",
                                 escaped(test.title()), escaped(result.reason));
  const std::pair<const char*, std::string> facts[] = {
      {"at", test.place()},
      {"owner", test.owner},
      {"attempts",
       result.attempts > 1 ? fmt::format("{} of {} failed", result.failures, result.attempts) : ""},
      {"log", result.log.string()},
      {"rerun", rerun_command(program, test)}};
  for (const auto& [name, value] : facts)
    if (!value.empty()) html += fmt::format("<span class=\"faint\">{}</span> {}<br>\n", name, escaped(value));
  for (const auto& line : result.seen)
    html += fmt::format("<span class=\"faint\">seen</span> {}<br>\n", escaped(line));
  return html + "</p>\n<pre>" + escaped(end_of_file(result.log, kShownBytes)) + "</pre></details>\n";
}

std::string section(const std::string& title, Status status, const std::vector<TestResult>& results,
                    const std::string& program) {
  std::string html;
  for (const auto& result : results)
    if (result.status == status) html += details(result, program);
  return html.empty() ? "" : "<h2>" + title + "</h2>\n" + html;
}

std::string axis(double total) {
  std::string html = "<div class=\"group axis\"><b></b><div class=\"lanes\">";
  for (int tick = 0; tick < 10; ++tick)
    html += fmt::format("<span style=\"left:{}%\">{}</span>", 10 * tick, format_seconds(total * tick / 10));
  return html + "</div></div>\n";
}

std::string timeline(std::vector<Span> spans, const std::vector<TestResult>& results) {
  if (spans.empty()) return "";
  if (spans.size() > kShownSpans) spans.erase(spans.begin(), spans.end() - kShownSpans);
  std::map<std::string, const char*> status;
  for (const auto& result : results) status[result.test->full_name()] = css_class(result.status);
  auto begin = spans.front().begin, end = spans.front().end;
  for (const auto& span : spans) {
    begin = std::min(begin, span.begin);
    end = std::max(end, span.end);
  }
  const double total = std::max(seconds_of(end - begin), 1e-3);
  std::string html = axis(total);
  for (const auto& group : grouped(spans)) {
    html += fmt::format("<div class=\"group\"><b>{}</b><div class=\"lanes\" style=\"height:{}px\">\n",
                        escaped(group.kind), group.lanes * 17);
    for (const auto& [span, lane] : group.spans) {
      const double length = seconds_of(span->end - span->begin);
      const auto known = group.kind == "test" ? status.find(span->name) : status.end();
      html += fmt::format(
          "<div class=\"span{}\" style=\"left:{:.3f}%;width:{:.3f}%;top:{}px\" title=\"{} ({}, from "
          "{})\">{}</div>\n",
          known == status.end() ? "" : std::string(" of-") + known->second,
          100 * seconds_of(span->begin - begin) / total, 100 * length / total, lane * 17, escaped(span->name),
          format_seconds(length), format_seconds(seconds_of(span->begin - begin)), escaped(span->name));
    }
    html += "</div></div>\n";
  }
  return html;
}

std::string slowest(const std::vector<TestResult>& results) {
  std::vector<const TestResult*> order;
  for (const auto& result : results)
    if (result.attempts > 0) order.push_back(&result);
  std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->seconds > b->seconds; });
  order.resize(std::min(order.size(), kSlowest));
  std::string html;
  for (const auto* result : order)
    html += fmt::format(
        "<tr><td>{}</td><td class=\"number\">{:.2f}</td><td style=\"width:40%\"><span class=\"bar\" "
        "style=\"width:{:.1f}%\"></span></td></tr>\n",
        escaped(result->test->title()), result->seconds,
        100 * result->seconds / std::max(order.front()->seconds, 1e-3));
  return html;
}

/// What tests came to in earlier runs: a bar for each.
std::string past(const RunInfo& run) {
  std::string html;
  for (const auto& [name, past] : run.past)
    if (const auto line = past_line(past); !line.empty())
      html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", escaped(name), history_plot(past),
                          line);
  return html.empty() ? "" : "<h2>Past runs</h2>\n<table>" + html + "</table>\n";
}

std::string table(const std::vector<TestResult>& results) {
  std::string html;
  for (const auto& result : results)
    html += fmt::format(
        "<tr><td>{}</td><td class=\"{}\">{}</td><td class=\"number\">{:.2f}</td><td "
        "class=\"number\">{}</td><td>{}</td><td>{}</td></tr>\n",
        escaped(result.test->title()), css_class(result.status),
        escaped(result.status == Status::not_run   ? why_not_run(result)
                : result.status == Status::skipped ? "skipped: " + why_skipped(result)
                                                   : status_word(result.status)),
        result.seconds, result.attempts, escaped(result.test->owner), escaped(result.test->place()));
  return html;
}

/// What pods tried to reach outside of the cluster, in vain.
std::string outside(const std::vector<OutsideAttempt>& attempts) {
  if (attempts.empty()) return "";
  std::string html =
      "<h2>Tried to reach the outside</h2>\n<table><tr><th>who</th><th>what</th><th "
      "class=\"number\">times</th></tr>\n";
  for (const auto& one : attempts)
    html += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td></tr>\n", escaped(one.who),
                        escaped(one.destination), one.times);
  return html + "</table>\n";
}

/// What fakes were asked for and do not have.
std::string gaps(const std::vector<FakeGap>& gaps) {
  if (gaps.empty()) return "";
  std::string html =
      "<h2>Fakes were asked for what they do not "
      "have</h2>\n<table><tr><th>fake</th><th>request</th><th>what</th><th "
      "class=\"number\">times</th><th>tests</th></tr>\n";
  for (const auto& one : gaps)
    html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"number\">{}</td><td>{}</td></tr>\n",
                        escaped(one.fake), escaped(one.request), escaped(one.what), one.times,
                        escaped(join(one.tests, ", ")));
  return html + "</table>\n";
}

std::string summary(const RunInfo& run) {
  auto html = fmt::format("{} &middot; {:%Y-%m-%d %H:%M:%S} UTC &middot; {}", escaped(run.command),
                          fmt::gmtime(std::chrono::system_clock::to_time_t(run.begin)),
                          format_seconds(seconds_of(run.end - run.begin)));
  for (const auto& remark : run.remarks) html += "<br>\n" + escaped(remark);
  return html;
}

}  // namespace

std::string report_html(const RunInfo& run, const std::vector<TestResult>& results) {
  const std::map<std::string, std::string> parts = {
      {"TITLE", escaped(run.project + ": " + counts_line(results))},
      {"SUMMARY", summary(run)},
      {"FAILURES", section("Failures", Status::failed, results, run.program)},
      {"FLAKY",
       section("Flaky: failed, and passed when they were tried again", Status::flaky, results, run.program)},
      {"OUTSIDE", outside(run.outside)},
      {"GAPS", gaps(run.gaps)},
      {"TIMELINE", timeline(run.spans, results)},
      {"PAST", past(run)},
      {"SLOWEST", slowest(results)},
      {"TESTS", table(results)}};
  std::string html;
  std::string_view page = kReportHtml;
  for (size_t at; (at = page.find("${")) != std::string_view::npos;) {
    const size_t close = page.find('}', at);
    html += page.substr(0, at);
    html += parts.at(std::string(page.substr(at + 2, close - at - 2)));
    page.remove_prefix(close + 1);
  }
  return html.append(page);
}

}  // namespace harness
