#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

#include "testrun/documents.h"

namespace harness::testrun {

/// Sends documents to a server with Elasticsearch's bulk API.
class Upload {
 public:
  struct Limits {
    size_t documents = 500, bytes = 5 << 20;    ///< of one request; one document may be larger
    int attempts = 5;                           ///< for each document
    std::chrono::milliseconds first_wait{500};  ///< twice as long each time
    std::chrono::milliseconds answer{60'000};   ///< for one request; a second more for each MB
  };
  /// "http://[user:password@]host[:port][/path]". Throws Error (kUsage) for anything else.
  explicit Upload(const std::string& url) : Upload(url, Limits()) {}
  Upload(const std::string& url, Limits limits);

  /// What came of it.
  struct Result {
    size_t sent = 0;
    std::vector<std::string> problems = {};  ///< of documents that were not taken, each cause once
  };
  /// A request that breaks, is answered with 429 or 5xx, or of which single documents are, is sent again, the
  /// latter with these alone. A document that is to be created and is there already is a problem, unless a
  /// request with it had no answer before: then it was this one. Throws Cancelled.
  Result send(const std::vector<Document>& documents, std::stop_token stop) const;

 private:
  Result send_chunk(std::vector<Document> documents, std::stop_token stop) const;

  std::string address_, path_, authorization_;
  const Limits limits_;
};

}  // namespace harness::testrun
