#pragma once

#include <cstddef>

#include "persist/actor-store.h"

// What every store keeps and what it refuses, so that what one of them takes the others take too.
namespace lathe::persist {

inline constexpr std::size_t kSpaceBytesMax = 400;
inline constexpr std::size_t kActorBytesMax = 112;
inline constexpr std::size_t kKeyBytesMax = 2048;
inline constexpr std::size_t kValueBytesMax = 2u << 20;

// Throws StoreError (invalid) for a batch that no store keeps; its text is for the script. How many
// bytes of keys and values the batch carries.
std::size_t checkStorable(const Batch& batch);

// Whether there can be records of this actor.
bool storable(const ActorRef& actor);

}  // namespace lathe::persist
