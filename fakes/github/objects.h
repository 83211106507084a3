#pragma once

#include <optional>

#include "github/model.h"

namespace fakes::github {

/// The id that git gives it.
std::string blob_id(const std::string& content);

/// Each adds an object and gives back its id, which is the one that git gives it.
std::string add_blob(Objects& objects, const std::string& content);
std::string add_tree(Objects& objects, Tree tree);
std::string add_tag(Objects& objects, TagObject tag);

/// "blob", "tree" or "commit" (a submodule).
const char* type_of(const TreeEntry& entry);

/// The files below a tree, by their paths; nothing where a tree of it is not known.
using Files = std::map<std::string, TreeEntry>;
std::optional<Files> files_of(const Objects& objects, const std::string& tree);
/// The tree of these files, with those in it.
std::string tree_of(Objects& objects, const Files& files);

/// What a path of a tree names; nothing where nothing is there. "" is the tree itself. Throws
/// http::NotImplemented where a tree on the way was only named by a seed, so that nobody knows its files.
std::optional<TreeEntry> find_path(const Objects& objects, const std::string& tree, const std::string& path);
/// Whether git would take it for a file: no part of it is empty, ".", ".." or ".git".
bool is_path(const std::string& path);
/// The tree; throws http::NotImplemented as above.
const Tree& known_tree(const Objects& objects, const std::string& sha);

}  // namespace fakes::github
