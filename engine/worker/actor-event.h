#pragma once

#include "engine/io/cause.h"
#include "engine/io/input-gate.h"
#include "engine/worker/actor.h"

namespace lathe::worker {

// One event on its way through an actor; each kind adds what it carries. Kept by the actor until it
// has been answered.
struct Worker::Actor::Event {
  explicit Event(std::string itsTitle, const io::Cause& itsCause = {})
      : title(std::move(itsTitle)), cause(itsCause) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  virtual ~Event() = default;

  // Runs its JavaScript on the instance: gives the handler's result.
  virtual v8::Local<v8::Value> handle(js::Lock& js, Instance& instance) = 0;
  // Takes what that has come to. What is thrown here the caller hears instead.
  virtual void accept(js::Lock& js, v8::Local<v8::Value> value) = 0;
  // Tells the caller what was accepted, once the output gate lets it.
  virtual void tell() = 0;
  // Tells it how the event has failed.
  virtual void fail(std::exception_ptr error) = 0;

  std::string title;
  io::Cause cause;
  // What the handler has thrown, until the output gate lets it out.
  std::exception_ptr failure;
  // The caller has been told how it ended.
  bool answered = false;
  std::list<std::shared_ptr<Event>>::iterator position;
  // The store, before its JavaScript runs, with the lock that is held meanwhile; then the output
  // gate.
  io::Pending<void> waitsFor;
  io::InputGate::Lock lock;
};

}  // namespace lathe::worker
