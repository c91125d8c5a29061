// The alarm of an actor, as an event among its others (Durable Objects §9).
#include "engine/worker/actor-event.h"
#include "engine/worker/actor-instance.h"
#include "engine/worker/exception-text.h"
#include "engine/worker/host.h"

namespace lathe::worker {
namespace {

constexpr const char* kNoHandler =
    "Attempted to run a scheduled alarm without a handler, did you remember to export an alarm() "
    "function?";
constexpr const char* kAlarmTooLong = "Alarm exceeded its allowed execution time";

// What the handler is given.
v8::Local<v8::Object> alarmInfo(js::Lock& js, persist::AlarmTime scheduled, int retryCount) {
  auto info = v8::Object::New(js.v8());
  auto set = [&](const char* name, v8::Local<v8::Value> value) {
    js::check(info->CreateDataProperty(js.context(), js.name(name), value));
  };
  set("scheduledTime",
      v8::Number::New(js.v8(), static_cast<double>(scheduled.time_since_epoch().count())));
  set("retryCount", v8::Integer::New(js.v8(), retryCount));
  set("isRetry", v8::Boolean::New(js.v8(), retryCount > 0));
  return info;
}

}  // namespace

struct Worker::Actor::AlarmEvent final : Event {
  using Kind = AlarmResult::Kind;

  AlarmEvent(std::weak_ptr<Actor> itsActor, const Host& host, persist::AlarmTime itsTime,
             int itsRetryCount, io::Resolver<AlarmResult> itsResolver)
      : Event("the alarm"),
        actor(std::move(itsActor)),
        scheduled(itsTime),
        retryCount(itsRetryCount),
        resolver(std::move(itsResolver)),
        limit(host.loop) {}

  v8::Local<v8::Value> handle(js::Lock& js, Instance& itsInstance) override {
    if (!itsInstance.cache()) return js.undefined();
    instance = itsInstance.weak_from_this();
    auto armed = itsInstance.cache()->armAlarm(scheduled);
    if (auto* other = std::get_if<std::optional<persist::AlarmTime>>(&armed)) {
      result = {Kind::notDue, *other};
      return js.undefined();
    }
    handling = std::move(std::get<0>(armed));
    auto object = itsInstance.object.get(js);
    auto handler = js::check(object->Get(js.context(), js.name("alarm")));
    if (!handler->IsFunction()) {
      itsInstance.worker->logWarning(kNoHandler);
      return js.undefined();
    }
    limit.expires_after(std::chrono::milliseconds(kAlarmMsMax));
    limit.async_wait([weak = actor](boost::system::error_code error) {
      auto late = weak.lock();
      if (!error && late) late->breakWith(std::make_exception_ptr(js::plainError(kAlarmTooLong)));
    });
    v8::Local<v8::Value> info = alarmInfo(js, scheduled, retryCount);
    return js::check(handler.As<v8::Function>()->Call(js.context(), object, 1, &info));
  }

  void accept(js::Lock&, v8::Local<v8::Value>) override { handled = true; }

  void tell() override {
    limit.cancel();
    handling.reset();
    resolver.resolve(result);
  }

  void fail(std::exception_ptr error) override {
    result.kind = handled ? Kind::lost : Kind::failed;
    if (auto living = instance.lock()) {
      if (!handled) living->worker->printException("Uncaught (in alarm) " + exceptionText(error));
      if (!living->records->retryAlarm) result.kind = Kind::abandoned;
    }
    if (handling) handling->keep();
    tell();
  }

  std::weak_ptr<Actor> actor;
  persist::AlarmTime scheduled;
  int retryCount;
  AlarmResult result;
  std::unique_ptr<persist::ActorCache::AlarmHandling> handling;
  io::Resolver<AlarmResult> resolver;
  boost::asio::steady_timer limit;
  std::weak_ptr<Instance> instance;
  bool handled = false;  // the handler itself has succeeded
};

io::Pending<Worker::Actor::AlarmResult> Worker::Actor::alarm(persist::AlarmTime scheduled,
                                                             int retryCount) {
  auto channel = io::makePending<AlarmResult>();
  deliver(std::make_shared<AlarmEvent>(weak_from_this(), host_, scheduled, retryCount,
                                       std::move(channel.resolver)));
  return std::move(channel.pending);
}

void Worker::Actor::abandonAlarm(persist::AlarmTime scheduled) {
  if (instance_ && instance_->cache()) instance_->cache()->abandonAlarm(scheduled);
}

}  // namespace lathe::worker
