#pragma once

#include <exception>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include "engine/io/pending.h"

namespace lathe::persist {

// The outcome of `call()`, which runs now; it is heard in a later turn of the loop, so that nothing
// settles within the call that asked.
template <class Call>
auto answerLater(const boost::asio::any_io_executor& executor, Call call) {
  using T = decltype(call());
  auto outcome = [&]() -> io::Outcome<T> {
    try {
      if constexpr (std::is_void_v<T>) {
        call();
        return io::Unit{};
      } else {
        return call();
      }
    } catch (...) {
      return std::current_exception();
    }
  }();
  auto channel = io::makePending<T>();
  boost::asio::post(
      executor, [resolver = std::move(channel.resolver), outcome = std::move(outcome)]() mutable {
        resolver.settle(std::move(outcome));
      });
  return std::move(channel.pending);
}

// The failure that is being handled, heard in a later turn.
template <class T>
io::Pending<T> failLater(const boost::asio::any_io_executor& executor) {
  return answerLater(executor, []() -> T { throw; });
}

}  // namespace lathe::persist
