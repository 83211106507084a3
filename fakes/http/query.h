#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fakes::http {

/// The parameters of a request's query, decoded, in their order (application/x-www-form-urlencoded:
/// https://url.spec.whatwg.org/#urlencoded-parsing).
class Query {
 public:
  /// Throws HttpError (400) where something cannot be decoded.
  explicit Query(std::string_view text);

  /// The first value of `name`.
  std::optional<std::string> find(std::string_view name) const;
  std::string get(std::string_view name, const std::string& otherwise = "") const;
  std::vector<std::string> all(std::string_view name) const;
  /// Nothing where there is none or it is no number of digits that fits.
  std::optional<int> number(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }
  /// The names that `find`, `get`, `all` and `number` were asked for.
  const std::set<std::string, std::less<>>& read() const { return read_; }

 private:
  mutable std::set<std::string, std::less<>> read_;
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace fakes::http
