#include "engine/io/input-gate.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace lathe::io {
namespace {

using Lock = InputGate::Lock;
using Section = std::shared_ptr<InputGate::CriticalSection>;

constexpr const char* kDropped =
    "A critical section within this Durable Object awaited a Promise that apparently will never "
    "complete. This could happen in particular if a critical section awaits a task that was "
    "initiated outside of the critical section. Since a critical section blocks all other tasks "
    "from completing, this leads to deadlock.";

// The lock that has been granted.
Lock granted(Pending<Lock> pending) {
  REQUIRE(pending.settled());
  return pending.takeOutcome().take();
}

std::exception_ptr error(const std::string& text) {
  return std::make_exception_ptr(std::runtime_error(text));
}

// Why it failed; "pending" or "granted" when it did not.
template <class T>
std::string failure(Pending<T>& pending) {
  if (!pending.settled()) return "pending";
  try {
    pending.takeOutcome().take();
    return "granted";
  } catch (const std::exception& e) {
    return e.what();
  }
}
template <class T>
std::string failure(Pending<T>&& pending) {
  return failure(pending);
}

struct Started {
  Section section;
  Lock lock;
};
// A section within `outer` with its first lock; `outer` is given back.
Started startIn(Lock outer) {
  Started started{outer.startCriticalSection(), {}};
  auto first = started.section->wait();
  outer = {};
  started.lock = granted(std::move(first));
  return started;
}

}  // namespace

TEST_CASE("IG-01: the first of three waits is granted at once") {
  InputGate gate;
  auto first = gate.wait();
  auto second = gate.wait();
  auto third = gate.wait();
  CHECK(first.settled());
  CHECK_FALSE(second.settled());
  CHECK_FALSE(third.settled());
}

TEST_CASE("IG-02: a shared lock lasts until its last share goes") {
  InputGate gate;
  Lock lock = granted(gate.wait());
  Lock share = lock.share();
  auto waiter = gate.wait();
  lock = {};
  CHECK_FALSE(waiter.settled());
  share = {};
  CHECK(waiter.settled());
}

TEST_CASE("IG-03: one waiter is granted at a time, the oldest") {
  InputGate gate;
  Lock lock = granted(gate.wait());
  auto first = gate.wait();
  auto second = gate.wait();
  lock = {};
  CHECK(first.settled());
  CHECK_FALSE(second.settled());
  { Lock passed = granted(std::move(first)); }
  CHECK(second.settled());
}

TEST_CASE("IG-04: a waiter that has gone is skipped") {
  InputGate gate;
  Lock lock = granted(gate.wait());
  auto first = gate.wait();
  auto second = gate.wait();
  first = {};
  lock = {};
  CHECK(second.settled());
}

TEST_CASE("IG-05: a healthy gate never tells of breaking") {
  InputGate gate;
  auto broken = gate.onBroken();
  { Lock lock = granted(gate.wait()); }
  auto started = startIn(granted(gate.wait()));
  started.lock = {};
  { Lock outer = started.section->succeeded(); }
  CHECK_FALSE(broken.settled());
  CHECK_FALSE(gate.isBroken());
}

TEST_CASE("IG-06: a section that nobody waits for blocks nobody") {
  InputGate gate;
  Lock lock = granted(gate.wait());
  Section section = lock.startCriticalSection();
  lock = {};
  CHECK(gate.wait().settled());
}

TEST_CASE("IG-07: a section grants one lock at a time") {
  InputGate gate;
  auto [section, lock] = startIn(granted(gate.wait()));
  auto second = section->wait();
  auto third = section->wait();
  CHECK_FALSE(second.settled());
  lock = {};
  CHECK(second.settled());
  CHECK_FALSE(third.settled());
  { Lock passed = granted(std::move(second)); }
  CHECK(third.settled());
  third = {};
  Lock outer = section->succeeded();
}

