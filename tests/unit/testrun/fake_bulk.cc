#include "testrun/fake_bulk.h"

#include <cstdlib>

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
  auto lines = harness::split(request.body, '\n');
  lines.pop_back();
  if (lines.size() % 2 != 0) return answer.reply(400, error("an action without a source"));
  if (!failures_.empty()) {
    const int status = failures_.front();
    failures_.erase(failures_.begin());
    if (status < 0) take_all(lines);
    if (status == 0 || status == kTakes) return;
    return answer.reply(std::abs(status), error("asked for"));
  }
  answer.reply(200, take_all(lines).dump());
}

json FakeBulk::take_all(const std::vector<std::string>& lines) {
  auto items = json::array();
  bool errors = false;
  for (size_t i = 0; i < lines.size(); i += 2) {
    const int status = take(lines[i], lines[i + 1]);
    json item{{"status", status}};
    if (status >= 300) item["error"] = {{"reason", status == 409 ? "version conflict" : "not taken"}};
    items.push_back({{lines[i].starts_with("{\"create\"") ? "create" : "index", std::move(item)}});
    errors = errors || status >= 300;
  }
  return {{"took", 1}, {"errors", errors}, {"items", std::move(items)}};
}

int FakeBulk::take(const std::string& action, const std::string& source) {
  const auto line = json::parse(action, nullptr, false), document = json::parse(source, nullptr, false);
  if (!line.is_object() || line.size() != 1 || !document.is_object()) return 400;
  const bool create = line.contains("create");
  if (!create && !line.contains("index")) return 400;
  const auto& named = *line.begin();
  const std::string index = named.value("_index", ""), id = named.value("_id", "");
  if (!is_index(index) || id.empty()) return 400;
  if (create && documents_.contains(index + "/" + id)) return 409;
  const int status = judge_ ? judge_(id, seen_[id]++) : 200;
  if (status < 300) documents_[index + "/" + id] = document;
  return status;
}
