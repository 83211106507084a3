#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gerrit/model.h"
#include "http/message.h"

namespace fakes::gerrit {

/// The JSON object in a request's body, read as Gerrit's parser (Gson) does: fields it does not know are
/// skipped, null is as if it was not there, and a number or a boolean may stand in a string. Whatever does
/// not fit is HttpError (400).
class Input {
 public:
  /// An empty body is an object without fields; a body of type text/plain is the value of `default_field`.
  static Input of(const http::Request& request, const std::string& default_field = "");
  explicit Input(Json object);

  bool has(const std::string& name) const;
  std::string text(const std::string& name) const;  ///< "" where there is none
  std::string topic() const;                  ///< without blanks around it. HttpError (400) where it is none
  bool flag(const std::string& name) const;   ///< false where there is none
  int number(const std::string& name) const;  ///< 0 where there is none
  std::vector<std::string> texts(const std::string& name) const;
  std::vector<Input> objects(const std::string& name) const;
  /// An object of numbers, as votes are; null counts as 0.
  std::map<std::string, int> numbers(const std::string& name) const;
  /// An object of lists of objects, as comments are by path.
  std::map<std::string, std::vector<Input>> lists(const std::string& name) const;
  /// An object as it is; null where there is none.
  Json object(const std::string& name) const;
  /// One of these words, or "" where there is none.
  std::string one_of(const std::string& name, const std::vector<std::string>& words) const;

 private:
  const Json* find(const std::string& name) const;
  Json object_;
};

/// The error for a body that is not as it has to be.
http::HttpError invalid_input();

}  // namespace fakes::gerrit
