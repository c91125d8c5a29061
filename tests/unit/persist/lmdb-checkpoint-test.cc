// Commits that do not wait for the disk, and the checkpoints that a power cut leads back to.

#include <fstream>
#include <random>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/persist/disk-fixture.h"

namespace lathe::persist {
namespace {

// Puts every `every`th page of `older` back into `file`, but for the first two: a power cut may
// leave the meta pages on the disk, and of the other pages any. None when `every` is 0.
void losePages(const std::filesystem::path& file, const std::filesystem::path& older, int every) {
  if (every == 0) return;
  std::ifstream from(older, std::ios::binary);
  std::fstream to(file, std::ios::binary | std::ios::in | std::ios::out);
  const auto step = std::streamoff{4096} * every;
  std::string page(4096, '\0');
  for (std::streamoff at = 2 * 4096; from.seekg(at).read(page.data(), 4096); at += step) {
    to.seekp(at).write(page.data(), 4096);
  }
}

void pretendOtherBoot(const std::filesystem::path& checkpoint) {
  std::string content;
  {
    std::ifstream stream(checkpoint, std::ios::binary);
    content.assign(std::istreambuf_iterator<char>(stream), {});
  }
  const auto at = content.find(' ') + 1;
  content.replace(at, content.find(' ', at) - at, "another-boot");
  std::ofstream(checkpoint, std::ios::binary) << content;
}

}  // namespace

TEST_CASE("disk: without waiting for the disk, a power cut leads back to the last checkpoint") {
  DiskTest test;
  test.options.durability = LmdbStore::Durability::os;
  test.open();
  const auto all = [](char value) {
    Texts texts;
    for (int i = 0; i < 50; ++i) texts.emplace_back(std::to_string(i), std::string(500, value));
    return texts;
  };
  test.put(all('v'));
  test.open();  // makes a checkpoint
  const auto stored = test.list();
  const auto older = test.temporary.path() / "older.mdb";
  std::filesystem::copy_file(test.file, older);
  // Changes every page, several times, within the second until the next checkpoint. (To grow would
  // make one too: the map is large enough.)
  for (char value = 'a'; value < 'k'; ++value) test.put(all(value));
  const auto cut = test.temporary.path() / "cut";
  std::filesystem::create_directories(cut);
  for (const char* name : {"actors.mdb", "actors.mdb-checkpoint"}) {
    std::filesystem::copy_file(test.folder / name, cut / name);
  }
  CHECK(test.list() != stored);
  test.store.reset();
  CHECK_FALSE(std::filesystem::exists(test.folder / "actors.mdb-checkpoint"));

  pretendOtherBoot(cut / "actors.mdb-checkpoint");
  for (auto durability : {LmdbStore::Durability::fsync, LmdbStore::Durability::os}) {
    for (int every : {0, 1, 2, 3}) {
      CAPTURE(every);
      test.options.durability = durability;
      test.options.folder = test.temporary.path() / "after";
      std::filesystem::copy(cut, test.options.folder);
      losePages(test.options.folder / "actors.mdb", older, every);
      test.open();
      CHECK(test.list() == stored);
      test.put({{"goes", "on"}});
      test.open();
      CHECK(test.list().size() == stored.size() + 1);
      test.store.reset();
      std::filesystem::remove_all(test.options.folder);
    }
  }
}

TEST_CASE("disk: without waiting for the disk, a killed process loses nothing") {
  DiskTest test;
  test.options.durability = LmdbStore::Durability::os;
  test.open();
  test.put({{"a", "1"}});
  const auto left = test.temporary.path() / "left";
  std::filesystem::copy(test.folder, left);  // as a kill would leave it
  CHECK(std::filesystem::exists(left / "actors.mdb-checkpoint"));
  test.store.reset();
  test.options.folder = left;
  for (auto durability : {LmdbStore::Durability::os, LmdbStore::Durability::fsync}) {
    test.options.durability = durability;
    test.open();
    CHECK(test.list() == Texts{{"a", "1"}});
  }
  CHECK_FALSE(std::filesystem::exists(left / "actors.mdb-checkpoint"));
}

TEST_CASE("disk: a checkpoint that is not whole is none") {
  DiskTest test;
  test.options.durability = LmdbStore::Durability::os;
  test.open();
  test.put({{"a", "1"}});
  const auto left = test.temporary.path() / "left";
  std::filesystem::copy(test.folder, left);
  test.store.reset();
  test.options.folder = left;
  const auto checkpoint = left / "actors.mdb-checkpoint";
  pretendOtherBoot(checkpoint);
  std::filesystem::resize_file(checkpoint, std::filesystem::file_size(checkpoint) - 1);
  test.open();
  CHECK(test.list() == Texts{{"a", "1"}});
}

}  // namespace lathe::persist
