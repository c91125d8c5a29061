// The part of an I/O context that only actors use: the line for the input lock, and critical
// sections.
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/io/io-context.h"

namespace lathe::io {
namespace {

constexpr const char* kTooDeep = "blockConcurrencyWhile() calls are nested too deeply.";
constexpr const char* kNoActor = "blockConcurrencyWhile() is for Durable Objects.";
constexpr const char* kTooLong =
    "A call to blockConcurrencyWhile() in a Durable Object waited for too long. The call was "
    "canceled "
    "and the Durable Object was reset.";

}  // namespace

void IoContext::admit(const std::shared_ptr<InputGate::CriticalSection>& section,
                      std::function<void(InputGate::Lock)> proceed) {
  auto waiting = section ? section->wait() : gates_->input.wait();
  if (waiting.settled() && !entered()) {
    auto outcome = waiting.takeOutcome();
    if (!outcome.failed()) proceed(outcome.take());
    return;
  }
  auto place =
      admissions_.insert(admissions_.end(), {std::move(waiting), {}, std::move(proceed)});
  // Granting happens inside somebody else's release: what follows runs from the loop. What is posted
  // may outlive this context, and JavaScript with it: it only names the place.
  place->waiting.then([this, place](Outcome<InputGate::Lock> outcome) {
    bool granted = !outcome.failed();  // else whoever broke the gate aborts this context
    if (granted) place->lock = outcome.take();
    boost::asio::post(realm_.executor(), [weak = weak_from_this(), place, granted] {
      auto self = weak.lock();
      if (!self) return;
      Admission admitted = std::move(*place);
      self->admissions_.erase(place);
      if (granted) admitted.proceed(std::move(admitted.lock));
    });
  });
}

struct IoContext::Block {
  explicit Block(boost::asio::any_io_executor executor) : limit(std::move(executor)) {}
  std::shared_ptr<InputGate::CriticalSection> section;
  js::Ref<v8::Promise::Resolver> promise;
  js::Ref<v8::Function> callback;
  boost::asio::steady_timer limit;
  std::list<std::shared_ptr<Block>>::iterator position;
};

v8::Local<v8::Promise> IoContext::blockConcurrencyWhile(js::Lock& js,
                                                        v8::Local<v8::Function> callback) {
  if (!inputLock_) throw js::plainError(kNoActor);
  auto block = std::make_shared<Block>(realm_.executor());
  block->section = inputLock_.startCriticalSection();
  if (block->section->depth() > kBlockDepthMax) throw js::plainError(kTooDeep);
  auto resolver = js::check(v8::Promise::Resolver::New(js.context()));
  block->promise = js::Ref<v8::Promise::Resolver>(js, resolver);
  block->callback = js::Ref<v8::Function>(js, callback);
  block->position = blocks_.insert(blocks_.end(), block);

  block->limit.expires_after(std::chrono::milliseconds(kBlockMsMax));
  block->limit.async_wait([weak = std::weak_ptr<Block>(block)](boost::system::error_code error) {
    auto running = weak.lock();
    if (error || !running) return;
    running->section->failed(std::make_exception_ptr(js::plainError(kTooLong)));
  });
  // Starts when the lock of this turn is released, ahead of any event that waits.
  admit(block->section, [this, block](InputGate::Lock lock) {
    runLocked(
        std::move(lock),
        [&](js::Lock& inner) {
          auto result =
              block->callback.get(inner)->Call(inner.context(), inner.undefined(), 0, nullptr);
          auto settled = js::check(v8::Promise::Resolver::New(inner.context()));
          v8::TryCatch none(inner.v8());
          js::check(settled->Resolve(inner.context(), js::check(result)));
          whenSettled(inner, settled->GetPromise(),
                      [this, block](js::Lock& last, v8::Local<v8::Value> value, bool fulfilled) {
                        endBlock(last, block, value, fulfilled);
                      });
        },
        [](js::Lock&) {});
  });
  return resolver->GetPromise();
}

void IoContext::endBlock(js::Lock& js, const std::shared_ptr<Block>& block,
                         v8::Local<v8::Value> value, bool fulfilled) {
  auto kept = block;
  kept->limit.cancel();
  blocks_.erase(kept->position);
  if (!fulfilled) {
    kept->section->failed(std::make_exception_ptr(
        js::RemoteException::of(js, value, js::describeException(js, value))));
    return;
  }
  // From here on under the lock of what is around the section, before any other event.
  inputLock_ = kept->section->succeeded();
  kept->promise.get(js)->Resolve(js.context(), value).FromMaybe(false);
}

}  // namespace lathe::io
