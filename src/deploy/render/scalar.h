#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "deploy/render/node.h"

namespace harness {

/// What a scalar is by the rules of YAML 1.1 as kubectl has them: `yes` and `on` are true, `0x1F`, `0o17`,
/// `017`, `0b11` and `1_000` are integers, `1e3` is a number, `~` and nothing are null; times, base 60 and
/// all that is quoted are texts. A whole number is an integer, however it is written: the API takes no 80.0
/// for a port. Throws Error (kUsage) with the position in `file`: a tag that the text does not fit, a number
/// that JSON does not have.
nlohmann::json decode_scalar(const TextNode& node, const std::string& file);

/// The same for the key of a mapping, which is a text in JSON. Throws Error (kUsage) for null, and for what
/// is no scalar.
std::string decode_key(const TextNode& node, const std::string& file);

}  // namespace harness