TEST_CASE("IG-08: a running section shuts others out also while nobody is in it") {
  InputGate gate;
  auto [section, lock] = startIn(granted(gate.wait()));
  lock = {};
  auto waiter = gate.wait();
  CHECK_FALSE(waiter.settled());
  { Lock outer = section->succeeded(); }
  CHECK(waiter.settled());
}

TEST_CASE("IG-09: locks taken in a section hold the gate after its success") {
  InputGate gate;
  auto [section, lock] = startIn(granted(gate.wait()));
  Lock outer = section->succeeded();
  auto waiter = gate.wait();
  CHECK_FALSE(waiter.settled());
  SUBCASE("the section's goes first") {
    lock = {};
    CHECK_FALSE(waiter.settled());
    outer = {};
  }
  SUBCASE("the outer one goes first") {
    outer = {};
    CHECK_FALSE(waiter.settled());
    lock = {};
  }
  CHECK(waiter.settled());
}

TEST_CASE("IG-10: of two sections of one lock the second runs after the first") {
  InputGate gate;
  Lock lock = granted(gate.wait());
  Section one = lock.startCriticalSection();
  Section two = lock.startCriticalSection();
  auto first = one->wait();
  auto second = two->wait();
  lock = {};
  { Lock inner = granted(std::move(first)); }
  CHECK_FALSE(second.settled());
  { Lock outer = one->succeeded(); }
  CHECK(second.settled());
  second = {};
  Lock outer = two->succeeded();
}

TEST_CASE("IG-11: a section starts ahead of ordinary waiters") {
  InputGate gate;
  Lock lock = granted(gate.wait());
  auto ordinary = gate.wait();
  Section section = lock.startCriticalSection();
  auto start = section->wait();
  lock = {};
  CHECK(start.settled());
  CHECK_FALSE(ordinary.settled());
  start = {};
  { Lock outer = section->succeeded(); }
  CHECK(ordinary.settled());
}

TEST_CASE("IG-12: an inner section shuts out who waits at the outer one") {
  InputGate gate;
  auto outer = startIn(granted(gate.wait()));
  auto inner = startIn(std::move(outer.lock));
  inner.lock = {};
  auto waiter = outer.section->wait();
  CHECK_FALSE(waiter.settled());
  { Lock back = inner.section->succeeded(); }
  CHECK(waiter.settled());
  waiter = {};
  Lock back = outer.section->succeeded();
}

TEST_CASE("IG-13: an inner section holds the gate after the outer one's success") {
  InputGate gate;
  auto outer = startIn(granted(gate.wait()));
  auto inner = startIn(std::move(outer.lock));
  inner.lock = {};
  { Lock back = outer.section->succeeded(); }
  auto waiter = gate.wait();
  CHECK_FALSE(waiter.settled());
  { Lock back = inner.section->succeeded(); }
  CHECK(waiter.settled());
}

TEST_CASE("IG-14: who waits in a section that succeeds waits around it") {
  InputGate gate;
  auto outer = startIn(granted(gate.wait()));
  auto inner = startIn(std::move(outer.lock));
  auto plainOne = inner.section->wait();
  auto plainTwo = inner.section->wait();
  Section nestedOne = inner.lock.startCriticalSection();
  Section nestedTwo = inner.lock.startCriticalSection();
  auto startOne = nestedOne->wait();
  auto startTwo = nestedTwo->wait();
  { Lock back = inner.section->succeeded(); }
  inner.section.reset();
  CHECK_FALSE(startOne.settled());
  startOne = {};
  nestedOne.reset();
  inner.lock = {};
  CHECK(startTwo.settled());
  CHECK_FALSE(plainOne.settled());
  startTwo = {};
  { Lock back = nestedTwo->succeeded(); }
  CHECK(plainOne.settled());
  CHECK_FALSE(plainTwo.settled());
  plainOne = {};
  CHECK(plainTwo.settled());
  plainTwo = {};
  Lock back = outer.section->succeeded();
  CHECK_FALSE(gate.isBroken());
}

