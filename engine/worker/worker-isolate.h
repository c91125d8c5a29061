#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/js/isolate.h"
#include "engine/js/stay.h"
#include "engine/worker/host.h"
#include "engine/worker/worker.h"

namespace lathe::worker {

// One V8 isolate and heap with its compatibility settings and memory limit. Shared by the scripts
// of one generation with equal settings, and held by nothing else: it goes when the last of them
// does.
class Worker::Isolate : public std::enable_shared_from_this<Worker::Isolate> {
 public:
  static std::shared_ptr<Isolate> create(const Host& host, const Compatibility& compatibility,
                                         std::size_t memoryBytesMax);
  Isolate(const Host& host, const Compatibility& compatibility, std::size_t memoryBytesMax);
  ~Isolate();

  // Code bound to this isolate. Throws LoadError when its main module cannot be read.
  std::shared_ptr<Script> newScript(WorkerSource source);
  // A worker that lives here: it ends when the isolate is condemned while none of its events run.
  void add(std::weak_ptr<Worker> worker) { workers_.push_back(std::move(worker)); }

  // Whether these are its settings.
  bool has(const Compatibility& compatibility, std::size_t memoryBytesMax) const {
    return compatibility == compatibility_ && memoryBytesMax == memoryBytesMax_;
  }
  // Whether a script with these settings may live here.
  bool fits(const WorkerSource& source) const;

  const Host& host() const { return host_; }
  js::Isolate& js() { return *js_; }
  const Compatibility& compatibility() const { return compatibility_; }

  // Runs `work(js)` inside the isolate, under a handle scope, without any context.
  template <class Work>
  auto inside(Work&& work) {
    js::Stay entered(js_->v8());
    v8::HandleScope handles(js_->v8());
    js::Lock lock(js_->v8());
    return work(lock);
  }

 private:
  // Runs one of V8's tasks.
  void runTask(const std::function<void()>& task);

  const Host& host_;
  Compatibility compatibility_;
  std::size_t memoryBytesMax_;
  // The largest limit of a script's; V8 does not say whose tasks it has.
  std::uint32_t cpuMsMax_ = 0;
  std::vector<std::weak_ptr<Worker>> workers_;
  std::unique_ptr<js::Isolate> js_;
};

// A worker's code on its way to run in an isolate: the source, with the main module read.
class Worker::Script : public std::enable_shared_from_this<Worker::Script> {
 public:
  Script(std::shared_ptr<Isolate> isolate, WorkerSource source);

  // A new instance: makes its context and bindings and runs its top level once. Throws LoadError.
  std::shared_ptr<Worker> createWorker(BindingTargets& targets);

  Isolate& isolate() const { return *isolate_; }
  const WorkerSource& source() const { return source_; }
  const Module& main() const { return main_; }

 private:
  std::shared_ptr<Isolate> isolate_;
  WorkerSource source_;
  Module main_;
};

}  // namespace lathe::worker
