// The part of an I/O context that only actors use: the line for the input lock, and critical
// sections.
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/io/io-context.h"
#include "engine/js/async-frame.h"

namespace lathe::io {
namespace {

constexpr const char* kTooDeep = "blockConcurrencyWhile() calls are nested too deeply.";
constexpr const char* kNoActor = "blockConcurrencyWhile() is for Durable Objects.";
constexpr const char* kTooLong =
    "A call to blockConcurrencyWhile() in a Durable Object waited for too long. The call was "
    "canceled "
    "and the Durable Object was reset.";

}  // namespace

void IoContext::admitLater(Pending<InputGate::Lock> waiting,
                           Callback<void(InputGate::Lock)> proceed) {
  auto place = admissions_.insert(admissions_.end(), {std::move(waiting), {}, std::move(proceed)});
  // Granting happens inside somebody else's release: what follows runs from the loop. What is
  // posted may outlive this context, and JavaScript with it: it only names the place.
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

struct IoContext::Section {
  explicit Section(boost::asio::any_io_executor executor) : limit(std::move(executor)) {}
  std::shared_ptr<InputGate::CriticalSection> section;
  js::Ref<v8::Promise::Resolver> promise;
  // The asynchronous context in which it was asked for.
  js::Ref<v8::Value> frame;
  SectionBody body;
  boost::asio::steady_timer limit;
  std::list<std::shared_ptr<Section>>::iterator position;
};

v8::Local<v8::Promise> IoContext::blockConcurrencyWhile(js::Lock& js,
                                                        v8::Local<v8::Function> callback) {
  auto kept = std::make_shared<js::Ref<v8::Function>>(js, callback);
  SectionBody body;
  body.start = [kept](js::Lock& inner) {
    return js::check(kept->get(inner)->Call(inner.context(), inner.undefined(), 0, nullptr));
  };
  body.succeed = [](js::Lock&, v8::Local<v8::Value> value) { return value; };
  return runSection(js, std::move(body));
}

v8::Local<v8::Promise> IoContext::runSection(js::Lock& js, SectionBody body) {
  if (!inputLock_) throw js::plainError(kNoActor);
  auto running = std::make_shared<Section>(realm_.executor());
  running->section = inputLock_.startCriticalSection();
  if (running->section->depth() > kSectionDepthMax) throw js::plainError(kTooDeep);
  auto resolver = js::check(v8::Promise::Resolver::New(js.context()));
  running->promise = js::Ref<v8::Promise::Resolver>(js, resolver);
  running->frame = js::Ref<v8::Value>(js, js::asyncFrame(js));
  running->body = std::move(body);
  running->position = sections_.insert(sections_.end(), running);

  running->limit.expires_after(std::chrono::milliseconds(kSectionMsMax));
  running->limit.async_wait(
      [weak = std::weak_ptr<Section>(running)](boost::system::error_code error) {
        auto late = weak.lock();
        if (error || !late) return;
        late->section->failed(std::make_exception_ptr(js::plainError(kTooLong)));
      });
  // Starts when the lock of this turn is released, ahead of any event that waits.
  admit(running->section, [this, running, cause = cause_](InputGate::Lock lock) {
    runLocked(
        std::move(lock), cause,
        [&](js::Lock& inner) {
          js::AsyncFrameScope framed(inner, running->frame.get(inner));
          // What is thrown at once ends the section as what is thrown later does.
          auto settled = js::check(v8::Promise::Resolver::New(inner.context()));
          v8::Local<v8::Value> result;
          if (auto exception = js::caught(inner, [&] { result = running->body.start(inner); })) {
            if (exception->IsEmpty()) return;
            settled->Reject(inner.context(), *exception).FromMaybe(false);
          } else {
            settled->Resolve(inner.context(), result).FromMaybe(false);
          }
          whenSettled(inner, settled->GetPromise(),
                      [this, running](js::Lock& last, v8::Local<v8::Value> value, bool fulfilled) {
                        endSection(last, running, value, fulfilled);
                      });
        },
        [](js::Lock&) {});
  });
  return resolver->GetPromise();
}

void IoContext::endSection(js::Lock& js, const std::shared_ptr<Section>& running,
                           v8::Local<v8::Value> value, bool fulfilled) {
  auto kept = running;
  kept->limit.cancel();
  sections_.erase(kept->position);
  auto exception = fulfilled ? js::caught(js, [&] { value = kept->body.succeed(js, value); })
                             : std::optional(value);
  if (exception && exception->IsEmpty()) return;
  if (exception && !kept->body.fail) {
    kept->section->failed(std::make_exception_ptr(
        js::RemoteException::of(js, *exception, js::describeException(js, *exception))));
    return;
  }
  if (exception) kept->body.fail(js);
  // From here on under the lock of what is around the section, before any other event.
  inputLock_ = kept->section->succeeded();
  auto promise = kept->promise.get(js);
  if (exception) {
    promise->Reject(js.context(), *exception).FromMaybe(false);
  } else {
    promise->Resolve(js.context(), value).FromMaybe(false);
  }
}

}  // namespace lathe::io