TEST_CASE("IG-15: those who stay after a section's success are served though others go") {
  InputGate gate;
  auto [section, lock] = startIn(granted(gate.wait()));
  std::vector<Pending<Lock>> waiters;
  for (int i = 0; i < 4; ++i) waiters.push_back(section->wait());
  { Lock back = section->succeeded(); }
  section.reset();
  waiters[0] = {};
  waiters[2] = {};
  lock = {};
  CHECK(waiters[1].settled());
  CHECK_FALSE(waiters[3].settled());
  waiters[1] = {};
  CHECK(waiters[3].settled());
}

TEST_CASE("IG-16: the gate opens when every level has succeeded and every straggler is gone") {
  InputGate gate;
  auto outer = startIn(granted(gate.wait()));
  auto inner = startIn(std::move(outer.lock));
  auto straggler = inner.section->wait();
  auto root = gate.wait();
  { Lock back = inner.section->succeeded(); }
  CHECK_FALSE(root.settled());
  { Lock back = outer.section->succeeded(); }
  CHECK_FALSE(root.settled());
  inner.lock = {};
  // In line at the gate now, behind the one that was there before.
  CHECK(root.settled());
  CHECK_FALSE(straggler.settled());
  root = {};
  CHECK(straggler.settled());
  auto last = gate.wait();
  CHECK_FALSE(last.settled());
  straggler = {};
  CHECK(last.settled());
}

TEST_CASE("IG-17: a lock that outlives its section belongs to the gate") {
  InputGate gate;
  InputGate other;
  auto [section, lock] = startIn(granted(gate.wait()));
  CHECK(lock.criticalSection() == section);
  { Lock back = section->succeeded(); }
  section.reset();
  CHECK(lock.isFor(gate));
  CHECK_FALSE(lock.isFor(other));
  CHECK_FALSE(lock.criticalSection());
  Lock share = lock.share();
  auto waiter = gate.wait();
  lock = {};
  CHECK_FALSE(waiter.settled());
  share = {};
  CHECK(waiter.settled());
}

TEST_CASE("IG-18: a wait at a finished section is one at what is unfinished around it") {
  InputGate gate;
  auto outer = startIn(granted(gate.wait()));
  auto inner = startIn(std::move(outer.lock));
  Lock held = std::move(inner.lock);
  { Lock back = inner.section->succeeded(); }
  auto waiter = inner.section->wait();
  CHECK_FALSE(waiter.settled());
  held = {};
  CHECK(waiter.settled());
  waiter = {};
  { Lock back = outer.section->succeeded(); }
  CHECK(inner.section->wait().settled());
}

TEST_CASE("IG-19: a failure breaks every level") {
  InputGate gate;
  auto broken = gate.onBroken();
  auto outer = startIn(granted(gate.wait()));
  Section sibling = outer.lock.startCriticalSection();
  auto inner = startIn(std::move(outer.lock));
  auto atOuter = outer.section->wait();
  auto siblingStart = sibling->wait();
  auto atRoot = gate.wait();
  inner.section->failed(error("E"));
  CHECK(failure(atOuter) == "E");
  CHECK(failure(siblingStart) == "E");
  CHECK(failure(atRoot) == "E");
  CHECK(failure(inner.section->wait()) == "E");
  CHECK(failure(gate.wait()) == "E");
  CHECK(failure(broken) == "E");
  CHECK(failure(gate.onBroken()) == "E");
  CHECK(gate.isBroken());
}

TEST_CASE("IG-20: a running section that is dropped breaks the gate") {
  InputGate gate;
  auto [section, lock] = startIn(granted(gate.wait()));
  lock = {};
  section.reset();
  CHECK(failure(gate.wait()) == kDropped);
  CHECK(failure(gate.onBroken()) == kDropped);
}

