#include "cli/fake_gaps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>

#include "base/error.h"
#include "base/http.h"
#include "base/text.h"
#include "deploy/gateway.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

constexpr auto kPatience = 10s;
constexpr size_t kMostLines = 20, kMostTests = 3;
constexpr const char* kRoute = "the route";

/// "2022-05-19T12:34:56.789Z"
Span::Time time_of(const std::string& text) {
  std::tm tm{};
  int milliseconds = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                  &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &milliseconds) != 7)
    throw std::runtime_error("\"" + text + "\" is not a time");
  tm.tm_year -= 1900;
  tm.tm_mon -= 1;
  return std::chrono::system_clock::from_time_t(timegm(&tm)) + std::chrono::milliseconds(milliseconds);
}

void add_once(std::vector<std::string>& all, const std::string& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

void add_tests(std::vector<std::string>& tests, const std::string& named, Span::Time time,
               const std::vector<Span>& spans) {
  if (!named.empty()) return add_once(tests, named);
  for (const auto& span : spans)
    if (span.kind == "test" && span.begin <= time && time <= span.end) add_once(tests, span.name);
}

/// What one component says; nothing where it is no fake.
std::vector<FakeGap> read(const HttpClient& gateway, const Component& component, Span::Time since,
                          const std::vector<Span>& spans, const Deadline& deadline) {
  const auto response = gateway.send({.path = component.url_path().value_or("") + "/admin/gaps"}, deadline);
  const auto answer = response.status == 200 ? Json::parse(response.body, nullptr, false) : Json();
  if (!answer.is_object() || !answer.contains("gaps")) return {};
  return gaps_in(answer, component.name, std::chrono::system_clock::now(), since, spans);
}

}  // namespace

std::vector<FakeGap> gaps_in(const Json& answer, const std::string& component, Span::Time now,
                             Span::Time since, const std::vector<Span>& spans) {
  std::vector<FakeGap> found;
  std::map<std::tuple<std::string, std::string>, size_t> places;
  try {
    const auto ahead = time_of(answer.at("now")) - now;
    const bool other_clock = std::chrono::abs(ahead) > 1s;  // less is the way of the answer
    bool earlier_too = false;
    for (const auto& entry : answer.at("gaps")) {
      const Span::Time time = time_of(entry.at("time")) - (other_clock ? ahead : ahead * 0);
      earlier_too = earlier_too || time < since;
      if (time < since || entry.at("test") == kReachProbe) continue;
      const std::string request =
                            entry.at("method").get<std::string>() + " " + entry.at("path").get<std::string>(),
                        gap = entry.at("gap");
      const auto [place, is_new] = places.try_emplace({request, gap}, found.size());
      if (is_new)
        found.push_back(
            {.fake = component, .request = request, .what = gap == kRoute ? "" : gap, .tests = {}});
      auto& one = found[place->second];
      ++one.times;
      add_tests(one.tests, entry.at("test"), time, spans);
    }
    if (const auto dropped = answer.at("dropped").get<uint64_t>(); dropped > 0 && !earlier_too)
      found.push_back({.fake = component,
                       .request = "earlier requests",
                       .what = "that it did not keep",
                       .times = dropped,
                       .tests = {}});
  } catch (const Json::exception& e) {
    throw std::runtime_error(e.what());
  }
  return found;
}

std::string line_of(const FakeGap& gap) {
  std::string line = gap.fake + ": " + gap.request + (gap.what.empty() ? "" : " " + gap.what) +
                     (gap.times == 1 ? " (once" : fmt::format(" ({} times", gap.times));
  for (size_t i = 0; i < std::min(kMostTests, gap.tests.size()); ++i) line += ", " + gap.tests[i];
  if (gap.tests.size() > kMostTests) line += fmt::format(" and {} more tests", gap.tests.size() - kMostTests);
  return line + ")";
}

void tell_fake_gaps(const Context& context, const std::string& gateway_url, Reports& reports,
                    std::stop_token stop) {
  const Deadline deadline(kPatience, std::move(stop));
  std::vector<FakeGap> gaps;
  std::vector<std::string> lines;
  const HttpClient gateway(gateway_url);
  const auto spans = context.terminal.spans();
  for (const auto& component : context.project.components) {
    if (!component.url_path()) continue;
    try {
      for (auto& gap : read(gateway, component, context.phases.begin(), spans, deadline))
        gaps.push_back(std::move(gap));
    } catch (const std::exception& e) {
      if (lines.empty())
        context.terminal.verbose("what " + component.name +
                                 " was asked for and does not have is not known: " + e.what());
    }
  }
  for (const auto& gap : gaps)
    if (lines.size() < kMostLines) lines.push_back(line_of(gap));
  if (gaps.size() > kMostLines)
    lines.push_back(fmt::format("and {} more: results.json has them", gaps.size() - kMostLines));
  reports.tell_gaps(std::move(gaps));
  if (lines.empty()) return;
  context.terminal.info("fakes were asked for what they do not have:\n  " + join(lines, "\n  ") +
                        "\n  hint: each was answered with 501; a test that needs it cannot trust the fake");
}

}  // namespace harness
