#include "git/cgi_head.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace fakes::git {

namespace {

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// RFC 9110, 5.1 and 5.5: anything else would reach clients as it is, and could end the line there.
bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}
bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return (c < ' ' && c != '\t') || c == 127; });
}

template <typename Number>
Number number_at_start(std::string_view text, const char* what) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = end == text.data() + text.size() || *end == ' ';
  if (error != std::errc() || !whole)
    throw std::runtime_error(std::string("the CGI program's ") + what + " is \"" + std::string(text) + "\"");
  return number;
}

void take(CgiHead& head, std::string_view name, std::string_view value) {
  if (same(name, "Status")) {
    head.response.status = number_at_start<int>(value, "Status");
    if (head.response.status < 200 || head.response.status > 599)
      throw std::runtime_error("the CGI program's Status is \"" + std::string(value) + "\"");
  } else if (same(name, "Content-Length")) {
    head.content_length = number_at_start<std::uint64_t>(value, "Content-Length");
  } else if (!same(name, "Connection") && !same(name, "Transfer-Encoding") && !same(name, "Keep-Alive")) {
    head.response.headers.emplace_back(name, value);
  }
}

}  // namespace

std::optional<CgiHead> parse_cgi_head(std::string_view output) {
  CgiHead head;
  for (size_t begin = 0;;) {
    const size_t end = output.find('\n', begin);
    if (end == std::string_view::npos) return {};
    std::string_view line = output.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    begin = end + 1;
    if (line.empty()) {
      head.size = begin;
      return head;
    }
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_name(line.substr(0, colon)) ||
        !is_value(line.substr(colon + 1)))
      throw std::runtime_error("the CGI program printed \"" + std::string(line.substr(0, 100)) +
                               "\" where a header belongs");
    take(head, line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }
}

}  // namespace fakes::git
