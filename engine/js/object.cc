#include "engine/js/object.h"

#include <utility>

#include "engine/js/isolate.h"

namespace lathe::js {
namespace {

Isolate& isolateOf(const v8::WeakCallbackInfo<Object>& info) {
  return *static_cast<Isolate*>(info.GetIsolate()->GetData(0));
}

}  // namespace

Object::~Object() = default;

v8::MaybeLocal<v8::Object> Object::wrapper(Lock& js) const {
  if (wrapper_.IsEmpty()) return {};
  return wrapper_.Get(js.v8());
}

void Object::attach(Lock& js, v8::Local<v8::Object> holder) {
  holder->SetAlignedPointerInInternalField(kObjectField, this, kPointerTag);
  wrapper_.Reset(js.v8(), holder);
  intrusive_ptr_add_ref(this);
  js.isolate().track(*this);
  account_ = js.isolate().externalMemory().get();
  recount();
  // The collector calls this in the middle of its work. What the object's end leads to may enter
  // JavaScript, so the isolate releases the object later.
  wrapper_.SetWeak(
      this,
      [](const v8::WeakCallbackInfo<Object>& info) {
        info.GetParameter()->wrapper_.Reset();
        info.GetParameter()->unlink();
        isolateOf(info).unreachable(*info.GetParameter());
      },
      v8::WeakCallbackType::kParameter);
}

void Object::recount() {
  if (!account_) return;
  const std::size_t bytes = nativeBytes();
  account_->add(static_cast<std::ptrdiff_t>(bytes) -
                static_cast<std::ptrdiff_t>(std::exchange(countedBytes_, bytes)));
}

void Object::countMore(std::size_t bytes) {
  if (!account_) return;
  countedBytes_ += bytes;
  account_->add(static_cast<std::ptrdiff_t>(bytes));
}

void Object::uncount() {
  if (auto* account = std::exchange(account_, nullptr)) {
    account->add(-static_cast<std::ptrdiff_t>(std::exchange(countedBytes_, 0)));
  }
}

void Object::detach() {
  uncount();
  wrapper_.Reset();
  if (is_linked()) unlink();
  intrusive_ptr_release(this);
}

v8::Local<v8::Value> slot(v8::Local<v8::Object> wrapper, int index) {
  return wrapper->GetInternalField(kFirstSlot + index).As<v8::Value>();
}

void setSlot(v8::Local<v8::Object> wrapper, int index, v8::Local<v8::Value> value) {
  wrapper->SetInternalField(kFirstSlot + index, value);
}

}  // namespace lathe::js
