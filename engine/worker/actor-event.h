#pragma once

#include "engine/io/input-gate.h"
#include "engine/worker/actor.h"

namespace lathe::worker {

// One event on its way through an actor.
struct Worker::Actor::Event {
  std::string title;
  // Of the request that has caused it; 0 when none has.
  std::uint64_t request = 0;
  Handle handle;
  Accept accept;
  std::function<void(std::exception_ptr)> fail;
  // The caller has been told how it ended.
  bool answered = false;
  std::list<std::shared_ptr<Event>>::iterator position;
  // The store, before its JavaScript runs, with the lock that is held meanwhile; then the output
  // gate.
  io::Pending<void> waitsFor;
  io::InputGate::Lock lock;
};

}  // namespace lathe::worker
