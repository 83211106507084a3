// What a CGI program prints before its answer's body: whatever it is, and in whatever pieces it comes, what
// is made of it is a head that can be sent on.
#include <algorithm>
#include <stdexcept>

#include "broken.h"
#include "git/cgi_head.h"

namespace {

using fakes::git::CgiHead;

/// The head; nothing where it is not whole. Whether it is none at all goes to `refused`.
std::optional<CgiHead> parse(std::string_view output, bool& refused) {
  try {
    return fakes::git::parse_cgi_head(output);
  } catch (const std::runtime_error&) {
    refused = true;
    return {};
  }
}

bool is_one_line(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view output(reinterpret_cast<const char*>(data), size);
  bool refused = false;
  const auto head = parse(output, refused);
  if (!head) return 0;
  if (head->size == 0 || head->size > size || output[head->size - 1] != '\n')
    broken("the head ends elsewhere");
  if (head->response.status < 200 || head->response.status > 599) broken("this is no status");
  for (const auto& [name, value] : head->response.headers)
    if (name.empty() || !is_one_line(name) || !is_one_line(value)) broken("a header is no line: " + name);
  if (parse(output.substr(0, head->size - 1), refused) || refused)
    broken("a part of the head is taken for it");
  const auto alone = parse(output.substr(0, head->size), refused);
  if (!alone || alone->size != head->size || alone->response.headers != head->response.headers)
    broken("what comes behind the head changes it");
  return 0;
}
