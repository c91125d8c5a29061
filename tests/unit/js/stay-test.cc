#include "engine/js/stay.h"

#include <optional>

#include <doctest/doctest.h>

#include "tests/unit/js/script.h"

using namespace lathe::js;

TEST_CASE("the outermost stay leaves its isolate entered, until another is wanted or it is to go") {
  std::optional<test::Script> first(std::in_place);
  test::Script second;
  const auto current = [] { return v8::Isolate::TryGetCurrent(); };
  CHECK(current() == nullptr);
  first->within([](Lock&) {});
  CHECK(current() == first->isolate());
  first->within([](Lock&) {});
  CHECK(current() == first->isolate());

  second.within([](Lock&) {});
  CHECK(current() == second.isolate());
  Stay::leave(first->isolate());
  CHECK(current() == second.isolate());
  Stay::leave(second.isolate());
  CHECK(current() == nullptr);

  first->within([](Lock&) {});
  first.reset();  // V8 ends the process when one that is entered is disposed of
  CHECK(current() == nullptr);
}

TEST_CASE("stays nest, in the same isolate and in others") {
  test::Script first;
  test::Script second;
  first.within([&](Lock&) {
    const auto inside = [&] { return v8::Isolate::TryGetCurrent() == first.isolate(); };
    CHECK(inside());
    second.within([&](Lock&) {
      CHECK(v8::Isolate::TryGetCurrent() == second.isolate());
      first.within([&](Lock&) { CHECK(inside()); });
      CHECK(v8::Isolate::TryGetCurrent() == second.isolate());
    });
    CHECK(inside());
    // One may go while a stay in another is under way.
    std::optional<test::Script> third(std::in_place);
    third->within([](Lock&) {});
    third.reset();
    CHECK(inside());
  });
  CHECK(v8::Isolate::TryGetCurrent() == first.isolate());
}
