#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "suite/programs/byte_json.h"
#include "suite/programs/framework.h"

namespace harness {

/// TestCase::id.
std::string gtest_id(const std::string& suite, const std::string& name);

/// The array `key` of a JSON object of GoogleTest; empty where there is none.
nlohmann::json json_items(const nlohmann::json& object, const char* key);

/// How the program of `test` is called for what `filter` selects.
TestCall gtest_call(const TestCase& test, const std::string& filter, const std::filesystem::path& root,
                    const std::filesystem::path& record);

/// What GoogleTest wrote at its end into `record`, which is removed. `log` is what the process printed.
Record take_gtest_record(const std::filesystem::path& record, const std::filesystem::path& log);

std::unique_ptr<SharedProcess> share_gtest_process(const SharedRequest& request);

}  // namespace harness