TEST_CASE("IG-21: a section that never started is dropped silently") {
  InputGate gate;
  Lock lock = granted(gate.wait());
  { Section section = lock.startCriticalSection(); }
  Section waiting = lock.startCriticalSection();
  auto start = waiting->wait();
  start = {};
  waiting.reset();
  CHECK_FALSE(gate.isBroken());
  lock = {};
  CHECK(gate.wait().settled());
}

TEST_CASE("IG-22: a section on a broken parent does not start") {
  InputGate gate;
  Lock lock = granted(gate.wait());
  Section section = lock.startCriticalSection();
  gate.breakWith(error("E"));
  CHECK(failure(section->wait()) == "E");
}

TEST_CASE("IG-23: only the first failure counts") {
  InputGate gate;
  auto [section, lock] = startIn(granted(gate.wait()));
  section->failed(error("e1"));
  section->failed(error("e2"));
  gate.breakWith(error("e3"));
  CHECK(failure(section->wait()) == "e1");
  CHECK(failure(gate.onBroken()) == "e1");
}

TEST_CASE("IG-24: sections know their depth") {
  InputGate gate;
  auto one = startIn(granted(gate.wait()));
  auto two = startIn(std::move(one.lock));
  auto three = startIn(std::move(two.lock));
  CHECK(one.section->depth() == 1);
  CHECK(two.section->depth() == 2);
  CHECK(three.section->depth() == 3);
  gate.breakWith(error("enough"));
}

TEST_CASE("IG-25: a chain of 100,000 sections is dropped without a deep stack") {
  InputGate gate;
  auto innermost = startIn(granted(gate.wait()));
  for (int i = 1; i < 100'000; ++i) innermost = startIn(std::move(innermost.lock));
  CHECK(innermost.section->depth() == 100'000);
  innermost.lock = {};
  innermost.section.reset();
  CHECK(failure(gate.onBroken()) == kDropped);
}

TEST_CASE("IG-26: a wait is forwarded through 50,000 finished sections") {
  InputGate gate;
  std::vector<Section> sections;
  Lock lock = granted(gate.wait());
  for (int i = 0; i < 50'000; ++i) {
    auto started = startIn(std::move(lock));
    sections.push_back(started.section);
    lock = std::move(started.lock);
  }
  for (std::size_t i = sections.size(); i-- > 0;) Lock back = sections[i]->succeeded();
  CHECK(lock.isFor(gate));
  Section innermost = sections.back();
  sections.clear();
  auto waiter = innermost->wait();
  CHECK_FALSE(waiter.settled());
  waiter = {};
  lock = {};
  CHECK(innermost->wait().settled());
  CHECK_FALSE(gate.isBroken());
}

TEST_CASE("IG-27: sections that somebody still refers to survive the drop of an inner one") {
  InputGate gate;
  std::vector<Section> sections;
  Lock lock = granted(gate.wait());
  for (int i = 0; i < 1'000; ++i) {
    auto started = startIn(std::move(lock));
    sections.push_back(started.section);
    lock = std::move(started.lock);
  }
  lock = {};
  while (!sections.empty()) {
    { Lock back = sections.back()->succeeded(); }
    sections.pop_back();
    CHECK_FALSE(gate.isBroken());
  }
  CHECK(gate.wait().settled());
}

TEST_CASE("a section is started once") {
  InputGate gate;
  Lock lock = granted(gate.wait());
  Section section = lock.startCriticalSection();
  CHECK_THROWS_AS(section->succeeded(), std::logic_error);
  auto start = section->wait();
  CHECK_THROWS_AS(section->wait(), std::logic_error);
}

TEST_CASE("who waits at a gate that goes is abandoned") {
  std::optional<InputGate> gate(std::in_place);
  Lock lock = granted(gate->wait());
  auto waiter = gate->wait();
  gate.reset();
  CHECK(failure(waiter) == Abandoned().what());
}

}  // namespace lathe::io
