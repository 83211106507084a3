#include "suite/locks.h"

#include <gmock/gmock.h>

#include <thread>

using namespace harness;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

TEST(LocksTest, TheFirstThatIsFreeIsTaken) {
  Locks locks;
  const std::vector<Locks::Names> names{{"a"}, {"a", "b"}, {}, {"b"}};
  std::list<size_t> waiting{0, 1, 2, 3};
  const auto names_of = [&](size_t i) -> const Locks::Names& { return names[i]; };
  EXPECT_EQ(locks.take_first(waiting, names_of), 0u);
  EXPECT_EQ(locks.take_first(waiting, names_of), 2u) << "1 waits for a";
  EXPECT_EQ(locks.take_first(waiting, names_of), 3u);
  EXPECT_THAT(waiting, ElementsAre(1));
  std::optional<size_t> last;
  std::thread waits([&] { last = locks.take_first(waiting, names_of); });
  locks.give_back({"a"});
  locks.give_back({"b"});
  waits.join();
  EXPECT_EQ(last, 1u);
  EXPECT_EQ(locks.take_first(waiting, names_of), std::nullopt);
}

TEST(LocksTest, FilesOfTheProjectAreWrittenByOneAtATime) {
  TestProgram own{.kind = TestProgram::Kind::command, .path = "x", .name = "x"};
  own.cases = {.format = CaseFiles::Format::junit, .globs = {"{results}/*.xml"}};
  TestProgram shared = own;
  shared.cases.globs.push_back("target/*.xml");
  shared.locks = {"db"};
  EXPECT_THAT(Locks::of({.program = &own, .suite = "", .name = "x"}), IsEmpty());
  EXPECT_THAT(Locks::of({.program = &shared, .suite = "", .name = "x"}),
              ElementsAre("db", "files of the project"));
}

}  // namespace
