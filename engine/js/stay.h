#pragma once

#include <v8.h>

namespace lathe::js {

// A stay of this thread inside an isolate. As v8::Isolate::Scope, which nobody uses beside it, but
// the outermost leaves the isolate entered: mostly the same one is entered next, and each time
// costs V8 a lock, an allocation and a write to the thread's storage. Stays end in the reverse
// order of their beginnings.
class Stay {
 public:
  explicit Stay(v8::Isolate* isolate);
  ~Stay();
  Stay(const Stay&) = delete;
  Stay& operator=(const Stay&) = delete;

  // Leaves an isolate in which no stay is under way, before V8 disposes of it.
  static void leave(v8::Isolate* isolate);

 private:
  v8::Isolate* nested_;  // null for the outermost
};

}  // namespace lathe::js
