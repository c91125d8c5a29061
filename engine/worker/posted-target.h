#pragma once

#include <memory>
#include <variant>

#include <boost/asio/post.hpp>

#include "engine/api/fetcher.h"
#include "engine/io/io-context.h"
#include "engine/worker/host.h"
#include "engine/worker/worker.h"

namespace lathe::worker {

// The far end of a binding within this process. What a caller begins starts from the loop and not
// at once: the caller's JavaScript runs, and entries do not nest. Begun in the order of the calls;
// what an actor calls begins once what it has written before is durable (Durable Objects §4.5).
class PostedTarget : public api::ServiceTarget, public std::enable_shared_from_this<PostedTarget> {
 public:
  explicit PostedTarget(const Host& host) : host_(host) {}

  io::Pending<io::Response> fetch(io::RequestHead head,
                                  std::unique_ptr<io::BodySource> body) final {
    return later<io::Response>([this, head = std::move(head), body = std::move(body)]() mutable {
      return beginFetch(std::move(head), std::move(body));
    });
  }

  io::Pending<api::RpcResult> call(api::RpcCall call) final {
    return later<api::RpcResult>(
        [this, call = std::move(call)]() mutable { return beginCall(std::move(call)); });
  }

 protected:
  const Host& host() const { return host_; }

  using Fetched = Answer;
  // What throws here fails the call.
  virtual Fetched beginFetch(io::RequestHead head, std::unique_ptr<io::BodySource> body) = 0;
  virtual io::Pending<api::RpcResult> beginCall(api::RpcCall call) = 0;

 private:
  // From the call until its answer.
  template <class T, class Begin>
  struct Call {
    Begin begin;
    io::Resolver<T> resolver;
    io::Pending<void> gate;
    io::Pending<T> answer;
  };
  template <class T, class Begin>
  using CallPtr = std::shared_ptr<Call<T, Begin>>;

  template <class T, class Begin>
  io::Pending<T> later(Begin begin) {
    auto channel = io::makePending<T>();
    auto call = std::make_shared<Call<T, Begin>>(
        Call<T, Begin>{std::move(begin), std::move(channel.resolver), {}, {}});
    call->resolver.onDropped([weak = std::weak_ptr(call)] {
      auto dropped = weak.lock();
      if (!dropped) return;
      dropped->gate = {};
      dropped->answer = {};
    });
    if (auto* gates = io::IoContext::current().gates()) {
      call->gate = gates->output.wait();
      call->gate.then([self = shared_from_this(), call](io::Outcome<void> outcome) {
        if (outcome.failed()) return call->resolver.reject(outcome.error());
        self->post(call);
      });
    } else {
      post(std::move(call));
    }
    return std::move(channel.pending);
  }

  template <class T, class Begin>
  void post(CallPtr<T, Begin> call) {
    boost::asio::post(host_.loop, [self = shared_from_this(), call = std::move(call)] {
      if (!call->resolver.wanted()) return;
      try {
        await(call, call->begin());
      } catch (const std::exception&) {
        call->resolver.reject(std::current_exception());
      }
    });
  }

  template <class T, class Begin>
  static void await(const CallPtr<T, Begin>& call, io::Pending<T> answer) {
    call->answer = std::move(answer);
    call->answer.then(
        [call](io::Outcome<T> outcome) { call->resolver.settle(std::move(outcome)); });
  }
  template <class T, class Begin>
  static void await(const CallPtr<T, Begin>& call, std::variant<T, io::Pending<T>> answer) {
    if (auto* value = std::get_if<T>(&answer)) return call->resolver.resolve(std::move(*value));
    await(call, std::move(std::get<io::Pending<T>>(answer)));
  }

  const Host& host_;
};

}  // namespace lathe::worker
