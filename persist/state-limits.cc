#include "persist/state-limits.h"

#include <string>

namespace lathe::persist {
namespace {

[[noreturn]] void refuse(const char* what, std::size_t most, const char* one, std::size_t size) {
  throw StoreError(StoreError::Reason::invalid,
                   std::string(what) + " cannot be larger than " + std::to_string(most) +
                       " bytes. " + one + " of size " + std::to_string(size) + " was provided.");
}

}  // namespace

bool storable(const ActorRef& actor) {
  return actor.space.size() <= kSpaceBytesMax && actor.actor.size() <= kActorBytesMax;
}

std::size_t checkStorable(const Batch& batch) {
  const auto& [space, actor] = batch.actor;
  if (space.size() > kSpaceBytesMax) {
    refuse("Unique keys of namespaces", kSpaceBytesMax, "One", space.size());
  }
  if (actor.size() > kActorBytesMax) refuse("Ids", kActorBytesMax, "An id", actor.size());
  std::size_t bytes = 0;
  for (const Change& change : batch.changes) {
    if (const auto* gone = std::get_if<Delete>(&change)) {
      for (const auto& key : gone->keys) bytes += key.size();
    }
    const auto* put = std::get_if<Put>(&change);
    if (!put) continue;
    for (const auto& [key, value] : put->pairs) {
      if (key.size() > kKeyBytesMax) refuse("Keys", kKeyBytesMax, "A key", key.size());
      if (value->size() > kValueBytesMax) {
        refuse("Values", kValueBytesMax, "A value", value->size());
      }
      bytes += key.size() + value->size();
    }
  }
  return bytes;
}

}  // namespace lathe::persist
