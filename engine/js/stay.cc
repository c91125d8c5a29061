#include "engine/js/stay.h"

namespace lathe::js {
namespace {

// Where the last outermost stay of this thread was; null when that has been left.
thread_local v8::Isolate* resident = nullptr;
thread_local int depth = 0;

void moveTo(v8::Isolate* isolate) {
  if (resident == isolate) return;
  if (resident) resident->Exit();
  if (isolate) isolate->Enter();
  resident = isolate;
}

}  // namespace

Stay::Stay(v8::Isolate* isolate) : nested_(depth++ == 0 ? nullptr : isolate) {
  nested_ ? nested_->Enter() : moveTo(isolate);
}

Stay::~Stay() {
  if (nested_) nested_->Exit();
  --depth;
}

void Stay::leave(v8::Isolate* isolate) {
  if (resident == isolate) moveTo(nullptr);
}

}  // namespace lathe::js
