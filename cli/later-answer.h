#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <variant>

#include "engine/http/handler.h"

namespace lathe::cli {

// An answer with a last step: `finish` is given the response when it is there, be it now, and may
// change it; or null when the client leaves before.
inline http::Answer laterAnswer(http::Answer answer, std::function<void(io::Response*)> finish) {
  if (auto* response = std::get_if<io::Response>(&answer)) {
    finish(response);
    return answer;
  }
  struct Call {
    io::Resolver<io::Response> resolver;
    io::Pending<io::Response> pending;
    std::function<void(io::Response*)> finish;
  };
  auto channel = io::makePending<io::Response>();
  auto call = std::make_shared<Call>(Call{std::move(channel.resolver),
                                          std::move(std::get<io::Pending<io::Response>>(answer)),
                                          std::move(finish)});
  // The client's leaving goes on to whoever makes the answer.
  call->resolver.onDropped([weak = std::weak_ptr<Call>(call)] {
    auto dropped = weak.lock();
    if (!dropped) return;
    dropped->pending = {};
    dropped->finish(nullptr);
  });
  call->pending.then([call](io::Outcome<io::Response> outcome) {
    if (outcome.failed()) return call->resolver.settle(std::move(outcome));
    auto response = outcome.take();
    call->finish(&response);
    call->resolver.resolve(std::move(response));
  });
  return std::move(channel.pending);
}

}  // namespace lathe::cli
