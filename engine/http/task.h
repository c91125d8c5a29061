#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace lathe::http {

// A coroutine that somebody owns: it begins when first resumed or awaited, and destroying the Task
// destroys the frame wherever it stands, with all that lives in it.
//
// Not `asio::awaitable`: that is owned by whatever operation it waits for, cannot be dropped from
// outside, and goes through its executor at every step.
class [[nodiscard]] Task {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  // Gives control back to the awaiting coroutine, if there is one.
  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle ended) const noexcept {
      return ended.promise().awaiting;
    }
    void await_resume() const noexcept {}
  };

  struct promise_type {
    Task get_return_object() { return Task(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    FinalAwaiter final_suspend() const noexcept { return {}; }
    void return_value(bool result) { value = result; }
    void unhandled_exception() { error = std::current_exception(); }

    std::coroutine_handle<> awaiting = std::noop_coroutine();
    std::exception_ptr error;
    bool value = false;
  };

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  void resume() { handle_.resume(); }
  bool done() const { return handle_.done(); }
  // What a done task threw, or null.
  std::exception_ptr error() const { return handle_.promise().error; }

  bool await_ready() const noexcept { return false; }
  Handle await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().awaiting = awaiting;
    return handle_;
  }
  bool await_resume() {
    if (auto error = handle_.promise().error) std::rethrow_exception(error);
    return handle_.promise().value;
  }

 private:
  Handle handle_;
};

}  // namespace lathe::http
