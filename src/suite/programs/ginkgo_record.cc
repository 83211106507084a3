#include "suite/programs/ginkgo_record.h"

#include "base/plain_text.h"
#include "base/text.h"
#include "suite/programs/byte_json.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using End = Record::End;

constexpr size_t kMostTrouble = 3, kLongestTrouble = 1000;

}  // namespace

std::vector<Json> ginkgo_events(const std::string& lines) {
  std::vector<Json> events;
  for (const auto& line : split(lines, '\n'))
    if (auto event = parse_byte_json(line); event.is_object()) events.push_back(std::move(event));
  return events;
}

std::string ginkgo_id(const Json& event) {
  return bytes_at(event, "text") + '\0' + bytes_at(event, "file") + ":" +
         std::to_string(event.value("line", 0)) + '\0' + std::to_string(event.value("number", 0));
}

Record::Entry ginkgo_entry(const Json& event) {
  const auto state = bytes_at(event, "state");
  Record::Entry entry{.id = ginkgo_id(event)};
  if (state == "passed" && event.value("attempts", 0) == 0) {
    entry.reason = "Ginkgo says that it passed, and did not run it";
  } else if (state == "pending") {
    entry.end = End::skipped;
    entry.reason = "pending";
  } else {
    entry.end = state == "passed" ? End::passed : state == "skipped" ? End::skipped : End::failed;
    if (state == "skipped") entry.reason = trim(plain_text(bytes_at(event, "message")));
    if (state == "passed" && event.value("flakes", false))
      entry.earlier_failures = event.value("attempts", 1) - 1;
    if (entry.earlier_failures > 0) entry.reason = "failed in an attempt of Ginkgo's own";
  }
  return entry;
}

void GinkgoRecord::add(const Json& event) {
  const auto kind = bytes_at(event, "event");
  if (kind == "begin") ends_.insert({ginkgo_id(event), {.id = ginkgo_id(event)}});
  if (kind == "finish") ends_[ginkgo_id(event)] = ginkgo_entry(event);
  if (kind == "ended") last_[ginkgo_id(event)] = ginkgo_entry(event);
  if (kind == "trouble")
    trouble_.push_back(trim(plain_text(bytes_at(event, "message"))).substr(0, kLongestTrouble));
  if (kind != "end") return;
  whole_ = true;
  focus_fails_ = event.value("focus_fails", false);
  dry_ = event.value("dry", false);
  left_out_ = event.value("focus", false)
                  ? "other specs of its suite are focused in code (FIt, FDescribe, Focus)"
                  : plain_text(bytes_at(event, "left_out"));
}

std::vector<Record::Entry> GinkgoRecord::entries() const {
  auto all = ends_;
  for (const auto& [id, entry] : last_) all[id] = entry;
  std::vector<Record::Entry> entries;
  for (const auto& [id, entry] : all) entries.push_back(entry);
  return entries;
}

std::vector<std::string> GinkgoRecord::contradictions() const {
  std::vector<std::string> ids;
  for (const auto& [id, entry] : last_)
    if (const auto said = ends_.find(id); said == ends_.end() || said->second.end != entry.end)
      ids.push_back(id);
  return ids;
}

std::string GinkgoRecord::problem(bool came_to_its_end) const {
  if (!whole_) return "the process ended before Ginkgo did";
  if (dry_) return "Ginkgo ran nothing: its suite asks for a dry run";
  if (!trouble_.empty()) {
    const auto most = std::min(kMostTrouble, trouble_.size());
    return join({trouble_.begin(), trouble_.begin() + static_cast<std::ptrdiff_t>(most)}, "; ");
  }
  if (focus_fails_) return "specs are focused in code (FIt, FDescribe, Focus), which fails the suite";
  return came_to_its_end ? "" : "the process ended before Go's testing did";
}

}  // namespace harness
