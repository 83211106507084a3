#include "image/auth_challenge.h"

#include <cctype>

namespace harness {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<AuthChallenge> read() {
    std::vector<AuthChallenge> all;
    while (skip(" \t,"), at_ < text_.size()) {
      auto word = lower(token());
      if (word.empty()) {
        ++at_;  // no challenge begins so
        continue;
      }
      skip(" \t");
      if (!is_at('=')) {
        all.push_back({std::move(word), {}});
      } else {
        ++at_;
        skip(" \t");
        auto value = is_at('"') ? quoted() : token();
        if (!all.empty()) all.back().params.emplace(std::move(word), std::move(value));
      }
    }
    return all;
  }

 private:
  bool is_at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  void skip(std::string_view these) {
    while (at_ < text_.size() && these.find(text_[at_]) != std::string_view::npos) ++at_;
  }
  std::string token() {
    const auto begin = at_;
    while (at_ < text_.size() && std::string_view(" \t,=\"").find(text_[at_]) == std::string_view::npos)
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string quoted() {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    ++at_;
    return value;
  }
  static std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  }

  const std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

std::vector<AuthChallenge> challenges_in(std::string_view header) { return Reader(header).read(); }

}  // namespace harness
