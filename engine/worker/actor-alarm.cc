// The alarm of an actor, as an event among its others (reference §9).
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

io::Pending<Worker::Actor::AlarmResult> Worker::Actor::alarm(persist::AlarmTime scheduled,
                                                             int retryCount) {
  using Kind = AlarmResult::Kind;
  struct Alarm {
    explicit Alarm(boost::asio::io_context& loop) : limit(loop) {}
    AlarmResult result;
    std::unique_ptr<persist::ActorCache::AlarmHandling> handling;
    io::Resolver<AlarmResult> resolver;
    boost::asio::steady_timer limit;
    std::weak_ptr<Instance> instance;
    bool handled = false;  // the handler itself has succeeded

    void end() {
      limit.cancel();
      handling.reset();
      resolver.resolve(result);
    }
  };
  auto channel = io::makePending<AlarmResult>();
  auto alarm = std::make_shared<Alarm>(host_.loop);
  alarm->resolver = std::move(channel.resolver);
  deliver(
      "the alarm", 0,
      [this, alarm, scheduled, retryCount](js::Lock& js,
                                           Instance& instance) -> v8::Local<v8::Value> {
        if (!instance.cache()) return js.undefined();
        alarm->instance = instance.weak_from_this();
        auto armed = instance.cache()->armAlarm(scheduled);
        if (auto* other = std::get_if<std::optional<persist::AlarmTime>>(&armed)) {
          alarm->result = {Kind::notDue, *other};
          return js.undefined();
        }
        alarm->handling = std::move(std::get<0>(armed));
        auto object = instance.object.get(js);
        auto handler = js::check(object->Get(js.context(), js.name("alarm")));
        if (!handler->IsFunction()) {
          instance.worker->logWarning(kNoHandler);
          return js.undefined();
        }
        alarm->limit.expires_after(std::chrono::milliseconds(kAlarmMsMax));
        alarm->limit.async_wait([weak = weak_from_this()](boost::system::error_code error) {
          auto self = weak.lock();
          if (!error && self)
            self->breakWith(std::make_exception_ptr(js::plainError(kAlarmTooLong)));
        });
        v8::Local<v8::Value> info = alarmInfo(js, scheduled, retryCount);
        return js::check(handler.As<v8::Function>()->Call(js.context(), object, 1, &info));
      },
      [alarm](js::Lock&, v8::Local<v8::Value>) -> std::function<void()> {
        alarm->handled = true;
        return [alarm] { alarm->end(); };
      },
      [alarm](std::exception_ptr error) {
        alarm->result.kind = alarm->handled ? Kind::lost : Kind::failed;
        if (auto instance = alarm->instance.lock()) {
          if (!alarm->handled) {
            instance->worker->printException("Uncaught (in alarm) " + exceptionText(error));
          }
          if (!instance->records->retryAlarm) alarm->result.kind = Kind::abandoned;
        }
        if (alarm->handling) alarm->handling->keep();
        alarm->end();
      });
  return std::move(channel.pending);
}

void Worker::Actor::abandonAlarm(persist::AlarmTime scheduled) {
  if (instance_ && instance_->cache()) instance_->cache()->abandonAlarm(scheduled);
}

}  // namespace lathe::worker
