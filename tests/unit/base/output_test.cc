#include "base/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "support/captured.h"

namespace harness {
namespace {

TEST(OutputTest, APipeThatDoesNotBlockGetsAll) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(pipe2(pipe.data(), O_CLOEXEC), 0);
  fcntl(pipe[1], F_SETFL, O_NONBLOCK);
  const std::string text(1 << 20, 'x');
  std::string got;
  std::jthread reader([&] {
    std::array<char, 4096> piece;
    for (ssize_t size; (size = read(pipe[0], piece.data(), piece.size())) > 0;)
      got.append(piece.data(), static_cast<size_t>(size));
  });
  put(pipe[1], text);
  close(pipe[1]);
  reader.join();
  close(pipe[0]);
  EXPECT_EQ(got, text);
}

TEST(OutputTest, WhatNobodyReadsIsNotLost) {
  captured([] {
    close(STDOUT_FILENO);
    put(STDOUT_FILENO, "x");
  });
  EXPECT_EQ(lost_output(), "");
}

}  // namespace
}  // namespace harness
