#include "admin/journal.h"

#include <algorithm>

#include "http/server.h"

namespace fakes::admin {

std::string readable_path(const std::string& path) {
  try {
    return http::percent_decoded(path);
  } catch (const http::HttpError&) {
    return path;
  }
}

namespace {

bool has_segments(const std::string& path, const std::string& segments) {
  const std::string wanted = "/" + segments;
  for (size_t at = path.find(wanted); at != std::string::npos; at = path.find(wanted, at + 1)) {
    const size_t end = at + wanted.size();
    if (end == path.size() || path[end] == '/' || path[end] == '~')
      return true;  // Gerrit: project~branch~Change-Id
  }
  return false;
}

}  // namespace

std::uint64_t Journal::add(const http::Request& request, const http::Outcome& outcome) {
  Entry entry{.id = 0,
              .time = http::timestamp(),
              .method = request.method,
              .path = readable_path(request.path),
              .query = request.query,
              .body = request.body.substr(0, kBody),
              .test = http::header(request.headers, "X-Test-Id"),
              .gap = outcome.gap,
              .status = outcome.status,
              .truncated = request.body.size() > kBody};
  const std::lock_guard lock(mutex_);
  entry.id = ++last_id_;
  entries_.push_back(std::move(entry));
  if (entries_.size() > length_) entries_.pop_front();
  return last_id_;
}

void Journal::broken_off(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto entry = std::ranges::find(entries_, id, &Entry::id);
  if (entry != entries_.end()) entry->status = http::kClientGone;
}

void Journal::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

nlohmann::json Journal::list(const Filter& filter) const {
  auto requests = nlohmann::json::array();
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries_) {
    if (entry.id <= filter.after || !entry.path.starts_with(filter.path)) continue;
    if (!filter.test.empty() && entry.test != filter.test) continue;
    if (!filter.method.empty() && entry.method != filter.method) continue;
    if (!filter.repository.empty() && !has_segments(entry.path, filter.repository)) continue;
    nlohmann::json json = {{"id", entry.id},     {"time", entry.time},   {"method", entry.method},
                           {"path", entry.path}, {"query", entry.query}, {"status", entry.status},
                           {"body", entry.body}, {"test", entry.test}};
    if (entry.truncated) json["truncated"] = true;
    if (!entry.gap.empty()) json["gap"] = entry.gap;
    requests.push_back(std::move(json));
  }
  return requests;
}

}  // namespace fakes::admin
