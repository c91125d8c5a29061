#include "engine/http/write-turns.h"

#include <functional>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

namespace {

using lathe::http::WriteTurns;

struct Writer final : WriteTurns::Writer {
  Writer(std::string& into, char as) : written(into), name(as) {}
  void writeTurn() override {
    written += name;
    if (then) std::exchange(then, nullptr)();
  }

  std::string& written;
  char name;
  std::function<void()> then;
};

struct World {
  boost::asio::io_context loop{1};
  WriteTurns turns{loop};
  std::string written;
  Writer a{written, 'a'}, b{written, 'b'}, c{written, 'c'};
};

}  // namespace

TEST_CASE("writers have one turn each, in the order in which they joined") {
  World world;
  world.turns.join(world.b);
  world.turns.join(world.a);
  world.turns.join(world.b);
  CHECK(world.written.empty());
  CHECK(world.loop.run() == 1);
  CHECK(world.written == "ba");
}

TEST_CASE("a writer that joins in a turn has another after the loop has been round") {
  World world;
  world.a.then = [&] { world.turns.join(world.a); };
  world.turns.join(world.a);
  world.turns.join(world.b);
  CHECK(world.loop.run_one() == 1);
  CHECK(world.written == "ab");
  CHECK(world.loop.run() == 1);
  CHECK(world.written == "aba");
}

TEST_CASE("a writer that has left has no turn, also when it leaves in somebody else's") {
  World world;
  world.a.then = [&] { world.turns.leave(world.b); };
  for (auto* writer : {&world.a, &world.b, &world.c}) world.turns.join(*writer);
  world.loop.run();
  CHECK(world.written == "ac");

  world.loop.restart();
  world.turns.join(world.b);
  world.turns.leave(world.b);
  world.turns.join(world.b);
  world.loop.run();
  CHECK(world.written == "acb");
}

TEST_CASE("turns that are gone before they come are forgotten") {
  boost::asio::io_context loop{1};
  std::string written;
  Writer writer(written, 'a');
  {
    WriteTurns turns(loop);
    turns.join(writer);
    turns.leave(writer);
  }
  CHECK(loop.run() == 1);
  CHECK(written.empty());
}
