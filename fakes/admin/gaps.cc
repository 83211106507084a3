#include "admin/gaps.h"

#include "admin/journal.h"
#include "http/server.h"

namespace fakes::admin {

void Gaps::add(const http::Request& request, const std::string& gap) {
  Entry entry{.time = http::timestamp(request.received),
              .method = request.method,
              .path = readable_path(request.path),
              .gap = gap,
              .test = http::header(request.headers, "X-Test-Id")};
  const std::lock_guard lock(mutex_);
  entries_.push_back(std::move(entry));
  if (entries_.size() <= most_) return;
  entries_.pop_front();
  ++dropped_;
}

nlohmann::json Gaps::list() const {
  auto gaps = nlohmann::json::array();
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries_)
    gaps.push_back({{"time", entry.time},
                    {"method", entry.method},
                    {"path", entry.path},
                    {"gap", entry.gap},
                    {"test", entry.test}});
  return {{"now", http::timestamp()}, {"gaps", gaps}, {"dropped", dropped_}};
}

}  // namespace fakes::admin
