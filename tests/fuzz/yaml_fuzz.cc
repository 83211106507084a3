// The YAML decoder: whatever a file holds, it is read, or an error says in whole lines of text what is wrong.
#include "base/error.h"
#include "base/text.h"
#include "broken.h"
#include "config/yaml_reader.h"
#include "input_file.h"

namespace {

using namespace harness;

const std::vector<std::string> kKeys{"text",    "list",   "map",      "words", "seconds",
                                     "boolean", "number", "sequence", "more"};

/// Reads it with every function there is; "more" holds another one.
void read(YamlReader& reader, const YAML::Node& node, Reading reading, int depth) {
  Fields fields(reader, node, "it", kKeys, reading);
  fields.require("text");
  fields.text("text");
  fields.list("list");
  fields.map("map");
  fields.words("words");
  if (fields.seconds("seconds", 1) < 1) broken("a duration is of no length");
  fields.boolean("boolean");
  if (fields.number("number", 2).value_or(2) < 2) broken("a number is less than the least");
  for (const auto& item : fields.sequence("sequence"))
    if (depth < 50) read(reader, item, reading, depth + 1);
  if (const auto* more = fields.node("more"); more && more->IsMap())
    for (const auto& [key, value] : entries(reader, *more, "more"))
      if (depth < 50) read(reader, value, reading, depth + 1);
}

void expect_text(const std::string& message) {
  if (message.empty() || invalid_utf8(message) != std::string::npos) broken("this is no message: " + message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const InputFile file("f.yaml");
  file.write(data, size);
  try {
    for (const auto reading : {Reading::strict, Reading::kubernetes}) {
      YamlReader reader(file.path());
      read(reader, reader.root(), reading, 0);
      for (const auto& remark : reader.remarks()) expect_text(remark);
      for (const auto& problem : reader.problems()) expect_text(problem);
      reader.finish();
    }
  } catch (const Error& e) {
    expect_text(e.what());
  }
  return 0;
}
