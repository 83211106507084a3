#pragma once

#include <string>
#include <vector>

/// A test of a program that lists and records as GoogleTest does.
struct FakeTest {
  std::string suite, name;
  std::string script = ":";  ///< of sh: it ends with 0 where it passes, 77 where it is skipped, else it
                             ///< fails; an `exit` ends the program
  std::string file = {};
  int line = 0;
};

/// The program, a script of sh. Names are plain: no quotes, no characters of a filter.
std::string fake_gtest(const std::vector<FakeTest>& tests);
