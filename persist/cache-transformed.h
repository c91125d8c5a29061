#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

#include "persist/actor-cache.h"

namespace lathe::persist {

// What `give` makes of a result when it is there. Dropping the one drops the other; a failure is
// passed on.
template <class Result, class Source, class Give>
io::Pending<Result> transformed(io::Pending<Source> source, Give give) {
  struct Running {
    io::Pending<Source> source;
    io::Resolver<Result> resolver;
    Give give;
  };
  auto channel = io::makePending<Result>();
  auto running = std::make_shared<Running>(
      Running{std::move(source), std::move(channel.resolver), std::move(give)});
  // The consumer's end owns what is under way.
  running->resolver.onDropped([running]() mutable { running.reset(); });
  running->source.then([weak = std::weak_ptr<Running>(running)](io::Outcome<Source> outcome) {
    auto held = weak.lock();
    io::Resolver<Result> resolver = std::move(held->resolver);
    auto result = [&]() -> io::Outcome<Result> {
      try {
        if constexpr (std::is_void_v<Source>) {
          outcome.take();
          return held->give();
        } else {
          return held->give(outcome.take());
        }
      } catch (...) {
        return std::current_exception();
      }
    }();
    resolver.settle(std::move(result));
  });
  return std::move(channel.pending);
}

// The same, at once when the result is there at once.
template <class Result, class Source, class Give>
NowOrLater<Result> transformed(NowOrLater<Source> source, Give give) {
  if (auto* now = std::get_if<Source>(&source)) return give(std::move(*now));
  return transformed<Result>(std::get<1>(std::move(source)), std::move(give));
}

}  // namespace lathe::persist
