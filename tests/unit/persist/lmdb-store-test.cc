// What the store on the disk promises beyond the contract of all stores.

#include <functional>
#include <random>

#include <doctest/doctest.h>

#include "persist/memory-store.h"
#include "tests/unit/persist/disk-fixture.h"

namespace lathe::persist {

TEST_CASE("disk: what was stored is there when the store is opened again") {
  for (auto durability : {LmdbStore::Durability::fsync, LmdbStore::Durability::os}) {
    DiskTest test;
    test.options.durability = durability;
    test.open();
    const Texts texts{{"", ""}, {"a", "1"}, {std::string(2048, 'k'), std::string(2'000'000, 'v')}};
    test.put(texts);
    test.loop.await(test.store->commit({kOther, {SetAlarm{at(5)}}}));
    test.open();
    CHECK(test.list() == texts);
    CHECK(test.store->synchronousReads()->getAlarm(kOther) == at(5));
    CHECK(test.loop.await(test.store->alarms()).size() == 1);
    // Namespaces keep the numbers that they had.
    test.put({{"x", "y"}}, {"other", "a"});
    test.open();
    CHECK(test.list() == texts);
    CHECK(test.list({"other", "a"}) == Texts{{"x", "y"}});
  }
}

TEST_CASE("disk: batches that nobody waited for are committed before the store goes") {
  DiskTest test;
  test.open();
  for (int i = 0; i < 100; ++i) {
    auto unheard = test.store->commit({kActor, {putOf({{"n", std::to_string(i)}})}});
  }
  auto heard = test.store->commit({kActor, {putOf({{"last", "1"}})}});
  test.store.reset();
  CHECK_THROWS_AS(test.loop.await(std::move(heard)), io::Abandoned);
  test.open();
  CHECK(test.list() == Texts{{"last", "1"}, {"n", "99"}});
}

TEST_CASE("disk: a store may be closed by whoever hears of a commit") {
  DiskTest test;
  test.open();
  auto first = test.store->commit({kActor, {putOf({{"a", "1"}})}});
  auto second = test.store->commit({kActor, {putOf({{"b", "2"}})}});
  bool abandoned = false;
  first.then([&](io::Outcome<BatchResult>) { test.store.reset(); });
  second.then([&](io::Outcome<BatchResult> outcome) { abandoned = outcome.failed(); });
  while (test.store) test.loop.turn();
  test.loop.turn();
  test.open();
  CHECK(test.list() == Texts{{"a", "1"}, {"b", "2"}});
  CHECK(abandoned);
}

TEST_CASE("disk: the map grows over its first size, also in the middle of a batch") {
  DiskTest test;
  test.options.mapBytes = 64 << 10;
  test.open();
  test.put({{"before", "1"}});
  Texts many;
  for (int i = 0; i < 3000; ++i) {
    many.emplace_back("key" + std::to_string(100'000 + i), std::string(1000, 'v'));
  }
  // In one group with others, for different namespaces that get their numbers in it.
  auto first = test.store->commit({{"first", "a"}, {putOf({{"a", "1"}})}});
  auto large = test.store->commit({{"large", "a"}, {putOf(many), SetAlarm{at(9)}}});
  auto last = test.store->commit({{"last", "a"}, {putOf({{"a", "1"}})}});
  test.loop.await(std::move(first));
  test.loop.await(std::move(large));
  test.loop.await(std::move(last));
  test.put({{"large", std::string(2'000'000, 'v')}});
  for (int round = 0; round < 2; ++round) {
    CHECK(test.list({"large", "a"}) == many);
    CHECK(test.list({"first", "a"}) == Texts{{"a", "1"}});
    CHECK(test.list({"last", "a"}) == Texts{{"a", "1"}});
    CHECK(test.list().size() == 2);
    test.open();
  }
}

TEST_CASE("disk: long lists are read aside, as of when they were begun, while the map grows") {
  DiskTest test;
  test.options.mapBytes = 64 << 10;
  test.open();
  Texts many;
  for (int i = 0; i < 5000; ++i) many.emplace_back("key" + std::to_string(100'000 + i), "v");
  test.put(many);
  const Texts backwards(many.rbegin(), many.rend());
  std::vector<io::Pending<std::vector<Pair>>> lists;
  for (int i = 0; i < 50; ++i) {
    const bool reverse = i % 2 == 1;
    lists.push_back(test.store->list(kActor, RecordKind::keyValue, {"", {}, {}, reverse}));
    auto commit = test.store->commit(
        {kOther, {putOf({{"grow" + std::to_string(i), std::string(100'000, 'v')}})}});
    auto gone = test.store->commit(
        {kActor, {Delete{RecordKind::keyValue, {many[static_cast<std::size_t>(i)].first}}}});
    if (i == 0) test.loop.await(std::move(gone));
  }
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const auto texts = textsOf(test.loop.await(std::move(lists[i])));
    if (i == 0) CHECK(texts == many);
    CHECK(texts.size() >= many.size() - i);
  }
  auto limited = test.store->list(kActor, RecordKind::keyValue, {"", {}, 3000, true});
  const auto last = textsOf(test.loop.await(std::move(limited)));
  CHECK(last == Texts(backwards.begin(), backwards.begin() + 3000));
}

TEST_CASE("disk: lists that nobody waits for any more do not outlive the store") {
  DiskTest test;
  test.open();
  Texts many;
  for (int i = 0; i < 5000; ++i) many.emplace_back(std::to_string(i), "v");
  test.put(many);
  std::vector<io::Pending<std::vector<Pair>>> lists;
  for (int i = 0; i < 20; ++i) {
    auto list = test.store->list(kActor, RecordKind::keyValue, {});
    if (i % 2) lists.push_back(std::move(list));
  }
  test.store.reset();
  test.loop.turn();
  CHECK(test.refusal() == "");
}

// ---- The same as in memory ----

TEST_CASE("disk: ten thousand random changes give what they give in memory") {
  const char* replay = std::getenv("LATHE_SEED");
  const auto seed = replay ? std::stoul(replay) : std::random_device()();
  INFO("LATHE_SEED=", seed);
  std::mt19937 random(static_cast<std::uint32_t>(seed));
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  DiskTest test;
  test.options.mapBytes = 64 << 10;
  test.open();
  MemoryStore memory(test.loop.executor());

  // Few different bytes and lengths, so that keys are often the same, or begin with one another.
  const auto key = [&] {
    const std::size_t lengths[] = {0, 1, 2, 255, 256, 257, 300, 512, 513, 1024, 2047, 2048};
    std::string bytes(lengths[below(std::size(lengths))], below(2) ? 'k' : '\0');
    for (std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      if (!bytes.empty() && below(3) == 0) bytes[at] = "\0k\xff"[below(3)];
    }
    return bytes;
  };
  const auto kind = [&] { return below(4) ? RecordKind::keyValue : RecordKind::sqlPage; };
  const auto actor = [&] {
    return ActorRef{below(2) ? "rooms" : "clocks", std::string(below(3), '\0')};
  };
  const auto change = [&]() -> Change {
    switch (below(12)) {
      case 0:
        return below(8) ? Change(Delete{kind(), {key()}, true}) : Change(DeleteAll{});
      case 1:
        return SetAlarm{at(static_cast<std::int64_t>(below(5)))};
      case 2:
        return DeleteAlarm{below(2) ? std::optional(at(1)) : std::nullopt};
      case 3:
      case 4:
      case 5:
        return Delete{kind(), {key(), key(), key()}, below(2) == 0};
      default:
        return Put{kind(), {{key(), valueOf(std::string(below(5000), 'v'))}, {key(), valueOf("")}}};
    }
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::pair<io::Pending<BatchResult>, io::Pending<BatchResult>>> commits;
    for (int i = 0; i < 10; ++i) {
      Batch batch{actor(), {change(), change()}};
      auto inMemory = memory.commit(batch);
      commits.emplace_back(test.store->commit(std::move(batch)), std::move(inMemory));
    }
    for (auto& [disk, inMemory] : commits) {
      REQUIRE(test.loop.await(std::move(disk)) == test.loop.await(std::move(inMemory)));
    }
    if (round % 100 == 50) test.open();
    const auto who = actor();
    if (below(50) == 0) {
      test.loop.await(test.store->erase(who));
      test.loop.await(memory.erase(who));
    }
    for (auto which : {RecordKind::keyValue, RecordKind::sqlPage}) {
      Range range{below(2) ? key() : "", {}, {}, below(2) == 0};
      if (below(2)) range.end = key();
      if (below(2)) range.limit = below(6);
      REQUIRE(textsOf(test.store->synchronousReads()->list(who, which, range)) ==
              textsOf(memory.synchronousReads()->list(who, which, range)));
    }
    const auto name = key();
    const auto disk = test.store->synchronousReads()->get(who, RecordKind::keyValue, name);
    const auto inMemory = memory.synchronousReads()->get(who, RecordKind::keyValue, name);
    REQUIRE((disk ? *disk : "(none)") == (inMemory ? *inMemory : "(none)"));
    if (round % 25 == 0) {
      REQUIRE(test.loop.await(test.store->alarms()).size() ==
              test.loop.await(memory.alarms()).size());
      REQUIRE(test.loop.await(test.store->spaces()) == test.loop.await(memory.spaces()));
      REQUIRE(test.loop.await(test.store->actors("rooms", "", 2)) ==
              test.loop.await(memory.actors("rooms", "", 2)));
    }
  }
}

// ---- Another file under the same name ----

TEST_CASE("disk: the file can be replaced while the store is in use") {
  DiskTest source;
  source.open();
  source.put({{"from", "elsewhere"}}, {"another", "x"});
  source.put({{"a", "new"}});
  source.store.reset();

  DiskTest test;
  test.open();
  test.put({{"a", "old"}});
  const auto fresh = test.temporary.path() / "fresh.mdb";
  std::filesystem::copy_file(source.file, fresh);
  auto before = test.store->commit({kActor, {putOf({{"goes", "away"}})}});
  auto replaced = test.store->replaceFile(fresh);
  auto after = test.store->commit({kActor, {putOf({{"after", "1"}})}});
  test.loop.await(std::move(before));
  test.loop.await(std::move(replaced));
  test.loop.await(std::move(after));
  CHECK_FALSE(std::filesystem::exists(fresh));
  for (int round = 0; round < 2; ++round) {
    CHECK(test.list() == Texts{{"a", "new"}, {"after", "1"}});
    CHECK(test.list({"another", "x"}) == Texts{{"from", "elsewhere"}});
    test.open();
  }
}

TEST_CASE("disk: a replacement that can not be used changes nothing") {
  DiskTest test;
  test.open();
  test.put({{"a", "1"}});
  const auto fresh = test.temporary.path() / "fresh.mdb";
  auto missing = test.loop.failure(test.store->replaceFile(fresh));
  CHECK(contains(missing.value().what(), fresh.string() + " cannot be opened: "));
  CHECK_FALSE(std::filesystem::exists(fresh));
  std::ofstream(fresh) << "something else";
  auto refused = test.loop.failure(test.store->replaceFile(fresh));
  CHECK(contains(refused.value().what(), "it is not a state file"));
  test.put({{"b", "2"}});
  CHECK(test.list() == Texts{{"a", "1"}, {"b", "2"}});
}

}  // namespace lathe::persist
