#pragma once

#include <memory>

#include "engine/worker/worker-isolate.h"

namespace lathe::worker {

// An isolate with a context, made ahead of time: most of what it takes to load a worker. Loop
// thread.
class SpareIsolate {
 public:
  // Makes one with these settings, unless it is there. Not inside JavaScript.
  void prepare(const Host& host, const Compatibility& compatibility, std::size_t memoryBytesMax) {
    if (isolate_ && isolate_->has(compatibility, memoryBytesMax)) return;
    isolate_.reset();
    isolate_ = Worker::Isolate::create(host, compatibility, memoryBytesMax);
    isolate_->js().prepareContext();
  }

  // Gives it away, when its settings are these; else null, and it goes: they have changed.
  std::shared_ptr<Worker::Isolate> take(const Compatibility& compatibility,
                                        std::size_t memoryBytesMax) {
    auto isolate = std::move(isolate_);
    if (isolate && isolate->has(compatibility, memoryBytesMax)) return isolate;
    return nullptr;
  }

  void clear() { isolate_.reset(); }

 private:
  std::shared_ptr<Worker::Isolate> isolate_;
};

}  // namespace lathe::worker
