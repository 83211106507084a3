#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harness::testrun {

/// One document for Elasticsearch.
struct Document {
  std::string index;
  std::string id;  ///< the same when it is sent again
  nlohmann::ordered_json source;
  bool create = false;  ///< only where there is none of this id; else it takes the place of what is there
};

/// What a file that a step exported holds, by its content: one JSON object; JSON objects, one a line; or
/// Elasticsearch's bulk format
/// (https://www.elastic.co/guide/en/elasticsearch/reference/current/docs-bulk.html) of the actions index and
/// create, whose indices get the prefix "tm-". The others are for `index`. Nothing where it is none of them.
/// Only ids that the file has are set.
std::optional<std::vector<Document>> recognise(std::string_view content, const std::string& index);

/// In the bulk format, an action and a source for each.
std::string bulk_text(const std::vector<Document>& documents);

/// A name for an index: lower case, and nothing in it that Elasticsearch refuses.
std::string index_name(std::string_view text);

}  // namespace harness::testrun
