#include "testrun/fake_bulk.h"

#include "base/text.h"

using nlohmann::json;

namespace {

std::string error(const std::string& reason) { return json{{"error", {{"reason", reason}}}}.dump(); }

/// The rules for a new index's name.
bool is_index(const std::string& name) {
  return !name.empty() && name.size() < 256 && name.find_first_of("-_+") != 0 && name != "." &&
         name != ".." && name.find_first_of("\\/*?\"<>| ,#:ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
}

}  // namespace

std::map<std::string, json> FakeBulk::documents() const {
  const std::lock_guard lock(mutex_);
  return documents_;
}

void FakeBulk::fail_next(std::vector<int> statuses) {
  const std::lock_guard lock(mutex_);
  failures_ = std::move(statuses);
}

void FakeBulk::answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
  const std::lock_guard lock(mutex_);
  if (request.method != "POST" || !request.target.ends_with("/_bulk"))
    return answer.reply(405, error("no such API"));
  const auto type = request.headers.find("content-type");
  if (type == request.headers.end() || type->second != "application/x-ndjson")
    return answer.reply(406, error("Content-Type header is not supported"));
  if (!request.body.ends_with("\n"))
    return answer.reply(400, error("The bulk request must be terminated by a newline"));
  if (!failures_.empty()) {
    const int status = failures_.front();
    failures_.erase(failures_.begin());
    if (status == 0) return;
    return answer.reply(status, error("asked for"));
  }
  auto lines = harness::split(request.body, '\n');
  lines.pop_back();
  if (lines.size() % 2 != 0) return answer.reply(400, error("an action without a source"));
  auto items = json::array();
  bool errors = false;
  for (size_t i = 0; i < lines.size(); i += 2) {
    const int status = take(lines[i], lines[i + 1]);
    items.push_back({{"index", {{"status", status}}}});
    if (status >= 300) items.back()["index"]["error"] = {{"reason", "not taken"}};
    errors = errors || status >= 300;
  }
  answer.reply(200, json{{"took", 1}, {"errors", errors}, {"items", items}}.dump());
}

int FakeBulk::take(const std::string& action, const std::string& source) {
  const auto line = json::parse(action, nullptr, false), document = json::parse(source, nullptr, false);
  if (!line.is_object() || line.size() != 1 || !line.contains("index") || !document.is_object()) return 400;
  const std::string index = line["index"].value("_index", ""), id = line["index"].value("_id", "");
  if (!is_index(index) || id.empty()) return 400;
  const int status = judge_ ? judge_(id, seen_[id]++) : 200;
  if (status < 300) documents_[index + "/" + id] = document;
  return status;
}
