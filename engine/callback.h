#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace lathe {

template <class Signature>
class Callback;

// A function to be called, usually once, by whoever it was given to: as std::function, but only
// moved, so what it captures need not be copyable, and without an allocation for what most captures
// take. It must not be called when it is empty.
template <class Result, class... Args>
class Callback<Result(Args...)> {
 public:
  Callback() = default;
  Callback(std::nullptr_t) {}
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Callback> &&
           std::is_invocable_r_v<Result, std::decay_t<F>&, Args...>) Callback(F&& function) {
    using Kept = std::decay_t<F>;
    if constexpr (kFits<Kept>) {
      ::new (static_cast<void*>(room_)) Kept(std::forward<F>(function));
      operations_ = &kInline<Kept>;
    } else {
      ::new (static_cast<void*>(room_)) Kept*(new Kept(std::forward<F>(function)));
      operations_ = &kAllocated<Kept>;
    }
  }
  Callback(Callback&& other) noexcept { take(other); }
  Callback& operator=(Callback&& other) noexcept {
    if (this != &other) {
      // What goes may call in again, and must find this one in its new state.
      Callback old(std::move(*this));
      take(other);
    }
    return *this;
  }
  ~Callback() {
    if (operations_) operations_->destroy(room_);
  }

  explicit operator bool() const { return operations_ != nullptr; }
  Result operator()(Args... args) { return operations_->call(room_, std::forward<Args>(args)...); }

 private:
  static constexpr std::size_t kRoomBytes = 6 * sizeof(void*);

  struct Operations {
    Result (*call)(void* room, Args&&... args);
    void (*move)(void* from, void* to) noexcept;  // leaves nothing behind
    void (*destroy)(void* room) noexcept;
  };

  template <class F>
  static constexpr bool kFits =
      sizeof(F) <= kRoomBytes &&
      alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;

  template <class F>
  static F& at(void* room) {
    return *std::launder(static_cast<F*>(room));
  }

  template <class F>
  static constexpr Operations kInline = {
      [](void* room, Args&&... args) -> Result { return at<F>(room)(std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept {
        ::new (to) F(std::move(at<F>(from)));
        at<F>(from).~F();
      },
      [](void* room) noexcept { at<F>(room).~F(); }};

  template <class F>
  static constexpr Operations kAllocated = {
      [](void* room, Args&&... args) -> Result {
        return (*at<F*>(room))(std::forward<Args>(args)...);
      },
      [](void* from, void* to) noexcept { ::new (to) F*(at<F*>(from)); },
      [](void* room) noexcept { delete at<F*>(room); }};

  void take(Callback& other) {
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_) operations_->move(other.room_, room_);
  }

  const Operations* operations_ = nullptr;
  alignas(void*) std::byte room_[kRoomBytes];
};

}  // namespace lathe
