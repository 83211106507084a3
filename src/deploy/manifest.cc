#include "deploy/manifest.h"

#include <fmt/format.h>

#include <random>

#include "base/error.h"
#include "base/hash.h"
#include "deploy/install_order.h"
#include "deploy/render/node.h"

namespace harness {

namespace {

using Json = nlohmann::json;

std::string text_field(const Json& map, const char* key) {
  const auto found = map.find(key);
  return found != map.end() && found->is_string() ? found->get<std::string>() : "";
}

/// A List of the API ("List", "ConfigMapList"), and not an object whose kind merely ends so.
bool is_list(const Json& body) {
  const auto items = body.find("items");
  return text_field(body, "kind").ends_with("List") && items != body.end() && items->is_array();
}

/// An item of a ConfigMapList that says neither is a ConfigMap: so the API writes its lists.
void name_kind(Json& item, const Json& list) {
  const auto kind = text_field(list, "kind");
  if (!item.is_object() || !text_field(item, "kind").empty() || !text_field(item, "apiVersion").empty() ||
      kind == "List")
    return;
  item["apiVersion"] = text_field(list, "apiVersion");
  item["kind"] = kind.substr(0, kind.size() - std::string_view("List").size());
}

int first_port(const Json& service) {
  const Json::json_pointer port("/spec/ports/0/port");
  return service.contains(port) && service[port].is_number_integer() ? service[port].get<int>() : 0;
}

/// What a generateName ends with: others in each process and for each object of a manifest.
std::string suffix_of(const Origin& origin) {
  static const std::string run =
      std::to_string(std::random_device()()) + std::to_string(std::random_device()());
  return sha256_hex(run + origin.manifest->file + std::to_string(origin.document) + origin.pointer)
      .substr(0, kSuffixSize);
}

/// Adds what `body` is, which stands at `origin`.
void add(std::vector<Object>& objects, Json body, const Origin& origin, const std::string& name_space) {
  const auto fail = [&](const std::string& what, const std::string& hint = "") {
    fail_at(origin.manifest->file,
            position_of(*origin.manifest, origin.document, Json::json_pointer(origin.pointer)), what, hint);
  };
  if (!body.is_object()) fail("a Kubernetes object is a mapping with apiVersion, kind and metadata");
  if (is_list(body)) {
    for (size_t i = 0; i < body["items"].size(); ++i) {
      Origin item = origin;
      item.pointer += "/items/" + std::to_string(i);
      name_kind(body["items"][i], body);
      add(objects, std::move(body["items"][i]), item, name_space);
    }
    return;
  }
  const auto metadata = body.find("metadata");
  const Json none = Json::object();
  const Json& meta = metadata != body.end() && metadata->is_object() ? *metadata : none;
  Object object{text_field(body, "apiVersion"),
                text_field(body, "kind"),
                text_field(meta, "name"),
                text_field(meta, "namespace"),
                {},
                origin};
  if (const auto prefix = text_field(meta, "generateName"); object.name.empty() && !prefix.empty()) {
    object.name = prefix + suffix_of(origin);
    object.is_generated = true;
    body["metadata"]["name"] = object.name;
    body["metadata"].erase("generateName");
  }
  std::string missing;
  for (const auto& [field, value] :
       {std::pair{"apiVersion", object.api_version}, {"kind", object.kind}, {"metadata.name", object.name}})
    if (value.empty()) missing += (missing.empty() ? "" : ", ") + std::string(field);
  if (!missing.empty())
    fail("the document has no " + missing, "a name that looks like a number or a boolean needs quotes");
  if (object.name_space.empty()) object.name_space = name_space;
  if (object.kind == "Service") object.service_port = first_port(body);
  object.body = std::move(body);
  objects.push_back(std::move(object));
}

}  // namespace

std::string place_of(const Object& object, const std::string& pointer) {
  if (!object.origin.manifest) return "";
  if (const auto& source = object.origin.manifest->source; !source.empty()) {
    const bool has_namespace = !is_cluster_wide(group_of(object.api_version), object.kind);
    return source + ": " + object.kind + " " + (has_namespace ? object.name_space + "/" : "") + object.name;
  }
  const auto at = position_of(*object.origin.manifest, object.origin.document,
                              Json::json_pointer(object.origin.pointer + pointer));
  return object.origin.manifest->file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::string written_at(const Object& object, const std::string& pointer) {
  if (!object.origin.manifest) return "";
  return scalar_at(*object.origin.manifest, object.origin.document,
                   Json::json_pointer(object.origin.pointer + pointer));
}

std::vector<Object> read_manifest(ManifestText manifest, const std::string& name_space,
                                  const std::function<void(Json& body)>& change) {
  const auto text = std::make_shared<const ManifestText>(std::move(manifest));
  std::vector<Object> objects;
  try {
    for (auto& document : parse_documents(*text)) {
      try {
        if (change) change(document.body);
      } catch (const FieldProblem& e) {
        const auto at = position_of(*text, document.index, e.field);
        const auto place =
            text->source.empty() ? fmt::format("{}:{}:{}: ", text->file, at.line, at.column) : "";
        throw Error(place + e.problem, {.exit_code = kUsage});
      }
      add(objects, std::move(document.body), {text, document.index, ""}, name_space);
    }
  } catch (const Error& e) {
    if (text->source.empty()) throw;
    throw Error(text->source + ": " + e.what(), e.details);
  }
  return objects;
}

}  // namespace harness
