#pragma once

#include <memory>
#include <string>

#include "engine/js/error.h"

namespace lathe::io {

class IoContext;

namespace detail {

struct OwnedObject {
  virtual ~OwnedObject() = default;
};

template <class T>
struct Owned final : OwnedObject {
  explicit Owned(std::unique_ptr<T> object) : value(std::move(object)) {}
  std::unique_ptr<T> value;
};

// Throws the error of Durable Objects §2.4 unless `owner` is the running context.
void checkOwner(const std::weak_ptr<IoContext>& owner, const char* typeName);
// Destroys the object early.
void disown(const std::weak_ptr<IoContext>& owner, OwnedObject* object);

}  // namespace detail

// A JavaScript-reachable handle to something that an I/O context owns. The object dies with its
// context or with the handle, whichever is first; using it from another context, or too late,
// throws.
template <class T>
class IoOwn {
 public:
  IoOwn() = default;
  IoOwn(std::weak_ptr<IoContext> owner, detail::Owned<T>* object, const char* typeName)
      : owner_(std::move(owner)), object_(object), typeName_(typeName) {}
  IoOwn(IoOwn&& other) noexcept { *this = std::move(other); }
  IoOwn& operator=(IoOwn&& other) noexcept {
    reset();
    owner_ = std::move(other.owner_);
    object_ = std::exchange(other.object_, nullptr);
    typeName_ = other.typeName_;
    return *this;
  }
  ~IoOwn() { reset(); }

  explicit operator bool() const { return object_ != nullptr; }
  T* operator->() const { return &get(); }
  T& get() const {
    detail::checkOwner(owner_, typeName_);
    return *object_->value;
  }

  // The object, whoever asks; null when it is gone. For what is no use of it.
  const T* peek() const { return object_ && !owner_.expired() ? object_->value.get() : nullptr; }

  // Moves the object out of its context's care.
  std::unique_ptr<T> release() {
    detail::checkOwner(owner_, typeName_);
    auto value = std::move(object_->value);
    reset();
    return value;
  }

  void reset() {
    if (auto* object = std::exchange(object_, nullptr)) detail::disown(owner_, object);
  }

 private:
  std::weak_ptr<IoContext> owner_;
  detail::Owned<T>* object_ = nullptr;
  const char* typeName_ = "";
};

}  // namespace lathe::io
