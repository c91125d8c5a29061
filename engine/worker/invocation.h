#pragma once

#include <list>
#include <memory>
#include <optional>

#include "engine/api/execution-context.h"
#include "engine/api/response.h"
#include "engine/worker/worker.h"

namespace lathe::worker {

// One event on its way through a worker: from the call of its handler until its answer has been
// delivered and its `waitUntil` work is done. It owns the event's I/O context. Kept by its worker
// while it runs; loop thread.
class Invocation : public std::enable_shared_from_this<Invocation> {
 public:
  explicit Invocation(std::shared_ptr<Worker> worker);

  Answer fetch(io::RequestHead head, std::unique_ptr<io::BodySource> body,
               const api::EntrypointTarget& entrypoint);
  io::Pending<api::RpcResult> call(api::RpcCall call, const api::EntrypointTarget& entrypoint);
  io::Pending<void> test(const std::string& entrypoint);

  void abort(std::exception_ptr error) { context_->abort(std::move(error)); }
  void closeWebSockets() { context_->closeWebSockets(); }

 private:
  friend class Worker;

  // Enters the script: `call(js, ctx)` calls the handler, `settled` hears what its result, or the
  // promise that it is, came to. `props` may be null.
  template <class Call, class Settled>
  void deliver(const std::shared_ptr<const api::EntrypointProps>& props, Call call,
               Settled settled);
  void acceptResponse(js::Lock& js, v8::Local<v8::Value> value, api::Response::Asked asked);

  void succeed(io::Response response);
  void fail(std::exception_ptr error);
  // Nobody waits for the answer any more.
  void abandoned();
  // The answer is with its receiver, or nobody wants it any more: `waitUntil` work is all that is
  // left.
  void delivered();
  void finish();

  std::shared_ptr<Worker> worker_;
  std::shared_ptr<void> companions_;
  std::shared_ptr<io::IoContext> context_;
  std::list<std::shared_ptr<Invocation>>::iterator position_;
  std::optional<io::Outcome<io::Response>> outcome_;
  std::optional<io::Resolver<io::Response>> waiting_;
  std::optional<io::Resolver<api::RpcResult>> callWaiting_;
  std::optional<io::Resolver<void>> testWaiting_;
  io::Pending<void> drained_;
  bool answered_ = false;
  bool finished_ = false;
};

}  // namespace lathe::worker
