#include "engine/callback.h"

#include <array>
#include <memory>
#include <string>

#include <doctest/doctest.h>

namespace lathe {

namespace {

// Counts how many of its kind live.
struct Counted {
  explicit Counted(int& all) : living(&all) { ++*living; }
  Counted(Counted&& other) noexcept : living(other.living) { ++*living; }
  Counted(const Counted&) = delete;
  ~Counted() { --*living; }
  int* living;
};

}  // namespace

TEST_CASE("a callback calls what it was given, with arguments that can only be moved") {
  Callback<std::string(std::unique_ptr<int>, int&)> callback =
      [greeting = std::string("a greeting that is too long to be kept in place")](
          std::unique_ptr<int> number, int& sum) {
        sum += *number;
        return greeting + " " + std::to_string(*number);
      };
  int sum = 1;
  CHECK(callback(std::make_unique<int>(2), sum) ==
        "a greeting that is too long to be kept in place 2");
  CHECK(callback(std::make_unique<int>(3), sum).ends_with(" 3"));
  CHECK(sum == 6);
}

TEST_CASE("what it captures moves with it and goes once, whether it fits inside or not") {
  int living = 0;
  const auto check = [&](Callback<int()> callback) {
    CHECK(living == 1);
    CHECK(callback() == 7);
    Callback<int()> other = std::move(callback);
    CHECK(living == 1);
    CHECK(!callback);
    CHECK(other() == 7);
    other = Callback<int()>([] { return 8; });
    CHECK(living == 0);
    CHECK(other() == 8);
  };
  const auto small = [&] { return Callback<int()>([kept = Counted(living)] { return 7; }); };
  check(small());
  const auto large = [&] {
    return Callback<int()>(
        [kept = Counted(living), room = std::array<char, 500>{}] { return 7 + room.front(); });
  };
  check(large());
  CHECK(living == 0);
}

TEST_CASE("it keeps state between calls, and may be made empty") {
  Callback<int()> callback = [count = 0]() mutable { return ++count; };
  CHECK(callback() == 1);
  CHECK(callback() == 2);
  callback = nullptr;
  CHECK(!callback);
}

TEST_CASE("whoever is replaced may look at the callback while it goes") {
  struct Looks {
    Callback<void()>* at;
    bool* sawNew;
    Looks(Callback<void()>* where, bool* saw) : at(where), sawNew(saw) {}
    Looks(Looks&& other) noexcept : at(std::exchange(other.at, nullptr)), sawNew(other.sawNew) {}
    ~Looks() {
      if (at) *sawNew = static_cast<bool>(*at);
    }
  };
  Callback<void()> callback;
  bool sawNew = false;
  callback = [looks = Looks(&callback, &sawNew)] {};
  callback = [] {};
  CHECK(sawNew);
}

}  // namespace lathe
