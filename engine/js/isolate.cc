#include "engine/js/isolate.h"

#include <algorithm>

#include <boost/asio/post.hpp>

#include "engine/compatibility.h"
#include "engine/js/async-frame.h"
#include "engine/js/bindings.h"
#include "engine/js/builtins-source.h"
#include "engine/js/dom-exception.h"
#include "engine/js/platform.h"
#include "engine/js/stay.h"

namespace lathe::js {
namespace {

// Where a rejected promise keeps the asynchronous context of what has rejected it.
v8::Local<v8::Private> frameKey(Lock& js) {
  return v8::Private::ForApi(js.v8(), js.name("lathe: a rejection's asynchronous context"));
}

constexpr const char* kMemoryLimit = "Worker has exceeded memory limit.";

// By what part of the limit memory has to grow until it is worth a look, or another collection.
constexpr std::size_t kShare = 8;
constexpr std::size_t kSlackShare = 32;

}  // namespace

Isolate::Isolate(v8::Isolate* raw) : v8_(raw) { v8_->SetData(0, this); }

Isolate::Isolate(Platform& platform, boost::asio::any_io_executor executor,
                 const Bindings& bindings, const Options& options)
    : platform_(&platform),
      hostObjects_(bindings.hostObjects),
      memoryBytesMax_(options.memoryBytesMax),
      executor_(executor) {
  allocator_ = makeArrayBufferAllocator(budget_);
  const auto [source, blob] = partsOf(options.snapshot);
  // The string that the snapshot holds for it owns it from now on.
  references_ = externalReferences(bindings, Compatibility(), *new BuiltinsSource(source));
  blob_ = {blob.data(), static_cast<int>(blob.size())};

  v8_ = v8::Isolate::Allocate();
  platform.adopt(v8_, std::move(executor));
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator_shared = allocator_;
  params.snapshot_blob = &blob_;
  params.external_references = references_.data();
  params.allow_atomics_wait = false;  // a script that waits would stop everyone
  params.constraints.ConfigureDefaultsFromHeapSize(0, options.memoryBytesMax);
  v8::Isolate::Initialize(v8_, params);
  v8_->SetData(0, this);
  externalMemory_ = std::make_shared<ExternalMemory>(v8_, budget_);
  platform.charge(v8_, budget_);
  // What lives in the heap leaves so much less for all else; and a little less than that, so that
  // what is refused is refused while the heap still has room to grow.
  auto shareBudget = [](v8::Isolate* isolate, v8::GCType, v8::GCCallbackFlags, void* data) {
    auto& self = *static_cast<Isolate*>(data);
    v8::HeapStatistics heap;
    isolate->GetHeapStatistics(&heap);
    const std::size_t taken = heap.used_heap_size() + self.memoryBytesMax_ / kSlackShare;
    self.budget_->bytesMax = self.memoryBytesMax_ - std::min(self.memoryBytesMax_, taken);
  };
  shareBudget(v8_, v8::kGCTypeMarkSweepCompact, v8::kNoGCCallbackFlags, this);
  v8_->AddGCEpilogueCallback(shareBudget, this, v8::kGCTypeMarkSweepCompact);
  v8_->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  v8_->SetCaptureStackTraceForUncaughtExceptions(true, 20, v8::StackTrace::kDetailed);
  v8_->AddNearHeapLimitCallback(&Isolate::nearHeapLimit, this);
  v8_->SetPromiseRejectCallback(&Isolate::onPromiseReject);
  v8_->SetIsJSApiWrapperNativeErrorCallback(&Isolate::isError);
  v8_->SetAllowAtomicsWait(false);  // whoever would notify it runs on this thread too
  aroundTasks_ = options.aroundTasks;
  onFatal_ = options.onFatal;
  if (onFatal_) {
    v8_->SetFatalErrorHandler([](const char*, const char* message) { fatal(message); });
    v8_->SetOOMErrorHandler([](const char* place, const v8::OOMDetails&) { fatal(place); });
  }

  Stay entered(v8_);
  v8::HandleScope handles(v8_);
  std::size_t index = 0;
  for (const auto& entry : bindings.interfaces) {
    setTemplate(entry.tag,
                v8_->GetDataFromSnapshotOnce<v8::FunctionTemplate>(index++).ToLocalChecked());
  }
}

Isolate::~Isolate() {
  if (!platform_) return;
  {
    Stay entered(v8_);
    while (!objects_.empty()) objects_.front().detach();
    releaseUnreachable();
    rejections_.clear();
    lateHandled_.clear();
    templates_.clear();
    recentStrings_.clear();
    blanks_.clear();
    preparedContext_.Reset();
    preparedHooks_.Reset();
  }
  *self_ = nullptr;
  externalMemory_->close();
  Stay::leave(v8_);
  v8_->Dispose();
  platform_->abandon(v8_);
}

void Isolate::unreachable(Object& object) {
  unreachable_.push_back(Ptr<Object>(&object, false));
  if (unreachable_.size() > 1) return;  // posted with the first
  boost::asio::post(executor_, [self = self_] {
    if (!*self) return;
    Stay entered((*self)->v8_);
    v8::HandleScope handles((*self)->v8_);
    (*self)->releaseUnreachable();
  });
}

void Isolate::collectGarbage() {
  v8_->LowMemoryNotification();
  releaseUnreachable();
}

v8::Local<v8::Context> Isolate::newContext(v8::Local<v8::Object>* hooks) {
  if (!preparedContext_.IsEmpty()) {
    auto prepared = preparedContext_.Get(v8_);
    if (hooks) *hooks = preparedHooks_.Get(v8_);
    preparedContext_.Reset();
    preparedHooks_.Reset();
    return prepared;
  }
  auto context = v8::Context::New(v8_);
  blanks_.push_back(std::make_unique<Blanks>());
  blanks_.back()->attach(context);
  if (hooks) {
    *hooks = context->GetDataFromSnapshotOnce<v8::Object>(kHooksIndex).ToLocalChecked();
  }
  return context;
}

void Isolate::prepareContext() {
  Stay entered(v8_);
  v8::HandleScope handles(v8_);
  v8::Local<v8::Object> hooks;
  auto context = newContext(&hooks);
  preparedContext_.Reset(v8_, context);
  preparedHooks_.Reset(v8_, hooks);
}

std::unique_ptr<v8::BackingStore> Isolate::newBackingStore(std::size_t bytes) {
  // V8 ends the process when its own allocation fails, so ask our allocator first.
  void* data = allocator_->Allocate(bytes);
  if (data == nullptr) {
    collectGarbage();
    data = allocator_->Allocate(bytes);
  }
  budget_->refused = false;
  if (data == nullptr) throw rangeError("Array buffer allocation failed");
  return v8::ArrayBuffer::NewBackingStore(
      data, bytes,
      [](void* memory, std::size_t length, void* allocator) {
        static_cast<v8::ArrayBuffer::Allocator*>(allocator)->Free(memory, length);
      },
      allocator_.get());
}

void Isolate::fatal(const char* why) {
  auto* isolate = v8::Isolate::TryGetCurrent();
  auto* self = isolate ? static_cast<Isolate*>(isolate->GetData(0)) : nullptr;
  if (self && self->onFatal_) self->onFatal_(why ? why : "out of memory");
}

// Error.isError() takes a DOMException for an error too
// (https://webidl.spec.whatwg.org/#idl-DOMException).
bool Isolate::isError(v8::Isolate* isolate, v8::Local<v8::Object> object) {
  Lock js(isolate);
  return unwrap<DomException>(js, object) != nullptr;
}

void Isolate::onPromiseReject(v8::PromiseRejectMessage message) {
  auto promise = message.GetPromise();
  auto* v8Isolate = v8::Isolate::GetCurrent();
  Lock js(v8Isolate);
  auto& self = js.isolate();
  if (message.GetEvent() == v8::kPromiseRejectWithNoHandler) {
    auto frame = asyncFrame(js);
    // For the one who hears that it is handled after all.
    if (!frame->IsUndefined())
      promise->SetPrivate(js.context(), frameKey(js), frame).FromMaybe(false);
    self.rejections_.push_back({{v8Isolate, promise}, {v8Isolate, message.GetValue()}});
  } else if (message.GetEvent() == v8::kPromiseHandlerAddedAfterReject) {
    bool early = std::erase_if(self.rejections_,
                               [&](const Rejection& kept) { return kept.promise == promise; }) > 0;
    if (!early) {
      self.lateHandled_.push_back({{v8Isolate, promise}, {v8Isolate, promise->Result()}});
    }
  }
}

std::vector<Isolate::UnhandledRejection> Isolate::taken(Lock& js, std::vector<Rejection>& from,
                                                        bool handled) {
  std::vector<UnhandledRejection> result;
  if (from.empty()) return result;
  for (auto& kept : std::exchange(from, {})) {
    auto promise = kept.promise.Get(js.v8());
    if (promise->HasHandler() != handled) continue;
    auto frame = promise->GetPrivate(js.context(), frameKey(js))
                     .FromMaybe(v8::Local<v8::Value>(js.undefined()));
    result.push_back({promise, kept.reason.Get(js.v8()), frame});
  }
  return result;
}

std::vector<Isolate::UnhandledRejection> Isolate::takeUnhandledRejections(Lock& js) {
  return taken(js, rejections_, false);
}

std::vector<Isolate::UnhandledRejection> Isolate::takeLateHandled(Lock& js) {
  return taken(js, lateHandled_, true);
}

// V8 aborts the process when the limit it is given here proves too small: a single allocation can
// want hundreds of megabytes more. So it gets plenty, and the script is stopped at the next safe
// point.
std::size_t Isolate::nearHeapLimit(void* self, std::size_t current, std::size_t) {
  auto& isolate = *static_cast<Isolate*>(self);
  // V8 asks this too as its last resort for a buffer. The script hears of that by a RangeError.
  if (std::exchange(isolate.budget_->refused, false)) return current;
  isolate.condemn(kMemoryLimit);
  isolate.v8_->TerminateExecution();
  return current + (std::size_t{4} << 30);
}

void Isolate::condemn(const char* why) {
  if (!condemned()) condemnation_ = why;
}

std::size_t Isolate::externalBytes() const {
  // V8 hears of what C++ holds and of all buffers but those that are shared.
  v8::HeapStatistics heap;
  v8_->GetHeapStatistics(&heap);
  return std::max(heap.external_memory(), externalMemory_->bytesUsed());
}

std::size_t Isolate::bytesInUse() const {
  v8::HeapStatistics heap;
  v8_->GetHeapStatistics(&heap);
  return heap.used_heap_size() + externalBytes();
}

void Isolate::checkMemory(std::uint32_t look) {
  if (look == looked_ || condemned()) return;
  looked_ = look;
  // The heap has a limit of its own, which V8 watches.
  if (externalBytes() < memoryBytesMax_ / kShare) return;
  if (bytesInUse() <= std::max(memoryBytesMax_, collectAt_)) return;
  collectOrCondemn();
}

void Isolate::collectOrCondemn() {
  if (condemned() || collecting_) return;
  collecting_ = true;
  collectGarbage();
  // What an object holds may have become less without a word to us.
  for (Object& object : objects_) object.recount();
  collecting_ = false;
  const std::size_t left = bytesInUse();
  collectAt_ = left + memoryBytesMax_ / kShare;
  if (left <= memoryBytesMax_) return;
  condemn(kMemoryLimit);
  v8_->TerminateExecution();
}

void Isolate::releaseUnreachable() {
  auto gone = std::exchange(unreachable_, {});
  for (auto& object : gone) object->uncount();
}

void Isolate::runTask(v8::Task& task) {
  if (condemned()) return;
  Stay entered(v8_);
  v8::HandleScope handles(v8_);
  if (!aroundTasks_) return task.Run();
  aroundTasks_([&] { task.Run(); });
}

}  // namespace lathe::js
