#pragma once

#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

/// A plain scalar is what JSON takes it for, else a text.
inline nlohmann::json to_json(const YAML::Node& node) {
  using Json = nlohmann::json;
  if (node.IsSequence()) {
    Json list = Json::array();
    for (const auto& item : node) list.push_back(to_json(item));
    return list;
  }
  if (node.IsMap()) {
    Json map = Json::object();
    for (const auto& entry : node) map[entry.first.Scalar()] = to_json(entry.second);
    return map;
  }
  if (!node.IsScalar()) return nullptr;
  const Json plain = node.Tag() == "?" ? Json::parse(node.Scalar(), nullptr, false) : Json(node.Scalar());
  return plain.is_discarded() ? Json(node.Scalar()) : plain;
}
