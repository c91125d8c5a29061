#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/intrusive/list.hpp>

#include "engine/js/array-buffer-allocator.h"
#include "engine/js/blanks.h"
#include "engine/js/external-memory.h"
#include "engine/js/lock.h"
#include "engine/js/object.h"
#include "engine/js/recent-strings.h"
#include "engine/js/snapshot.h"

namespace lathe {
class Compatibility;
}

namespace lathe::js {

class HostObjects;
class Platform;
struct Bindings;

// One V8 isolate with its heap limit, its interfaces' templates and the C++ objects its scripts
// hold. Used on one thread; outlives everything that holds a handle into it.
class Isolate {
 public:
  struct Options {
    // JavaScript heap, array buffers, WebAssembly memories and what C++ holds for scripts,
    // together.
    std::size_t memoryBytesMax = 128u << 20;
    // What openSnapshot gave; its bytes outlive the isolate.
    std::string_view snapshot;
    // Hears in one line why V8 is about to abort the process; need not return. May be null.
    void (*onFatal)(const char* why) = nullptr;
    // Runs what V8 has to do on this thread when no script asks for it, and which may run scripts:
    // what registries finalize, the end of Atomics.waitAsync. Empty: it runs as it is.
    std::function<void(const std::function<void()>& work)> aroundTasks;
  };

  Isolate(Platform& platform, boost::asio::any_io_executor executor, const Bindings& bindings,
          const Options& options);
  ~Isolate();
  Isolate(const Isolate&) = delete;
  Isolate& operator=(const Isolate&) = delete;

  v8::Isolate* v8() const { return v8_; }

  // A new context with the whole platform in it. `hooks`, when given, receives the object through
  // which C++ reaches the built-in JavaScript.
  v8::Local<v8::Context> newContext(v8::Local<v8::Object>* hooks = nullptr);
  // Makes what the next newContext() gives ahead of time. Not inside JavaScript.
  void prepareContext();

  // The template of an interface, by its class's tag.
  v8::Local<v8::FunctionTemplate> templateOf(const void* tag) const {
    return templates_.at(tag).Get(v8_);
  }
  void setTemplate(const void* tag, v8::Local<v8::FunctionTemplate> made) {
    templates_[tag].Reset(v8_, made);
  }

  // Zeroed memory for an ArrayBuffer. Throws RangeError (js::Error) when the limit refuses it.
  std::unique_ptr<v8::BackingStore> newBackingStore(std::size_t bytes);

  // How the platform's objects are cloned; null when they cannot be.
  const HostObjects* hostObjects() const { return hostObjects_; }

  // Strings that are made again and again.
  RecentStrings& recentStrings() { return recentStrings_; }

  // The account of what C++ holds for scripts.
  const std::shared_ptr<ExternalMemory>& externalMemory() const { return externalMemory_; }

  // Keeps account of an object with a wrapper, so that it is released when the isolate goes.
  void track(Object& object) { objects_.push_back(object); }
  // Takes over the wrapper's share in an object whose wrapper the collector has found dead, and
  // lets go of it from the loop.
  void unreachable(Object& object);
  // Has V8 collect all that it can, and lets go at once of what it finds dead.
  void collectGarbage();

  // A limit was blown so that it says nothing about one event alone: what runs is being terminated,
  // and nothing may run here any more.
  bool condemned() const { return condemnation_ != nullptr; }
  // Why, for who is ended by it.
  const char* condemnation() const { return condemnation_; }
  // The first `why` stays; it is a literal.
  void condemn(const char* why);

  // Condemns the isolate when its heap and what is held for it elsewhere are more than its limit,
  // together and after a collection. Cheap unless `look` is another number than the last time.
  void checkMemory(std::uint32_t look);

  // The same when it is known already that there is too much.
  void collectOrCondemn();

  // Runs one of V8's tasks, unless the isolate is condemned.
  void runTask(v8::Task& task);

  struct UnhandledRejection {
    v8::Local<v8::Promise> promise;
    v8::Local<v8::Value> reason;
    // The asynchronous context (async-frame.h) of what has rejected it.
    v8::Local<v8::Value> frame;
  };
  // The promises that were rejected since the last call and that nobody handles.
  std::vector<UnhandledRejection> takeUnhandledRejections(Lock& js);
  // Those that were taken so, and that somebody handles after all since the last call.
  std::vector<UnhandledRejection> takeLateHandled(Lock& js);

  // What the isolate needs to be made: the maker of the snapshot builds one without having any.
  Isolate(v8::Isolate* raw);

 private:
  static void fatal(const char* why);
  void releaseUnreachable();
  static bool isError(v8::Isolate* isolate, v8::Local<v8::Object> object);
  static void onPromiseReject(v8::PromiseRejectMessage message);
  static std::size_t nearHeapLimit(void* self, std::size_t current, std::size_t initial);
  // What is held for its scripts outside of V8's heap; with that.
  std::size_t externalBytes() const;
  std::size_t bytesInUse() const;

  Platform* platform_ = nullptr;
  const HostObjects* hostObjects_ = nullptr;
  std::size_t memoryBytesMax_ = 0;
  // The poll at which memory was looked at, and how much has to be in use for another collection.
  std::uint32_t looked_ = 0;
  std::size_t collectAt_ = 0;
  bool collecting_ = false;
  std::shared_ptr<MemoryBudget> budget_ = std::make_shared<MemoryBudget>();
  std::shared_ptr<v8::ArrayBuffer::Allocator> allocator_;
  std::shared_ptr<ExternalMemory> externalMemory_;
  std::vector<std::intptr_t> references_;
  v8::StartupData blob_{};
  v8::Isolate* v8_ = nullptr;
  RecentStrings recentStrings_;
  std::vector<std::unique_ptr<Blanks>> blanks_;  // one for each context
  v8::Global<v8::Context> preparedContext_;
  v8::Global<v8::Object> preparedHooks_;
  std::unordered_map<const void*, v8::Global<v8::FunctionTemplate>> templates_;
  boost::intrusive::list<Object, boost::intrusive::constant_time_size<false>> objects_;
  std::vector<Ptr<Object>> unreachable_;
  boost::asio::any_io_executor executor_;
  // Tells what was posted for this isolate whether it is still there.
  std::shared_ptr<Isolate*> self_ = std::make_shared<Isolate*>(this);
  struct Rejection {
    v8::Global<v8::Promise> promise;
    v8::Global<v8::Value> reason;
  };
  static std::vector<UnhandledRejection> taken(Lock& js, std::vector<Rejection>& from,
                                               bool handled);

  std::vector<Rejection> rejections_;
  std::vector<Rejection> lateHandled_;
  void (*onFatal_)(const char* why) = nullptr;
  std::function<void(const std::function<void()>&)> aroundTasks_;
  const char* condemnation_ = nullptr;
};

}  // namespace lathe::js
