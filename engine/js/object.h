#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/intrusive/list_hook.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "engine/js/lock.h"

namespace lathe::js {

class ExternalMemory;

// Base of every C++ object that a script can hold. The count is shared by C++ holders and the
// JavaScript wrapper; the collector releases the wrapper's part on the loop thread. JavaScript
// values that belong to an object (a cached attribute, a listener) go into its wrapper's slots,
// where the collector sees them: a strong handle kept by C++ would leak every cycle.
class Object : public boost::intrusive::list_base_hook<
                   boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object();

  // The wrapper, when there is one now.
  v8::MaybeLocal<v8::Object> wrapper(Lock& js) const;
  // Makes `holder` (fresh, with internal fields) the wrapper of this object.
  void attach(Lock& js, v8::Local<v8::Object> holder);
  // Lets go of the wrapper: the isolate is being torn down, when the collector calls nobody.
  void detach();

  // Puts what it holds now, outside V8's heap, on the account of the isolate of its wrapper; done
  // when it gets one, and wanted whenever that has changed much.
  void recount();
  // It has no wrapper any more: nothing of it is counted.
  void uncount();

 protected:
  // So many bytes are they. Asked at any time, outside its I/O context too.
  virtual std::size_t nativeBytes() const { return kNativeBytes; }
  // They have become more by these.
  void countMore(std::size_t bytes);

  // Of an object without anything special: itself, its handle, its short texts, and what the
  // allocator adds.
  static constexpr std::size_t kNativeBytes = 512;

 private:
  friend void intrusive_ptr_add_ref(Object* object) { ++object->refs_; }
  friend void intrusive_ptr_release(Object* object) {
    if (--object->refs_ == 0) delete object;
  }

  std::uint32_t refs_ = 0;
  v8::Global<v8::Object> wrapper_;
  // While there is a wrapper: the account, and what has been put on it.
  ExternalMemory* account_ = nullptr;
  std::size_t countedBytes_ = 0;
};

// A C++ reference that keeps the object alive.
template <class T>
using Ptr = boost::intrusive_ptr<T>;

template <class T, class... Args>
Ptr<T> make(Args&&... args) {
  return Ptr<T>(new T(std::forward<Args>(args)...));
}

// Internal fields of a wrapper: the C++ object, its class's tag, then slots for JavaScript values.
inline constexpr int kObjectField = 0;
inline constexpr int kTagField = 1;
inline constexpr int kFirstSlot = 2;
inline constexpr int kSlots = 3;
inline constexpr int kFieldCount = kFirstSlot + kSlots;

// A JavaScript value kept by a wrapper, visible to the collector; undefined when never set.
v8::Local<v8::Value> slot(v8::Local<v8::Object> wrapper, int index);
void setSlot(v8::Local<v8::Object> wrapper, int index, v8::Local<v8::Value> value);

// A strong handle to a JavaScript value, for what an entry must leave behind. Owned by something
// that dies before the isolate.
template <class T>
class Ref {
 public:
  Ref() = default;
  Ref(Lock& js, v8::Local<T> value) : handle_(js.v8(), value) {}
  v8::Local<T> get(Lock& js) const { return handle_.Get(js.v8()); }
  bool empty() const { return handle_.IsEmpty(); }
  void reset() { handle_.Reset(); }

 private:
  v8::Global<T> handle_;
};

}  // namespace lathe::js
