#include "support/golden.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"
#include "support/environment.h"
#include "unit_tests_paths.h"

void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(TEST_SOURCE_DIR) / "testdata" / name;
  if (updates_golden()) harness::write_file_atomically(file, text + "\n", 0644);
  ASSERT_TRUE(std::filesystem::exists(file))
      << file << " is missing: HARNESS_UPDATE_GOLDEN=1 writes it. It would hold:\n"
      << text;
  EXPECT_EQ(harness::read_file(file), text + "\n") << file;
}
