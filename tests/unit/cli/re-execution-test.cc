#include "cli/re-execution.h"

#include <cstdlib>
#include <vector>

#include <doctest/doctest.h>

namespace lathe::cli {

TEST_CASE("inherited descriptors are taken once, whatever the variable says") {
  struct {
    const char* value;
    std::vector<int> want;
  } cases[] = {
      {"3", {3}},    {"3,14,5", {3, 14, 5}},
      {"", {}},      {"x", {}},
      {"-1", {}},    {",", {}},
      {"7,", {7}},   {"7,eight", {7}},
      {"7,,8", {7}}, {"99999999999999", {}},
  };
  for (const auto& [value, want] : cases) {
    CAPTURE(value);
    ::setenv("LATHE_LISTEN_FDS", value, 1);
    CHECK(ReExecution::takeInherited().descriptors == want);
    CHECK(std::getenv("LATHE_LISTEN_FDS") == nullptr);
    CHECK(ReExecution::takeInherited().descriptors.empty());
  }
}

TEST_CASE("what else the program before has told is taken once") {
  ::setenv("LATHE_READY_TOLD", "1", 1);
  CHECK(ReExecution::takeInherited().announced);
  CHECK_FALSE(ReExecution::takeInherited().announced);
  ::setenv("LATHE_LOAD_ABORTED", "1", 1);
  CHECK(ReExecution::takeLoadAborted());
  CHECK_FALSE(ReExecution::takeLoadAborted());
}

}  // namespace lathe::cli
