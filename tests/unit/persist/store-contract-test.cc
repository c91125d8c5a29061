// What every store promises, tried on each of them.

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "persist/lmdb-store.h"
#include "persist/memory-store.h"
#include "persist/state-limits.h"
#include "tests/unit/cli/temporary-folder.h"
#include "tests/unit/persist/store-fixture.h"

namespace lathe::persist {
namespace {

using namespace std::string_literals;

struct InMemory {
  MemoryStore store;
  explicit InMemory(StoreLoop& loop) : store(loop.executor()) {}
};

struct OnDisk {
  cli::TemporaryFolder folder;
  LmdbStore store;
  explicit OnDisk(StoreLoop& loop) : store(loop.executor(), {.folder = folder.path()}) {}
};

#define STORES InMemory, OnDisk

const ActorRef kActor{"rooms", "a"};
const ActorRef kOther{"rooms", "b"};
const ActorRef kStoreItself{};

template <class Subject>
struct StoreTest {
  StoreLoop loop;
  Subject subject{loop};
  ActorStore& store = subject.store;

  BatchResult commit(std::vector<Change> changes, const ActorRef& actor = kActor) {
    return loop.await(store.commit({actor, std::move(changes)}));
  }
  void put(const Texts& texts, const ActorRef& actor = kActor,
           RecordKind kind = RecordKind::keyValue) {
    commit({putOf(texts, kind)}, actor);
  }
  // The text of the error; empty when there was none.
  std::string refusal(std::vector<Change> changes, const ActorRef& actor = kActor) {
    auto error = loop.failure(store.commit({actor, std::move(changes)}));
    if (!error) return "";
    CHECK(error->reason() == StoreError::Reason::invalid);
    return error->what();
  }

