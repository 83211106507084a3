#include "deploy/secret_data.h"

#include <algorithm>

#include "base/base64.h"
#include "cluster/objects.h"

namespace harness {

using Json = nlohmann::json;

void encode_string_data(Object& object) {
  if (type_of(object.api_version, object.kind) != GroupKind{"", "Secret"}) return;
  const Json plain = json_at(object.body, "/stringData");
  auto& data = object.body["data"];
  const bool is_well_formed =
      (plain.is_object() || plain.is_null()) && (data.is_object() || data.is_null()) &&
      std::all_of(plain.begin(), plain.end(), [](const Json& value) { return value.is_string(); });
  if (is_well_formed) {
    for (const auto& [key, value] : plain.items()) data[key] = base64_encoded(value.get<std::string>());
    object.body.erase("stringData");
  }
  if (data.is_null()) object.body.erase("data");
}

}  // namespace harness
