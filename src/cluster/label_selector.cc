#include "cluster/label_selector.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

#include "base/text.h"

namespace harness {

using Json = nlohmann::json;

namespace {

/// For a parameter of a URL (RFC 3986).
std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) ||
                          std::string_view("-._~").find(c) != std::string_view::npos;
    encoded += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace

LabelSelector LabelSelector::of_map(const Json& labels) {
  LabelSelector selector;
  if (!labels.is_object() || labels.empty()) return selector;
  selector.selects_something_ = true;
  for (const auto& [key, value] : labels.items())
    selector.requirements_.push_back(
        {key, Operator::in, {value.is_string() ? value.get<std::string>() : value.dump()}});
  return selector;
}

LabelSelector LabelSelector::of_object(const Json& object) {
  static const std::map<std::string, Operator> operators{{"In", Operator::in},
                                                         {"NotIn", Operator::not_in},
                                                         {"Exists", Operator::exists},
                                                         {"DoesNotExist", Operator::does_not_exist}};
  if (!object.is_object()) return {};
  auto selector = of_map(json_at(object, "/matchLabels"));
  selector.selects_something_ = true;
  for (const auto& one : list_at(object, "/matchExpressions")) {
    const auto how = operators.find(text_at(one, "/operator"));
    if (how == operators.end()) return {};  // which the API refuses
    Requirement requirement{text_at(one, "/key"), how->second, {}};
    for (const auto& value : list_at(one, "/values"))
      if (value.is_string()) requirement.values.push_back(value);
    selector.requirements_.push_back(std::move(requirement));
  }
  return selector;
}

LabelSelector LabelSelector::of(const GroupKind& type, const Json& object) {
  const Json& selector = json_at(object, "/spec/selector");
  const bool is_map = type.group.empty() && (type.kind == "Service" || type.kind == "ReplicationController");
  return is_map ? of_map(selector) : of_object(selector);
}

bool LabelSelector::holds(const Requirement& one, const Json& labels) {
  const auto label = labels.is_object() ? labels.find(one.key) : labels.end();
  const bool is_there = labels.is_object() && label != labels.end() && label->is_string();
  const auto is_listed = [&] {
    return std::find(one.values.begin(), one.values.end(), label->get<std::string>()) != one.values.end();
  };
  switch (one.how) {
    case Operator::in:
      return is_there && is_listed();
    case Operator::not_in:
      return !is_there || !is_listed();
    case Operator::exists:
      return is_there;
    case Operator::does_not_exist:
      return !is_there;
  }
  return false;
}

bool LabelSelector::selects_labels(const Json& labels) const {
  return selects_something_ && std::all_of(requirements_.begin(), requirements_.end(),
                                           [&](const auto& one) { return holds(one, labels); });
}

bool LabelSelector::selects(const Json& object) const {
  return selects_labels(json_at(object, "/metadata/labels"));
}

std::string LabelSelector::text() const {
  std::vector<std::string> parts;
  for (const auto& one : requirements_) {
    if (one.how == Operator::in && one.values.size() == 1)
      parts.push_back(one.key + "=" + one.values[0]);
    else if (one.how == Operator::exists || one.how == Operator::does_not_exist)
      parts.push_back((one.how == Operator::exists ? "" : "!") + one.key);
    else
      parts.push_back(one.key + (one.how == Operator::in ? " in (" : " notin (") + join(one.values, ",") +
                      ")");
  }
  return join(parts, ",");
}

std::string LabelSelector::query() const {
  return requirements_.empty() ? "" : "labelSelector=" + percent_encoded(text());
}

}  // namespace harness
