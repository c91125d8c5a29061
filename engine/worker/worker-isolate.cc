#include "engine/worker/worker-isolate.h"

#include <algorithm>

#include "engine/api/platform-bindings.h"
#include "engine/io/cpu-watch.h"
#include "engine/js/snapshot.h"
#include "engine/js/stack-trace.h"

namespace lathe::worker {
namespace {

// Code from strings is for start-up only; AllowCodeGenerationFromStrings says whether that is over,
// but does not bind WebAssembly by itself.
bool allowWebAssembly(v8::Local<v8::Context> context, v8::Local<v8::String>) {
  return context->IsCodeGenerationFromStringsAllowed();
}

}  // namespace

std::shared_ptr<Worker::Isolate> Worker::Isolate::create(const Host& host,
                                                         const Compatibility& compatibility,
                                                         std::size_t memoryBytesMax) {
  return std::make_shared<Isolate>(host, compatibility, memoryBytesMax);
}

Worker::Isolate::Isolate(const Host& host, const Compatibility& compatibility,
                         std::size_t memoryBytesMax)
    : host_(host), compatibility_(compatibility), memoryBytesMax_(memoryBytesMax) {
  js::Isolate::Options options;
  options.memoryBytesMax = memoryBytesMax;
  options.snapshot = js::openSnapshot(host.snapshot);
  options.onFatal = host.onFatal;
  options.aroundTasks = [this](const std::function<void()>& task) { runTask(task); };
  js_ = std::make_unique<js::Isolate>(host.platform, host.loop.get_executor(),
                                      api::platformBindings(), options);
  ModuleRegistry::prepare(js_->v8());
  js_->v8()->SetAllowWasmCodeGenerationCallback(&allowWebAssembly);
  if (!host.log.builtinFrames()) js::hideBuiltinFrames(js_->v8());
}

Worker::Isolate::~Isolate() {
  // The control thread may be about to stop what runs here.
  std::lock_guard guard(host_.cpuWatch.isolateMutex());
  js_.reset();
}

bool Worker::Isolate::fits(const WorkerSource& source) const {
  return has(source.compatibility, source.memoryBytesMax) && !js_->condemned();
}

void Worker::Isolate::runTask(const std::function<void()>& task) {
  if (io::IoContext::runTask(host_.cpuWatch, *js_, cpuMsMax_, task)) return;
  host_.log.warning({}, std::string(js_->condemnation()) +
                            " It was in a callback that no event has asked for, such as that of a "
                            "FinalizationRegistry; the worker starts anew.");
  for (const auto& known : workers_) {
    if (auto worker = known.lock()) worker->isolateCondemned();
  }
}

std::shared_ptr<Worker::Script> Worker::Isolate::newScript(WorkerSource source) {
  cpuMsMax_ = std::max(cpuMsMax_, source.cpuMsMax);
  return std::make_shared<Script>(shared_from_this(), std::move(source));
}

Worker::Script::Script(std::shared_ptr<Isolate> isolate, WorkerSource source)
    : isolate_(std::move(isolate)), source_(std::move(source)), main_(source_.modules->main()) {}

std::shared_ptr<Worker> Worker::Script::createWorker(BindingTargets& targets) {
  auto worker = std::make_shared<Worker>(shared_from_this(), targets);
  isolate_->add(worker);
  return worker;
}

}  // namespace lathe::worker
