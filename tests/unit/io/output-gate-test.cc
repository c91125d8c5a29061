#include "engine/io/output-gate.h"

#include <chrono>
#include <string>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

namespace lathe::io {
namespace {

std::exception_ptr error(const std::string& text) {
  return std::make_exception_ptr(std::runtime_error(text));
}

// What has become of it.
template <class T>
std::string state(Pending<T>& pending) {
  if (!pending.settled()) return "pending";
  try {
    pending.takeOutcome().take();
    return "open";
  } catch (const std::exception& e) {
    return e.what();
  }
}
template <class T>
std::string state(Pending<T>&& pending) {
  return state(pending);
}

struct World {
  boost::asio::io_context loop;
  OutputGate gate{loop.get_executor()};
};

}  // namespace

TEST_CASE("OG-01: an idle gate is open") {
  World world;
  CHECK(state(world.gate.wait()) == "open");
}

TEST_CASE("OG-02: a lock shuts the gate until its operation has ended") {
  World world;
  auto operation = makePending<int>();
  auto locked = world.gate.lockWhile(std::move(operation.pending));
  auto one = world.gate.wait();
  auto two = world.gate.wait();
  CHECK_FALSE(one.settled());
  operation.resolver.resolve(7);
  CHECK(state(one) == "open");
  CHECK(state(two) == "open");
  REQUIRE(locked.settled());
  CHECK(locked.takeOutcome().take() == 7);
  CHECK(state(world.gate.wait()) == "open");
}

TEST_CASE("OG-03: a wait is not delayed by later locks") {
  World world;
  auto one = world.gate.lock();
  auto between = world.gate.wait();
  auto two = world.gate.lock();
  auto after = world.gate.wait();
  one.release();
  CHECK(state(between) == "open");
  CHECK_FALSE(after.settled());
  two.release();
  CHECK(state(after) == "open");
}

TEST_CASE("OG-04: nothing opens before the oldest lock has ended") {
  World world;
  auto one = world.gate.lock();
  auto between = world.gate.wait();
  auto two = world.gate.lock();
  auto after = world.gate.wait();
  two.release();
  CHECK_FALSE(between.settled());
  CHECK_FALSE(after.settled());
  one.release();
  CHECK(state(between) == "open");
  CHECK(state(after) == "open");
}

TEST_CASE("OG-05, OG-06, OG-07: a failed lock breaks the gate at once and for good") {
  World world;
  auto broken = world.gate.onBroken();
  auto one = makePending<void>();
  auto two = makePending<void>();
  auto lockOne = world.gate.lockWhile(std::move(one.pending));
  auto before = world.gate.wait();
  auto lockTwo = world.gate.lockWhile(std::move(two.pending));
  auto after = world.gate.wait();
  CHECK_FALSE(world.gate.isBroken());

  std::string text = "E";
  SUBCASE("its operation fails") {
    two.resolver.reject(error(text));
    CHECK(state(lockTwo) == text);
  }
  SUBCASE("it is dropped") {
    text = "output lock was canceled before completion";
    lockTwo = {};
    CHECK_FALSE(two.resolver.wanted());
  }
  CHECK(world.gate.isBroken());
  CHECK(state(broken) == text);
  CHECK_FALSE(before.settled());
  CHECK_FALSE(after.settled());

  one.resolver.resolve();
  CHECK(state(lockOne) == "open");
  CHECK(state(before) == "open");
  CHECK(state(after) == text);

  CHECK(state(world.gate.onBroken()) == text);
  CHECK(state(world.gate.wait()) == text);
  CHECK(world.gate.isBroken());
}

TEST_CASE("OG-07: a lock that is dropped unended breaks the gate") {
  World world;
  { auto lock = world.gate.lock(); }
  CHECK(state(world.gate.wait()) == "output lock was canceled before completion");
}

TEST_CASE("OG-08: a lock that takes too long breaks the gate") {
  boost::asio::io_context loop;
  OutputGate gate(loop.get_executor(), std::chrono::milliseconds(2));
  auto broken = gate.onBroken();
  auto lock = gate.lock();
  auto wait = gate.wait();
  // The loop runs out of work when the time limit has passed.
  loop.run();
  const std::string text =
      "Durable Object storage operation exceeded timeout which caused object to be reset.";
  CHECK(state(broken) == text);
  CHECK(state(wait) == text);
  lock.release();
  CHECK(state(gate.wait()) == text);
}

TEST_CASE("a lock that ended in time leaves nothing for the loop to wait for") {
  World world;
  {
    auto one = world.gate.lock();
    auto two = world.gate.lock();
    one.release();
    two.release();
  }
  world.loop.run();
  CHECK_FALSE(world.gate.isBroken());
}

TEST_CASE("who waits at a gate that goes is abandoned") {
  boost::asio::io_context loop;
  auto gate = std::make_unique<OutputGate>(loop.get_executor());
  auto lock = gate->lock();
  auto wait = gate->wait();
  gate.reset();
  CHECK(state(wait) == Abandoned().what());
}

}  // namespace lathe::io
