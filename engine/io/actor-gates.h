#pragma once

#include <utility>

#include "engine/io/input-gate.h"
#include "engine/io/output-gate.h"

namespace lathe::io {

// What lets events into an actor, one at a time, and what holds its answers back until the writes
// they rest on are durable.
struct ActorGates {
  explicit ActorGates(boost::asio::any_io_executor executor) : output(std::move(executor)) {}

  InputGate input;
  OutputGate output;
};

}  // namespace lathe::io