  // Every read is made in both ways, which have to agree.
  std::string get(const std::string& key, const ActorRef& actor = kActor,
                  RecordKind kind = RecordKind::keyValue) {
    auto value = loop.await(store.get(actor, kind, key));
    auto now = store.synchronousReads()->get(actor, kind, key);
    CHECK((value ? *value : "(none)") == (now ? *now : "(none)"));
    return value ? *value : "(none)";
  }
  Texts list(const Range& range = {}, const ActorRef& actor = kActor,
             RecordKind kind = RecordKind::keyValue) {
    auto texts = textsOf(loop.await(store.list(actor, kind, range)));
    CHECK(texts == textsOf(store.synchronousReads()->list(actor, kind, range)));
    return texts;
  }
  // The keys alone, one after the other.
  std::string keys(const Range& range = {}) {
    std::string all;
    for (const auto& [key, value] : list(range)) all += key + " ";
    if (!all.empty()) all.pop_back();
    return all;
  }
  std::optional<AlarmTime> alarm(const ActorRef& actor = kActor) {
    auto time = loop.await(store.getAlarm(actor));
    CHECK(time == store.synchronousReads()->getAlarm(actor));
    return time;
  }
};

}  // namespace

TEST_CASE_TEMPLATE("store: what was put is read, replaced and deleted", Subject, STORES) {
  StoreTest<Subject> test;
  CHECK(test.get("colour") == "(none)");
  test.put({{"colour", "red"}, {"size", ""}});
  CHECK(test.get("colour") == "red");
  CHECK(test.get("size") == "");
  CHECK(test.get("siz") == "(none)");
  CHECK(test.get("sizes") == "(none)");
  test.put({{"colour", "blue"}});
  CHECK(test.get("colour") == "blue");
  test.commit({Delete{RecordKind::keyValue, {"colour"}}});
  CHECK(test.get("colour") == "(none)");
  CHECK(test.list() == Texts{{"size", ""}});
}

TEST_CASE_TEMPLATE("store: nothing settles within the call that asked", Subject, STORES) {
  StoreTest<Subject> test;
  auto commit = test.store.commit({kActor, {putOf({{"a", "1"}})}});
  CHECK_FALSE(commit.settled());
  test.loop.await(std::move(commit));
  auto read = test.store.get(kActor, RecordKind::keyValue, "a");
  CHECK_FALSE(read.settled());
  CHECK(*test.loop.await(std::move(read)) == "1");
}

TEST_CASE_TEMPLATE("store: a read does not see a commit that was begun after it", Subject, STORES) {
  StoreTest<Subject> test;
  test.put({{"a", "old"}});
  auto get = test.store.get(kActor, RecordKind::keyValue, "a");
  auto list = test.store.list(kActor, RecordKind::keyValue, {});
  auto alarm = test.store.getAlarm(kActor);
  auto alarms = test.store.alarms();
  auto commit = test.store.commit({kActor, {putOf({{"a", "new"}}), SetAlarm{at(1)}}});
  test.loop.await(std::move(commit));
  CHECK(*test.loop.await(std::move(get)) == "old");
  CHECK(textsOf(test.loop.await(std::move(list))) == Texts{{"a", "old"}});
  CHECK_FALSE(test.loop.await(std::move(alarm)));
  CHECK(test.loop.await(std::move(alarms)).empty());
}

TEST_CASE_TEMPLATE("store: several keys are answered in order, without the absent ones", Subject,
                   STORES) {
  StoreTest<Subject> test;
  test.put({{"", "0"}, {"b", "2"}, {"d", "4"}});
  auto found = test.store.getMultiple(kActor, RecordKind::keyValue, {"", "a", "b", "c", "d"});
  CHECK(textsOf(test.loop.await(std::move(found))) == Texts{{"", "0"}, {"b", "2"}, {"d", "4"}});
  auto none = test.store.getMultiple(kActor, RecordKind::keyValue, {});
  CHECK(test.loop.await(std::move(none)).empty());
}

TEST_CASE_TEMPLATE("store: a list walks a half-open range in byte order", Subject, STORES) {
  StoreTest<Subject> test;
  test.put({{"foo", ""}, {"bar", ""}, {"baz", ""}, {"", ""}});
  const auto range = [](std::string start, std::optional<std::string> end,
                        std::optional<std::size_t> limit = {}) {
    return Range{std::move(start), std::move(end), limit, false};
  };
  struct {
    Range range;
    std::string ascending;
    std::string descending;
  } cases[] = {
      {range("", {}), " bar baz foo", "foo baz bar "},
      {range("a", {}), "bar baz foo", "foo baz bar"},
      {range("bat", {}), "baz foo", "foo baz"},     // the start need not exist
      {range("bar", "foo"), "bar baz", "baz bar"},  // the end is excluded
      {range("bar", "foo\0"s), "bar baz foo", "foo baz bar"},
      {range("", ""), "", ""},
      {range("foo", "bar"), "", ""},  // an empty range is an answer, not an error
      {range("bar", "bar"), "", ""},
      {range("zoo", {}), "", ""},
      {range("", "bar"), "", ""},  // the empty key alone
      {range("a", {}, 2), "bar baz", "foo baz"},
      {range("a", "foo", 1), "bar", "baz"},
      {range("a", {}, 0), "", ""},
      {range("a", {}, 1000), "bar baz foo", "foo baz bar"},
  };
  for (auto& [wanted, ascending, descending] : cases) {
    CAPTURE(wanted.start);
    CAPTURE(wanted.end.value_or("(none)"));
    CHECK(test.keys(wanted) == ascending);
    wanted.reverse = true;
    CHECK(test.keys(wanted) == descending);
  }
  CHECK(test.list({"", "bar", {}, false}) == Texts{{"", ""}});
}

TEST_CASE_TEMPLATE("store: keys are any bytes, of any length to 2048, in byte order", Subject,
                   STORES) {
  StoreTest<Subject> test;
  std::vector<std::string> keys = {"",          "\0"s,       "\0\0"s, "\0\1"s,   "\0\xff"s,
                                   "\1"s,       "a",         "a\0"s,  "a\0\0b"s, "a\0\xff"s,
                                   "a\1"s,      "a\xff",     "aa",    "b",       "\x7f",
                                   "\xc3\xa9"s, "\xf0\x9f"s, "\xff",  "\xff\0"s, "\xff\xff"};
  // Long ones that share their beginnings, and end or differ around every multiple of 256.
  for (std::size_t length : {255, 256, 257, 511, 512, 513, 1024, 1792, 1793, 2040, 2047, 2048}) {
    const std::string same(length - 1, 'k');
    for (const auto& last : {"\0"s, "k"s, "l"s, "\xff"s}) keys.push_back(same + last);
    std::string early(length, 'k');
    early[length / 2] = 'j';
    keys.push_back(early);
    keys.push_back(std::string(length, '\xff'));
    keys.push_back(std::string(length, '\0'));
  }
  std::ranges::sort(keys);  // char_traits<char> compares as unsigned bytes
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  Texts all;
  for (const auto& key : keys) all.emplace_back(key, std::to_string(all.size()));

  // Written in an order that has nothing to do with theirs.
  Texts shuffled;
  for (std::size_t i = 0; i < all.size(); ++i) shuffled.push_back(all[i * 37 % all.size()]);
  REQUIRE(all.size() % 37 != 0);
  test.put(shuffled);
  CHECK(test.list() == all);
  Texts reversed(all.rbegin(), all.rend());
  CHECK(test.list({.start = "", .end = {}, .limit = {}, .reverse = true}) == reversed);

  // Each of them, and what lies right after it, as the start and as the end of a list.
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& key = all[i].first;
    CAPTURE(i);
    CHECK(test.get(key) == std::to_string(i));
    for (const auto& bound : {key, key + '\0', key + '\xff'}) {
      const auto split = std::ranges::lower_bound(all, bound, {}, &Texts::value_type::first);
      const auto after = static_cast<std::size_t>(split - all.begin());
      for (std::size_t limit : {1, 3, 1000}) {
        const Texts from(
            split, all.begin() + static_cast<std::ptrdiff_t>(std::min(after + limit, all.size())));
        CHECK(test.list({bound, {}, limit, false}) == from);
        Texts before(std::make_reverse_iterator(split), all.rend());
        before.resize(std::min(before.size(), limit));
        CHECK(test.list({"", bound, limit, true}) == before);
      }
    }
    const auto below = std::min<std::size_t>(i, 5);
    CHECK(test.list({all[i - below].first, key, {}, true}) ==
          Texts(std::make_reverse_iterator(all.begin() + static_cast<std::ptrdiff_t>(i)),
                std::make_reverse_iterator(all.begin() + static_cast<std::ptrdiff_t>(i - below))));
  }

