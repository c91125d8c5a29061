#include "cli/source-files.h"

#include <doctest/doctest.h>

#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

using Paths = std::vector<fs::path>;

}  // namespace

TEST_CASE("a file has changed when it holds something else than what was read of it") {
  TemporaryFolder folder;
  fs::path one = folder.write("one.js", "1");
  fs::path two = folder.write("two.js", "2");
  SourceFiles files;
  files.note(one, "1");
  files.note(two, "what it held when it was read");
  CHECK(files.changed({}) == Paths{two});
  CHECK(files.changed({one}).empty());
  folder.write("one.js", "other");
  CHECK(files.changed({}) == Paths{one, two});
  CHECK(files.changed({one}) == Paths{one});
  folder.write("one.js", "1");
  CHECK(files.changed({one}).empty());
}

TEST_CASE("a file of which nothing is noted never has changed") {
  TemporaryFolder folder;
  fs::path other = folder.write("other.js", "1");
  SourceFiles files;
  CHECK(files.changed({other}).empty());
  CHECK(files.paths().empty());
}

TEST_CASE("a file that is not there is as good as any") {
  TemporaryFolder folder;
  fs::path absent = folder.path() / "absent.js";
  fs::path present = folder.write("present.js", "");
  SourceFiles files;
  files.note(absent, std::nullopt);
  files.note(present, "");
  CHECK(files.changed({}).empty());
  // Nothing, and nothing in it, are two.
  folder.write("absent.js", "");
  fs::remove(present);
  CHECK(files.changed({}) == Paths{absent, present});
}

TEST_CASE("what was noted first stays, and what others know is taken over beside it") {
  TemporaryFolder folder;
  fs::path one = folder.write("one.js", "1");
  fs::path two = folder.write("two.js", "2");
  SourceFiles before;
  before.note(one, "of before");
  before.note(two, "2");
  SourceFiles files;
  files.note(one, "1");
  files.noteNow(one);
  files.addMissing(before);
  CHECK(files.paths() == Paths{one, two});
  CHECK(files.changed({}).empty());
  folder.write("one.js", "later");
  files.noteNow(one);
  CHECK(files.changed({}) == Paths{one});
}

TEST_CASE("the text of a file is given as long as it is the one that was read") {
  TemporaryFolder folder;
  fs::path file = folder.write("one.js", "1");
  SourceFiles files;
  CHECK_FALSE(files.unchanged(file));
  files.noteNow(file);
  CHECK(files.unchanged(file) == "1");
  folder.write("one.js", "2");
  CHECK_FALSE(files.unchanged(file));
  fs::remove(file);
  CHECK_FALSE(files.unchanged(file));
  files.note(file, std::nullopt);
  CHECK_FALSE(files.unchanged(file));
}

}  // namespace lathe::cli
