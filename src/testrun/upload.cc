#include "testrun/upload.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/base64.h"
#include "base/error.h"
#include "base/http.h"
#include "base/pause.h"
#include "base/secrets.h"
#include "base/text.h"

namespace harness::testrun {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kForEachMb{1};

bool may_go_well_later(int status) { return status == 429 || status >= 500; }

std::string reason_of(const Json& answer, int status) {
  const auto error = answer.is_object() ? answer.find("error") : answer.end();
  if (!answer.is_object() || error == answer.end()) return fmt::format("status {}", status);
  const bool has_reason = error->is_object() && error->contains("reason") && (*error)["reason"].is_string();
  return fmt::format("status {}: {}", status,
                     has_reason ? (*error)["reason"].get<std::string>() : error->dump());
}

void add_once(std::vector<std::string>& texts, const std::string& text) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

/// What one request came to: the documents that are to be sent again.
struct Answer {
  std::vector<Document> again;
  size_t taken = 0;
  std::vector<std::string> problems = {};
  std::string why = {};  ///< of those that are to be sent again
};

/// `unanswered`: what a request before this one came to is not known.
Answer read_answer(const HttpResponse& response, std::vector<Document> documents, bool unanswered) {
  const auto body = Json::parse(response.body, nullptr, false);
  if (response.status >= 300) {
    if (may_go_well_later(response.status))
      return {.again = std::move(documents), .why = reason_of(body, response.status)};
    return {.again = {}, .problems = {reason_of(body, response.status)}};
  }
  if (!body.is_object() || !body.contains("items") || !body["items"].is_array() ||
      body["items"].size() != documents.size())
    return {
        .again = {},
        .problems = {
            "the answer does not have an item for each document: check that the URL leads to a bulk API"}};
  Answer answer;
  for (size_t i = 0; i < documents.size(); ++i) {
    const auto& item = body["items"][i];
    const auto& one = item.is_object() && !item.empty() ? *item.begin() : item;
    const int status = one.is_object() && one.contains("status") && one["status"].is_number_integer()
                           ? one["status"].get<int>()
                           : 0;
    const bool is_our_own =
        status == 409 && documents[i].create && unanswered;  // the server had taken it before
    if ((status >= 200 && status < 300) || is_our_own) {
      ++answer.taken;
    } else if (may_go_well_later(status)) {
      answer.why = reason_of(one, status);
      answer.again.push_back(std::move(documents[i]));
    } else {
      add_once(answer.problems, fmt::format("index {}: {}", documents[i].index, reason_of(one, status)));
    }
  }
  return answer;
}

}  // namespace

Upload::Upload(const std::string& url, Limits limits) : limits_(limits) {
  std::string user, host;
  if (!RE2::FullMatch(url, R"(http://(?:([^@/]*)@)?([A-Za-z0-9.-]+(?::\d+)?)(/[^?#]*)?)", &user, &host,
                      &path_))
    throw Error(
        fmt::format("-es-url={}: it must be http://[user:password@]host[:port][/path]",
                    without_credentials(url)),
        {.hint = "for https put a proxy that ends it in between, or send results.ndjson with another program",
         .exit_code = kUsage});
  address_ = "http://" + host;
  while (path_.ends_with("/")) path_.pop_back();
  if (!user.empty()) authorization_ = "Basic " + base64_encoded(user);
}

Upload::Result Upload::send(const std::vector<Document>& documents, std::stop_token stop) const {
  Result all;
  std::vector<Document> chunk;
  size_t bytes = 0;
  const auto flush = [&] {
    auto one = send_chunk(std::exchange(chunk, {}), stop);
    all.sent += one.sent;
    for (const auto& problem : one.problems) add_once(all.problems, problem);
    bytes = 0;
  };
  for (const auto& document : documents) {
    const auto size = bulk_text({document}).size();
    if (!chunk.empty() && (chunk.size() == limits_.documents || bytes + size > limits_.bytes)) flush();
    chunk.push_back(document);
    bytes += size;
  }
  if (!chunk.empty()) flush();
  return all;
}

Upload::Result Upload::send_chunk(std::vector<Document> documents, std::stop_token stop) const {
  std::map<std::string, std::string> headers{{"Content-Type", "application/x-ndjson"}};
  if (!authorization_.empty()) headers["Authorization"] = authorization_;
  Result result;
  std::string why;
  bool unanswered = false;
  auto wait = limits_.first_wait;
  for (int attempt = 1; attempt <= limits_.attempts && !documents.empty(); ++attempt) {
    if (attempt > 1 && pause_for(std::exchange(wait, 2 * wait), stop)) throw Cancelled();
    try {
      const auto text = bulk_text(documents);
      const auto response = HttpClient(address_, {.idle = limits_.answer})
                                .send({"POST", path_ + "/_bulk", headers, text},
                                      Deadline(limits_.answer + kForEachMb * (text.size() >> 20), stop));
      auto answer = read_answer(response, documents, unanswered);
      unanswered = unanswered || response.status >= 500;  // of a proxy, it may be: the server itself went on
      result.sent += answer.taken;
      for (const auto& problem : answer.problems) add_once(result.problems, problem);
      documents = std::move(answer.again);
      why = answer.why;
    } catch (const HttpError& e) {  // it cannot be reached, or breaks off
      why = e.what();
      unanswered = unanswered || e.kind != HttpError::Kind::not_sent;
    }
  }
  if (!documents.empty())
    add_once(result.problems, fmt::format("after {} attempts: {}", limits_.attempts, why));
  return result;
}

}  // namespace harness::testrun
