#include "deploy/render/image_references.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "base/error.h"

namespace harness {

namespace {

using Json = nlohmann::json;

bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)); }

/// Whether a word ends before `rest`: a point, a colon or a dash there belongs to the sentence.
bool ends_word(std::string_view rest) {
  if (rest.empty()) return true;
  if (rest[0] == '.' || rest[0] == ':')
    return rest.size() == 1 || std::string_view(" \t\r\n\"'").find(rest[1]) != std::string_view::npos;
  return !is_alnum(rest[0]) && std::string_view("_/@-+%$~{\\").find(rest[0]) == std::string_view::npos;
}

bool begins_word(std::string_view before) {
  if (before.ends_with("docker://")) return true;
  return before.empty() || (!is_alnum(before.back()) &&
                            std::string_view("_/@-.%~}").find(before.back()) == std::string_view::npos);
}

/// A field that holds an image and nothing else: "image", "workerImage", "WORKER_IMAGE".
bool names_image(std::string key) {
  std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
  return key.ends_with("image");
}

std::string text_in(const Json& map, const char* key) {
  const auto found = map.find(key);
  return found != map.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Whether a mapping has the parts of a reference: `repository`, and `registry`, `tag` or `digest`.
bool is_divided(const Json& map) {
  if (!map.is_object() || text_in(map, "repository").empty()) return false;
  return map.contains("registry") || map.contains("tag") || map.contains("digest");
}

/// Fills "localhost:5001/web@sha256:12ab" into these parts, so that what puts them together, with a colon
/// before the tag, gets it.
void set_parts(Json& map, const std::string& reference) {
  const auto at = reference.find('@');
  if (at == std::string::npos) throw std::logic_error("a pod runs an image by its digest");
  std::string repository = reference.substr(0, at);
  const std::string digest = reference.substr(at + 1);
  if (!text_in(map, "registry").empty()) {
    const auto slash = repository.find('/');
    map["registry"] = repository.substr(0, slash);
    repository.erase(0, slash + 1);
  }
  if (!text_in(map, "digest").empty()) {
    map["digest"] = digest;
  } else if (map.contains("tag")) {
    repository += "@" + digest.substr(0, digest.find(':'));
    map["tag"] = digest.substr(digest.find(':') + 1);
  } else {
    repository += "@" + digest;
  }
  map["repository"] = repository;
}

/// An image that is named by its digest is the same however often it is pulled. Always would need a registry
/// that answers at each start, and Never finds nothing that is built now.
void pull_if_not_present(Json& around) {
  if (around.is_object() && around.contains("imagePullPolicy")) around["imagePullPolicy"] = "IfNotPresent";
}

/// Looks through one object.
class Finder {
 public:
  Finder(const Object& object, const ImageNames& names) : object_(object), names_(names) {}

  ImageUses find() {
    look(object_.body, Json::json_pointer(), "");
    return std::move(found_);
  }

 private:
  /// `key`: of the nearest mapping around it.
  void look(const Json& value, const Json::json_pointer& at, const std::string& key) {
    if (is_divided(value)) look_in_parts(value, at);
    if (value.is_object())
      for (const auto& [name, child] : value.items()) {
        if (name == "description") continue;
        // The name of a variable says what its value is.
        const bool is_variable = name == "value" && value.contains("name") && value["name"].is_string();
        look(child, at / name, is_variable ? value["name"].get<std::string>() : name);
      }
    if (value.is_array())
      for (size_t i = 0; i < value.size(); ++i) look(value[i], at / i, key);
    if (value.is_string()) look_in_text(value.get_ref<const std::string&>(), at, key);
  }

  /// A reference that a chart or a controller puts together of several fields.
  void look_in_parts(const Json& map, const Json::json_pointer& at) {
    const auto repository = map["repository"].get<std::string>(), host = text_in(map, "registry");
    const auto whole = host.empty() ? repository : host + "/" + repository;
    const auto& prefix = names_.prefix();
    if (!prefix.empty() && whole.starts_with(prefix) && names_.knows(whole.substr(prefix.size())))
      add({whole.substr(prefix.size()), (at / "repository").to_string(), 0, repository.size()});
    for (const auto& name : names_.replaced())
      if (name.text == whole) add({name.image, (at / "repository").to_string(), 0, repository.size()});
  }

  void look_in_text(const std::string& text, const Json::json_pointer& at, const std::string& key) {
    if (!names_.prefix().empty()) look_for_registry(text, at);
    for (const auto& name : names_.replaced()) {
      if (name.has_host)
        look_for_name(text, at, name);
      else if (names_image(key) && text.starts_with(name.text))
        if (const auto size = size_of_reference(text, name.text.size()); size == text.size())
          add({name.image, at.to_string(), 0, size});
    }
  }

  /// Where a reference ends whose name ends at `end`.
  static size_t size_of_reference(const std::string& text, size_t end) {
    static const RE2 tag_and_digest("^((?::[A-Za-z0-9_][A-Za-z0-9._-]*)?(?:@[a-z0-9+._-]+:[A-Za-z0-9]+)?)");
    std::string more;
    if (RE2::PartialMatch(text.substr(end), tag_and_digest, &more)) end += more.size();
    while (end > 0 && text[end - 1] == '.') --end;  // of a sentence
    return end;
  }

  void look_for_registry(const std::string& text, const Json::json_pointer& at) {
    static const RE2 repository("^([a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)");
    const auto& prefix = names_.prefix();
    for (size_t begin = 0; (begin = text.find(prefix, begin)) != std::string::npos; begin += prefix.size()) {
      std::string name;
      if (!RE2::PartialMatch(std::string_view(text).substr(begin + prefix.size()), repository, &name))
        continue;
      const size_t end = size_of_reference(text, begin + prefix.size() + name.size());
      const bool is_whole = begin == 0 && end == text.size();
      if (is_whole || (names_.knows(name) && is_word(text, begin, end)))
        add({name, at.to_string(), begin, end - begin});
      else if (names_.knows(name) || begins_word(std::string_view(text).substr(0, begin)))
        doubt(text, at, begin, end,
              names_.knows(name) ? "" : fmt::format("components.yaml has no image \"{}\"", name));
    }
  }

  void look_for_name(const std::string& text, const Json::json_pointer& at, const ImageNames::Name& name) {
    for (size_t begin = 0; (begin = text.find(name.text, begin)) != std::string::npos;
         begin += name.text.size()) {
      const size_t end = size_of_reference(text, begin + name.text.size());
      if (is_taken(at.to_string(), begin)) continue;
      const std::string_view rest = std::string_view(text).substr(begin + name.text.size());
      if (!rest.empty() && (is_alnum(rest[0]) || rest[0] == '/' || rest[0] == '_' || rest[0] == '-'))
        continue;  // another image, of a longer name
      if (rest.size() > 1 && rest[0] == '.' && is_alnum(rest[1])) continue;
      if (is_word(text, begin, end))
        add({name.image, at.to_string(), begin, end - begin});
      else
        doubt(text, at, begin, end, "");
    }
  }

  static bool is_word(const std::string& text, size_t begin, size_t end) {
    return begins_word(std::string_view(text).substr(0, begin)) &&
           ends_word(std::string_view(text).substr(end));
  }

  bool is_taken(const std::string& pointer, size_t begin) const {
    return std::any_of(found_.uses.begin(), found_.uses.end(), [&](const auto& use) {
      return use.pointer == pointer && use.begin <= begin && begin < use.begin + use.size;
    });
  }

  void add(ImageUse use) {
    if (!is_taken(use.pointer, use.begin)) found_.uses.push_back(std::move(use));
  }

  void doubt(const std::string& text, const Json::json_pointer& at, size_t begin, size_t end,
             const std::string& why) {
    const auto line = std::count(text.begin(), text.begin() + static_cast<long>(begin), '\n') + 1;
    const std::string in_line =
        text.find('\n') == std::string::npos ? "" : fmt::format(", line {} of the text", line);
    const auto word_end = std::min(text.find_first_of(" \t\r\n\"'", end), text.size());
    found_.remarks.push_back(fmt::format("warning: {}{}: {} is left as it is: {}",
                                         place_of(object_, at.to_string()), in_line,
                                         text.substr(begin, std::min<size_t>(word_end - begin, 100)),
                                         why.empty() ? "the image's name is part of a longer word" : why));
  }

  const Object& object_;
  const ImageNames& names_;
  ImageUses found_;
};

}  // namespace

