#pragma once

#include <functional>
#include <string>

/// What `work` writes to standard output and standard error.
struct Captured {
  std::string out, err;
};
Captured captured(const std::function<void()>& work);

/// What `work` writes to standard error, which is a terminal of this size. `during` is called with what came
/// so far, each time that something came.
std::string captured_on_terminal(unsigned short rows, unsigned short columns,
                                 const std::function<void()>& work,
                                 const std::function<void(const std::string&)>& during = {});
