#pragma once

#include <coroutine>

#include <boost/asio/awaitable.hpp>

#include "engine/js/lock.h"

// Resuming a coroutine is another turn under another lock, so none may hold a js::Lock. These empty
// specialisations leave such a coroutine without a promise type: it does not compile.
template <class T, class Executor, class... Rest>
struct std::coroutine_traits<boost::asio::awaitable<T, Executor>, lathe::js::Lock&, Rest...> {};

template <class T, class Executor, class Self, class... Rest>
requires(!std::is_same_v<std::remove_cvref_t<Self>, lathe::js::Lock>) struct std::coroutine_traits<
    boost::asio::awaitable<T, Executor>, Self, lathe::js::Lock&, Rest...> {
};
