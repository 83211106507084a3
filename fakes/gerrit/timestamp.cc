#include "gerrit/timestamp.h"

#include <fmt/format.h>

#include <charconv>

namespace fakes::gerrit {

namespace {

/// Takes exactly `digits` digits off the front of `text`.
bool take_number(std::string_view& text, std::size_t digits, int& number) {
  if (text.size() < digits) return false;
  const char* end = text.data() + digits;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || text[0] == '-') return false;
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// ".123456789" or less digits, as microseconds.
bool take_fraction(std::string_view& text, int& micros) {
  if (!take(text, '.')) return true;
  if (text.empty() || text.size() > 9) return false;
  std::string digits(text);
  if (digits.find_first_not_of("0123456789") != std::string::npos) return false;
  digits.resize(6, '0');
  text = {};
  micros = std::stoi(digits);
  return true;
}

}  // namespace

std::string format_time(Time time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}000", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<Time> parse_time(std::string_view text) {
  using namespace std::chrono;
  int y = 0, mon = 0, d = 0, h = 0, min = 0, s = 0, micros = 0;
  if (!take_number(text, 4, y) || !take(text, '-') || !take_number(text, 2, mon) || !take(text, '-') ||
      !take_number(text, 2, d))
    return {};
  if (!text.empty()) {
    if (!take(text, ' ') || !take_number(text, 2, h) || !take(text, ':') || !take_number(text, 2, min) ||
        !take(text, ':') || !take_number(text, 2, s) || !take_fraction(text, micros) || !text.empty())
      return {};
  }
  const year_month_day date{year(y), month(static_cast<unsigned>(mon)), day(static_cast<unsigned>(d))};
  if (!date.ok() || h > 23 || min > 59 || s > 59) return {};
  return Time(sys_days(date).time_since_epoch() + hours(h) + minutes(min) + seconds(s) +
              microseconds(micros));
}

}  // namespace fakes::gerrit