  // Deleting one leaves its neighbours alone.
  while (!all.empty()) {
    const auto gone = all.begin() + static_cast<std::ptrdiff_t>(all.size() * 5 / 7);
    Delete change{RecordKind::keyValue, {gone->first}, true};
    REQUIRE(test.commit({change}) == BatchResult{1});
    REQUIRE(test.commit({change}) == BatchResult{0});
    all.erase(gone);
    REQUIRE(test.list() == all);
  }
  CHECK(test.loop.await(test.store.spaces()).empty());
}

TEST_CASE_TEMPLATE("store: values reach 2 MB, keys 2048 bytes; beyond that a batch is invalid",
                   Subject, STORES) {
  StoreTest<Subject> test;
  std::string large(kValueBytesMax, 'v');
  large[100'000] = '\0';
  large.back() = '\xff';
  test.put({{"large", large}, {"small", "s"}});
  CHECK(test.get("large") == large);
  CHECK(test.list().size() == 2);
  test.put({{"large", "smaller"}});
  CHECK(test.get("large") == "smaller");

  CHECK(test.refusal({putOf({{"good", "1"}}), putOf({{"large", large + "v"}})}) ==
        "Values cannot be larger than 2097152 bytes. A value of size 2097153 was provided.");
  CHECK(test.refusal({putOf({{"good", "1"}, {std::string(2049, 'k'), ""}})}) ==
        "Keys cannot be larger than 2048 bytes. A key of size 2049 was provided.");
  CHECK(test.get("good") == "(none)");  // nothing of a refused batch is there
  CHECK(test.get("large") == "smaller");
  CHECK(test.refusal({SetAlarm{at(1)}}, {"rooms", std::string(113, 'i')}) ==
        "Ids cannot be larger than 112 bytes. An id of size 113 was provided.");
  CHECK(test.refusal({SetAlarm{at(1)}}, {std::string(401, 's'), "a"}) ==
        "Unique keys of namespaces cannot be larger than 400 bytes. One of size 401 was provided.");
}

TEST_CASE_TEMPLATE("store: what can not be there is asked for in vain", Subject, STORES) {
  StoreTest<Subject> test;
  test.put({{std::string(2048, 'k'), "1"}});
  CHECK(test.get(std::string(5000, 'k')) == "(none)");
  CHECK(test.keys({std::string(5000, 'k'), {}, {}, false}) == "");
  CHECK(test.list({"", std::string(5000, 'k'), {}, true}).size() == 1);
  CHECK(test.commit({Delete{RecordKind::keyValue, {std::string(5000, 'k')}, true}}) ==
        BatchResult{0});
  for (const ActorRef& actor : {ActorRef{"rooms", std::string(5000, 'i')},
                                ActorRef{std::string(5000, 's'), "a"}, ActorRef{"room", "a"}}) {
    CHECK(test.get("k", actor) == "(none)");
    CHECK(test.list({}, actor).empty());
    CHECK_FALSE(test.alarm(actor));
    test.loop.await(test.store.erase(actor));
    CHECK(test.loop.await(test.store.actors(actor.space, "", 10)).size() ==
          (actor.space == "rooms" ? 1 : 0));
  }
  CHECK(test.loop.await(test.store.actors("rooms", std::string(5000, '\xff'), 10)).empty());
}

TEST_CASE_TEMPLATE("store: ids and unique keys reach their limits whatever their bytes", Subject,
                   STORES) {
  StoreTest<Subject> test;
  for (char byte : {'\0', '\1', 'i', '\xff'}) {
    const ActorRef actor{std::string(kSpaceBytesMax, byte), std::string(kActorBytesMax, byte)};
    const Texts texts{{"", "0"}, {std::string(kKeyBytesMax, byte), "1"}};
    test.put(texts, actor);
    test.commit({SetAlarm{at(5)}}, actor);
    CHECK(test.list({}, actor) == texts);
    CHECK(test.loop.await(test.store.actors(actor.space, "", 10)) ==
          std::vector<std::string>{actor.actor});
  }
  CHECK(test.loop.await(test.store.alarms()).size() == 4);
}

TEST_CASE_TEMPLATE("store: the changes of a batch take effect in their order", Subject, STORES) {
  StoreTest<Subject> test;
  test.put({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  const auto counts = test.commit({
      Delete{RecordKind::keyValue, {"a", "b", "x"}, true},
      Delete{RecordKind::keyValue, {"c"}, false},
      putOf({{"b", "new"}, {"d", "4"}}),
      putOf({{"a", "meta"}}, RecordKind::metadata),
      Delete{RecordKind::keyValue, {"d", "b"}, true},
      putOf({{"d", "again"}}),
      SetAlarm{at(77)},
  });
  CHECK(counts == BatchResult{2, 0, 0, 0, 2, 0, 0});
  CHECK(test.list() == Texts{{"d", "again"}});
  CHECK(test.get("a", kActor, RecordKind::metadata) == "meta");
  CHECK(test.alarm() == at(77));
  CHECK(test.commit({}) == BatchResult{});
}

TEST_CASE_TEMPLATE("store: of one key in one put the last value stays", Subject, STORES) {
  StoreTest<Subject> test;
  test.put({{"a", "1"}, {"b", "2"}, {"a", "3"}});
  CHECK(test.list() == Texts{{"a", "3"}, {"b", "2"}});
  CHECK(test.commit({Delete{RecordKind::keyValue, {"a", "a"}, true}}) == BatchResult{1});
}

TEST_CASE_TEMPLATE("store: batches take effect in the order of the calls", Subject, STORES) {
  StoreTest<Subject> test;
  std::vector<io::Pending<BatchResult>> commits;
  for (int i = 0; i < 100; ++i) {
    commits.push_back(test.store.commit({kActor, {putOf({{"n", std::to_string(i)}})}}));
  }
  for (int i = 0; i < 100; i += 2) commits[static_cast<std::size_t>(i)] = {};  // not waited for
  for (int i = 1; i < 100; i += 2) {
    test.loop.await(std::move(commits[static_cast<std::size_t>(i)]));
  }
  CHECK(test.get("n") == "99");
}

TEST_CASE_TEMPLATE("store: a batch that is refused does not disturb those around it", Subject,
                   STORES) {
  StoreTest<Subject> test;
  const std::string tooLong(kKeyBytesMax + 1, 'k');
  auto first = test.store.commit({kActor, {putOf({{"a", "1"}})}});
  auto refused = test.store.commit({kActor, {putOf({{"b", "2"}}), putOf({{tooLong, ""}})}});
  auto last = test.store.commit({kOther, {putOf({{"c", "3"}})}});
  CHECK(test.loop.failure(std::move(refused)));
  CHECK_FALSE(test.loop.failure(std::move(first)));
  CHECK_FALSE(test.loop.failure(std::move(last)));
  CHECK(test.list() == Texts{{"a", "1"}});
  CHECK(test.list({}, kOther) == Texts{{"c", "3"}});
}

TEST_CASE_TEMPLATE("store: kinds and actors are apart", Subject, STORES) {
  StoreTest<Subject> test;
  const std::vector<ActorRef> actors = {
      {"rooms", "a"},      {"rooms", "ab"},    {"rooms", ""},  {"rooms", "a\0"s},
      {"rooms", "a\0\1"s}, {"rooms", "a\xff"}, {"room", "sa"}, {"rooms2", "a"},
  };
  const std::string longKey(600, 'k');
  int number = 0;
  for (const auto& actor : actors) {
    for (auto kind : {RecordKind::keyValue, RecordKind::metadata, RecordKind::sqlPage,
                      RecordKind::socketAttachment}) {
      test.put({{"", "e"}, {"k", std::to_string(++number)}, {longKey, "l"}}, actor, kind);
    }
    test.commit({SetAlarm{at(number)}}, actor);
  }
  number = 0;
  for (const auto& actor : actors) {
    for (auto kind : {RecordKind::keyValue, RecordKind::metadata, RecordKind::sqlPage,
                      RecordKind::socketAttachment}) {
      CHECK(test.list({}, actor, kind) ==
            Texts{{"", "e"}, {"k", std::to_string(++number)}, {longKey, "l"}});
    }
    CHECK(test.alarm(actor) == at(number));
  }
  // Each goes without taking anything of the others along.
  for (std::size_t gone = 0; gone < actors.size(); ++gone) {
    test.loop.await(test.store.erase(actors[gone]));
    for (std::size_t i = 0; i < actors.size(); ++i) {
      for (auto kind : {RecordKind::keyValue, RecordKind::socketAttachment}) {
        CHECK(test.list({}, actors[i], kind).size() == (i <= gone ? 0 : 3));
      }
      CHECK(test.alarm(actors[i]).has_value() == (i > gone));
    }
    CHECK(test.loop.await(test.store.alarms()).size() == actors.size() - gone - 1);
  }
  CHECK(test.loop.await(test.store.spaces()).empty());
}

TEST_CASE_TEMPLATE("store: deleting everything keeps the alarm and the metadata", Subject, STORES) {
  StoreTest<Subject> test;
  const std::string longKey(2000, 'k');
  test.put({{"a", "1"}, {longKey + "1", "2"}, {longKey + "2", "3"}});
  test.put({{"page", "p"}}, kActor, RecordKind::sqlPage);
  test.put({{"name", "n"}}, kActor, RecordKind::metadata);
  test.put({{"socket", "s"}}, kActor, RecordKind::socketAttachment);
  test.put({{"a", "other"}}, kOther);
  test.commit({SetAlarm{at(5)}});
  CHECK(test.commit({putOf({{"b", "2"}}), DeleteAll{}, putOf({{"c", "3"}})}) ==
        BatchResult{0, 5, 0});
  CHECK(test.list() == Texts{{"c", "3"}});
  CHECK(test.list({}, kActor, RecordKind::sqlPage).empty());
  CHECK(test.get("name", kActor, RecordKind::metadata) == "n");
  CHECK(test.get("socket", kActor, RecordKind::socketAttachment) == "s");
  CHECK(test.alarm() == at(5));
  CHECK(test.get("a", kOther) == "other");
  CHECK(test.commit({DeleteAll{}}) == BatchResult{1});
  CHECK(test.commit({DeleteAll{}}) == BatchResult{0});
}

TEST_CASE_TEMPLATE("store: an alarm is deleted only at the time that was named", Subject, STORES) {
  StoreTest<Subject> test;
  CHECK(test.commit({DeleteAlarm{}}) == BatchResult{0});
  test.commit({SetAlarm{at(1000)}});
  CHECK(test.commit({DeleteAlarm{at(999)}}) == BatchResult{0});
  CHECK(test.alarm() == at(1000));
  CHECK(test.commit({DeleteAlarm{at(1000)}}) == BatchResult{1});
  CHECK_FALSE(test.alarm());
  CHECK(test.commit({DeleteAlarm{at(1000)}}) == BatchResult{0});
  test.commit({SetAlarm{at(1)}});
  CHECK(test.commit({SetAlarm{at(2)}, DeleteAlarm{at(1)}, DeleteAlarm{}}) == BatchResult{0, 0, 1});
  CHECK_FALSE(test.alarm());
}

TEST_CASE_TEMPLATE("store: alarms are told with the earliest first", Subject, STORES) {
  StoreTest<Subject> test;
  const auto told = [&] {
    std::string text;
    for (const auto& [actor, time] : test.loop.await(test.store.alarms())) {
      text += actor.space + "/" + actor.actor + "@" +
              std::to_string(time.time_since_epoch().count()) + " ";
    }
    return text;
  };
  CHECK(told() == "");
  test.commit({SetAlarm{at(1'800'000'000'000)}}, {"rooms", "late"});
  test.commit({SetAlarm{at(255)}}, {"clocks", "b"});
  test.commit({SetAlarm{at(256)}}, {"clocks", "a"});
  test.commit({SetAlarm{at(-1)}}, {"rooms", "before 1970"});
  test.put({{"no", "alarm"}}, {"rooms", "none"});
  CHECK(told() == "rooms/before 1970@-1 clocks/b@255 clocks/a@256 rooms/late@1800000000000 ");
  test.commit({SetAlarm{at(100)}}, {"clocks", "a"});  // moves, and is not there twice
  test.commit({DeleteAlarm{}}, {"rooms", "before 1970"});
  CHECK(told() == "clocks/a@100 clocks/b@255 rooms/late@1800000000000 ");
  test.loop.await(test.store.erase({"clocks", "b"}));
  CHECK(told() == "clocks/a@100 rooms/late@1800000000000 ");
}

TEST_CASE_TEMPLATE("store: namespaces and ids are listed in byte order, page by page", Subject,
                   STORES) {
  StoreTest<Subject> test;
  test.put({{"k", "v"}}, {"zoo", "z"});
  test.put({{"k", "v"}}, {"rooms", "b"}, RecordKind::metadata);
  test.commit({SetAlarm{at(1)}}, {"rooms", "only an alarm"});
  test.put({{"k", "v"}}, {"rooms", "a"});
  test.put({{"k", "v"}, {std::string(900, 'k'), "v"}}, {"rooms", "a\0"s});
  test.put({{"k", "v"}}, {"rooms", "\xff"});
  test.put({{"k", "v"}}, {"Rooms", "gone"});
  test.commit({Delete{RecordKind::keyValue, {"k"}}}, {"Rooms", "gone"});
  const auto spaces = [&] { return test.loop.await(test.store.spaces()); };
  const auto actors = [&](std::string after, std::size_t limit) {
    return test.loop.await(test.store.actors("rooms", std::move(after), limit));
  };
  using Names = std::vector<std::string>;
  CHECK(spaces() == Names{"rooms", "zoo"});
  CHECK(actors("", 100) == Names{"a", "a\0"s, "b", "only an alarm", "\xff"});
  CHECK(actors("", 2) == Names{"a", "a\0"s});
  CHECK(actors("a\0"s, 2) == Names{"b", "only an alarm"});
  CHECK(actors("aa", 1) == Names{"b"});  // what one begins after need not exist
  CHECK(actors("only an alarm", 2) == Names{"\xff"});
  CHECK(actors("\xff", 2).empty());
  CHECK(actors("", 0).empty());
  CHECK(test.loop.await(test.store.actors("nowhere", "", 5)).empty());
  test.loop.await(test.store.erase({"zoo", "z"}));
  CHECK(spaces() == Names{"rooms"});
}

TEST_CASE_TEMPLATE("store: it has records of its own, which belong to no namespace", Subject,
                   STORES) {
  StoreTest<Subject> test;
  test.put({{"migrations", "v1"}}, kStoreItself, RecordKind::metadata);
  CHECK(test.get("migrations", kStoreItself, RecordKind::metadata) == "v1");
  CHECK(test.list({}, kStoreItself, RecordKind::metadata) == Texts{{"migrations", "v1"}});
  CHECK(test.loop.await(test.store.spaces()).empty());
  test.put({{"k", "v"}});
  CHECK(test.loop.await(test.store.spaces()) == std::vector<std::string>{"rooms"});
  CHECK(test.get("migrations", kStoreItself, RecordKind::metadata) == "v1");
}

}  // namespace lathe::persist
