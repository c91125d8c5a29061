#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <v8-platform.h>

namespace lathe::js {

struct MemoryBudget;

// V8's view of the machine. Work that V8 wants done on an isolate's thread is posted to the
// executor of that isolate's loop, so there is no second event loop; compilation and collection run
// on a few worker threads that start with the first such task.
//
// One per process, made before the first isolate; the constructor starts V8 and applies `flags`
// (which are the process's, such as "--expose-gc"), the destructor ends it.
class Platform {
 public:
  explicit Platform(const std::string& flags = {});
  ~Platform();
  Platform(const Platform&) = delete;
  Platform& operator=(const Platform&) = delete;

  // From here on `isolate`'s tasks run on `executor`. Between Isolate::Allocate and its
  // initialisation.
  void adopt(v8::Isolate* isolate, boost::asio::any_io_executor executor);
  // From here on, what `isolate` commits on its own thread outside of its heap (memories of
  // WebAssembly, buffers that can grow) is taken out of `budget`, and refused when that has no
  // more. Until `abandon`.
  void charge(v8::Isolate* isolate, std::shared_ptr<MemoryBudget> budget);
  // While one lives, `Date.now()` is 0: for the top level of scripts (Durable Objects §1.6).
  class StoppedClock {
   public:
    explicit StoppedClock(Platform& platform);
    ~StoppedClock();
    StoppedClock(const StoppedClock&) = delete;
    StoppedClock& operator=(const StoppedClock&) = delete;

   private:
    Platform& platform_;
  };

  // No task of `isolate` runs any more. After Isolate::Dispose, which posts some.
  void abandon(v8::Isolate* isolate);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace lathe::js
