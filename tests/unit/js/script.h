#pragma once

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "engine/js/lock.h"
#include "engine/js/platform.h"
#include "engine/js/stay.h"

namespace lathe::js::test {

// An isolate with an empty context.
class Script {
 public:
  Script() {
    auto& v8Platform = platform();
    isolate_ = v8::Isolate::Allocate();
    v8Platform.adopt(isolate_, loop_.get_executor());
    v8::Isolate::CreateParams params;
    params.array_buffer_allocator_shared = allocator_;
    v8::Isolate::Initialize(isolate_, params);
  }
  ~Script() {
    platform().abandon(isolate_);
    Stay::leave(isolate_);
    isolate_->Dispose();
  }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  v8::Isolate* isolate() const { return isolate_; }

  void within(const std::function<void(Lock&)>& body) {
    Stay entered(isolate_);
    v8::HandleScope handles(isolate_);
    v8::Context::Scope context(v8::Context::New(isolate_));
    Lock js(isolate_);
    body(js);
  }

 private:
  static Platform& platform() {
    static Platform made;
    return made;
  }

  boost::asio::io_context loop_;
  std::shared_ptr<v8::ArrayBuffer::Allocator> allocator_{
      v8::ArrayBuffer::Allocator::NewDefaultAllocator()};
  v8::Isolate* isolate_ = nullptr;
};

}  // namespace lathe::js::test
