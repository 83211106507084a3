#include "github/objects.h"

#include <fmt/format.h>

#include <algorithm>

#include "github/history.h"
#include "github/text.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

std::string object_id(const std::string& type, const std::string& content) {
  return sha1(type + " " + std::to_string(content.size()) + std::string(1, '\0') + content);
}

std::string bytes_of(const std::string& sha) {
  std::string bytes;
  for (size_t i = 0; i + 1 < sha.size(); i += 2)
    bytes += static_cast<char>(std::stoi(sha.substr(i, 2), nullptr, 16));
  return bytes;
}

bool collect(const Objects& objects, const std::string& sha, const std::string& prefix, Files& found) {
  const auto tree = objects.trees.find(sha);
  if (tree == objects.trees.end()) return sha == kEmptyTree;
  for (const auto& [name, entry] : tree->second) {
    if (entry.mode != "040000")
      found[prefix + name] = entry;
    else if (!collect(objects, entry.sha, prefix + name + "/", found))
      return false;
  }
  return true;
}

}  // namespace

std::string blob_id(const std::string& content) { return object_id("blob", content); }

std::string add_blob(Objects& objects, const std::string& content) {
  const std::string sha = blob_id(content);
  objects.blobs.try_emplace(sha, content);
  return sha;
}

std::string add_tree(Objects& objects, Tree tree) {
  // Git sorts a folder as if its name ended in a slash.
  std::vector<std::pair<std::string, const TreeEntry*>> sorted;
  for (const auto& [name, entry] : tree)
    sorted.emplace_back(entry.mode == "040000" ? name + "/" : name, &entry);
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string content;
  for (const auto& [key, entry] : sorted) {
    const bool folder = entry->mode == "040000";
    content += (folder ? "40000" : entry->mode) + " " + key.substr(0, key.size() - folder) +
               std::string(1, '\0') + bytes_of(entry->sha);
  }
  const std::string sha = object_id("tree", content);
  objects.trees[sha] = std::move(tree);
  return sha;
}

std::string add_tag(Objects& objects, TagObject tag) {
  tag.sha =
      object_id("tag", fmt::format("object {}\ntype {}\ntag {}\ntagger {} <{}> {} +0000\n\n{}", tag.object,
                                   tag.type, tag.tag, tag.name, tag.email, tag.date, tag.message));
  const std::string sha = tag.sha;
  objects.tags[sha] = std::move(tag);
  return sha;
}

const char* type_of(const TreeEntry& entry) {
  return entry.mode == "040000" ? "tree" : entry.mode == "160000" ? "commit" : "blob";
}

std::optional<Files> files_of(const Objects& objects, const std::string& tree) {
  Files found;
  if (!collect(objects, tree, "", found)) return {};
  return found;
}

std::string tree_of(Objects& objects, const Files& files) {
  Tree tree;
  std::map<std::string, Files> folders;
  for (const auto& [path, entry] : files) {
    const auto slash = path.find('/');
    if (slash == std::string::npos)
      tree[path] = entry;
    else
      folders[path.substr(0, slash)][path.substr(slash + 1)] = entry;
  }
  for (const auto& [name, inner] : folders) tree[name] = {"040000", tree_of(objects, inner)};
  return add_tree(objects, std::move(tree));
}

const Tree& known_tree(const Objects& objects, const std::string& sha) {
  static const Tree kNone;
  const auto found = objects.trees.find(sha);
  if (found != objects.trees.end()) return found->second;
  if (sha == kEmptyTree) return kNone;
  throw http::NotImplemented("the files of tree " + sha + ", which a seed only named");
}

std::optional<TreeEntry> find_path(const Objects& objects, const std::string& tree, const std::string& path) {
  TreeEntry found{"040000", tree};
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    begin = end + 1;
    if (name.empty()) continue;
    if (found.mode != "040000") return {};
    const Tree& folder = known_tree(objects, found.sha);
    const auto entry = folder.find(name);
    if (entry == folder.end()) return {};
    found = entry->second;
  }
  return found;
}

bool is_path(const std::string& path) {
  if (path.empty() || path.starts_with('/') || path.ends_with('/') || path.find("//") != std::string::npos)
    return false;
  const std::string framed = "/" + path + "/";
  return framed.find("/./") == std::string::npos && framed.find("/../") == std::string::npos &&
         framed.find("/.git/") == std::string::npos;
}

}  // namespace fakes::github
