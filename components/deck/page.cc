#include "deck/page.h"

#include <fmt/format.h>

namespace ci {

using Json = nlohmann::json;

namespace {

constexpr const char* kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{0}</title><style>
body {{ font-family: sans-serif; margin: 2em }} table {{ border-collapse: collapse }} td, th {{ padding: .3em .8em; text-align: left }}
.success {{ color: #080 }} .failure, .error {{ color: #b00 }} .pending {{ color: #850 }} pre {{ background: #eee; padding: 1em }}
</style></head><body><h1>{0}</h1>
)";

std::string text(const Json& job, const char* field) { return html_escaped(job.value(field, "")); }

}  // namespace

std::string html_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  return escaped;
}

std::string jobs_page(const std::vector<Json>& jobs, const std::string& tenant) {
  std::string page = fmt::format(kHead, tenant.empty() ? "Jobs" : "Jobs of " + html_escaped(tenant));
  page += "<table><tr><th>state<th>job<th>repository<th>pull<th>commit<th>started</tr>\n";
  for (const auto& job : jobs)
    page += fmt::format(
        "<tr><td class=\"{0}\">{0}<td><a href=\"job/{1}\">{2}</a><td>{3}/{4}<td>{5}<td>{6:.10}<td>{7}</tr>\n",
        text(job, "state"), text(job, "name"), text(job, "job"), text(job, "org"), text(job, "repo"),
        text(job, "pull"), text(job, "sha"), text(job, "started"));
  return page + "</table></body></html>\n";
}

std::string job_page(const Json& job, const std::string& log) {
  return fmt::format(kHead, text(job, "job")) +
         fmt::format(
             "<p class=\"{0}\">{0}</p><p>{1}/{2} {3} {4}</p>\n<form method=\"post\" "
             "action=\"../rerun?job={5}\"><button>Run again</button></form>\n<pre>{6}</pre></body></html>\n",
             text(job, "state"), text(job, "org"), text(job, "repo"), text(job, "pull"), text(job, "sha"),
             text(job, "name"), html_escaped(log));
}

}  // namespace ci
