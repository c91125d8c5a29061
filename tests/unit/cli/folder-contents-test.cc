#include "cli/folder-contents.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "tests/unit/cli/temporary-folder.h"

namespace lathe::cli {

namespace fs = std::filesystem;

namespace {

class FolderContentsTest {
 public:
  // The names of what differs between what was there at the last call and what is there now.
  std::string differences() {
    FolderContents now({folder.path()}, {folder.path() / "state"}, before);
    std::string names;
    for (const fs::path& path : before.differencesTo(now)) {
      names += (names.empty() ? "" : " ") + path.lexically_relative(folder.path()).string();
    }
    before = std::move(now);
    return names;
  }

  TemporaryFolder folder;
  FolderContents before;
};

}  // namespace

TEST_CASE_FIXTURE(FolderContentsTest, "files that come, go, or hold something else are different") {
  folder.write("a.txt", "1");
  folder.write("deep/down/b.txt", "1");
  CHECK(differences() == "a.txt deep/down/b.txt");
  CHECK(differences() == "");
  // At once and of the same length: by its looks it may well be the one that was there.
  folder.write("a.txt", "2");
  CHECK(differences() == "a.txt");
  folder.write("deep/new.txt", "");
  fs::remove(folder.path() / "a.txt");
  CHECK(differences() == "a.txt deep/new.txt");
  fs::remove_all(folder.path() / "deep");
  CHECK(differences() == "deep/down/b.txt deep/new.txt");
}

TEST_CASE_FIXTURE(FolderContentsTest, "a file that is only written again is not different") {
  fs::path file = folder.write("a.txt", "1");
  differences();
  folder.write("a.txt", "1");
  fs::last_write_time(file, fs::file_time_type::clock::now() + std::chrono::hours(1));
  CHECK(differences() == "");
}

TEST_CASE_FIXTURE(FolderContentsTest,
                  "packages, version control, state and linked folders do not count") {
  for (const char* name : {"node_modules/p/a.js", ".git/HEAD", ".lathe/state/data", ".wrangler/x",
                           "deep/node_modules/b.js", "state/data"}) {
    folder.write(name, "1");
  }
  fs::create_directory_symlink(folder.path(), folder.path() / "circle");
  CHECK(differences() == "");
}

TEST_CASE("of a file that is to be watched the folder counts, and of an absent one that above") {
  TemporaryFolder folder;
  fs::path file = folder.write("in/a.txt", "1");
  fs::path absent = folder.path() / "not/there";
  FolderContents before({file, absent}, {});
  CHECK(before.folders() == std::set<fs::path>{folder.path(), folder.path() / "in"});
  folder.write("in/b.txt", "1");
  folder.write("not/there/c.txt", "1");
  FolderContents now({file, absent}, {}, before);
  CHECK(before.differencesTo(now) == std::vector<fs::path>{absent / "c.txt"});
}

}  // namespace lathe::cli
