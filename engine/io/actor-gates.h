#pragma once

#include "engine/io/input-gate.h"

namespace lathe::io {

// What lets events into an actor, one at a time, and what holds its answers back until the writes
// they rest on are durable.
struct ActorGates {
  InputGate input;
};

}  // namespace lathe::io
