#include "suite/programs/framework.h"

#include <map>

namespace harness {

const Framework& framework_of(TestProgram::Kind kind) {
  using Kind = TestProgram::Kind;
  static const std::map<Kind, const Framework&> all{
      {Kind::gtest, gtest_framework()},     {Kind::go, go_framework()},
      {Kind::ginkgo, ginkgo_framework()},   {Kind::pytest, pytest_framework()},
      {Kind::command, command_framework()}, {Kind::helm, helm_framework()}};
  return all.at(kind);
}

}  // namespace harness