ImageNames::ImageNames(const Project& project)
    : prefix_(project.registry.empty() ? "" : project.registry + "/") {
  for (const auto& image : project.images) {
    images_.insert(image.name);
    for (const auto& name : image.replaces) {
      const auto first = name.substr(0, name.find('/'));
      replaced_.push_back(
          {name, image.name, first.size() < name.size() && first.find_first_of(".:") != std::string::npos});
    }
  }
  std::sort(replaced_.begin(), replaced_.end(),
            [](const auto& a, const auto& b) { return a.text.size() > b.text.size(); });
}

ImageUses image_uses(const Object& object, const ImageNames& names) { return Finder(object, names).find(); }

void replace_images(Object& object, const ImageNames& names,
                    const std::map<std::string, std::string>& references) {
  auto uses = image_uses(object, names).uses;
  std::sort(uses.begin(), uses.end(), [](const auto& a, const auto& b) {
    return a.begin > b.begin;
  });  // the places of those before stay
  for (const auto& use : uses) {
    const auto reference = references.find(use.image);
    if (reference == references.end()) fail_unknown_image(object, use, "components.yaml");
    const Json::json_pointer pointer(use.pointer);
    if (pointer.back() == "image") pull_if_not_present(object.body[pointer.parent_pointer()]);
    auto& text = object.body[pointer].get_ref<std::string&>();
    auto& around = object.body[pointer.parent_pointer()];
    if (pointer.back() == "repository" && use.size == text.size() && is_divided(around))
      set_parts(around, reference->second);
    else
      text.replace(use.begin, use.size, reference->second);
  }
}

void fail_unknown_image(const Object& object, const ImageUse& use, const std::string& project_file) {
  throw Error(place_of(object, use.pointer) + ": no image \"" + use.image + "\" in " + project_file,
              {.hint = "add it to images:, or correct the name", .exit_code = kUsage});
}

}  // namespace harness
