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
// what an actor calls begins once what it has written before is durable (reference §4.5).
class PostedTarget : public api::ServiceTarget, public std::enable_shared_from_this<PostedTarget> {
 public:
  explicit PostedTarget(const Host& host) : host_(host) {}

  io::Pending<io::Response> fetch(io::RequestHead head,
                                  std::unique_ptr<io::BodySource> body) final {
    struct Request {
      io::RequestHead head;
      std::unique_ptr<io::BodySource> body;
    };
    auto request = std::make_shared<Request>(Request{std::move(head), std::move(body)});
    return later<io::Response>(
        [this, request] { return beginFetch(std::move(request->head), std::move(request->body)); });
  }

  io::Pending<api::RpcResult> call(api::RpcCall call) final {
    auto kept = std::make_shared<api::RpcCall>(std::move(call));
    return later<api::RpcResult>([this, kept] { return beginCall(std::move(*kept)); });
  }

 protected:
  const Host& host() const { return host_; }

  using Fetched = Answer;
  // What throws here fails the call.
  virtual Fetched beginFetch(io::RequestHead head, std::unique_ptr<io::BodySource> body) = 0;
  virtual io::Pending<api::RpcResult> beginCall(api::RpcCall call) = 0;

 private:
  template <class T>
  struct Call {
    io::Resolver<T> resolver;
    io::Pending<void> gate;
    io::Pending<T> answer;

    static void await(const std::shared_ptr<Call>& self, io::Pending<T> answer) {
      self->answer = std::move(answer);
      self->answer.then(
          [self](io::Outcome<T> outcome) { self->resolver.settle(std::move(outcome)); });
    }
    static void await(const std::shared_ptr<Call>& self, std::variant<T, io::Pending<T>> answer) {
      if (auto* value = std::get_if<T>(&answer)) return self->resolver.resolve(std::move(*value));
      await(self, std::move(std::get<io::Pending<T>>(answer)));
    }
  };

  template <class T, class Begin>
  io::Pending<T> later(Begin begin) {
    auto channel = io::makePending<T>();
    auto call = std::make_shared<Call<T>>();
    call->resolver = std::move(channel.resolver);
    call->resolver.onDropped([weak = std::weak_ptr<Call<T>>(call)] {
      auto dropped = weak.lock();
      if (!dropped) return;
      dropped->gate = {};
      dropped->answer = {};
    });
    if (auto* gates = io::IoContext::current().gates()) {
      call->gate = gates->output.wait();
      call->gate.then([self = shared_from_this(), call, begin](io::Outcome<void> outcome) {
        if (outcome.failed()) return call->resolver.reject(outcome.error());
        self->post(call, begin);
      });
    } else {
      post(call, begin);
    }
    return std::move(channel.pending);
  }

  template <class T, class Begin>
  void post(const std::shared_ptr<Call<T>>& call, Begin begin) {
    boost::asio::post(host_.loop, [self = shared_from_this(), call, begin] {
      if (!call->resolver.wanted()) return;
      try {
        Call<T>::await(call, begin());
      } catch (const std::exception&) {
        call->resolver.reject(std::current_exception());
      }
    });
  }

  const Host& host_;
};

}  // namespace lathe::worker
