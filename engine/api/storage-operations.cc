#include "engine/api/storage-operations.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "engine/io/io-context.h"
#include "engine/js/serializer.h"

namespace lathe::api {
namespace {

using persist::NowOrLater;

// Holds the input gate meanwhile, unless the script allows other events in.
template <class T, class Continuation>
v8::Local<v8::Promise> awaited(js::Lock& js, io::Pending<T> pending, bool allowConcurrency,
                               Continuation continuation) {
  auto& context = io::IoContext::current();
  if (allowConcurrency) return context.awaitIo(js, std::move(pending), std::move(continuation));
  return context.awaitIoWithInputLock(js, std::move(pending), std::move(continuation));
}

template <class T, class Convert>
js::Answer answered(js::Lock& js, NowOrLater<T> result, bool allowConcurrency, Convert convert) {
  if (auto* value = std::get_if<T>(&result)) return {convert(js, std::move(*value))};
  return {awaited(js, std::move(std::get<io::Pending<T>>(result)), allowConcurrency, convert)};
}

js::Answer written(js::Lock& js, std::optional<io::Pending<void>> pressure, bool allowConcurrency) {
  if (!pressure) return {js.undefined()};
  return {awaited(js, std::move(*pressure), allowConcurrency, [](js::Lock&) {})};
}

// For methods that are called too rarely to be worth an answer of their own.
v8::Local<v8::Promise> promised(js::Lock& js, js::Answer answer) {
  if (answer.value->IsPromise()) return answer.value.As<v8::Promise>();
  return fulfilled(js, answer.value);
}

// A Map is filled from JavaScript, which is compiled for it: from here each entry would cost a
// call.
v8::Local<v8::Value> toMap(js::Lock& js, std::vector<persist::Pair> pairs) {
  // So many entries at once fit into an array of the young generation.
  constexpr std::size_t kAtOnce = 1000;
  auto map = v8::Map::New(js.v8());
  auto hooks = io::Realm::of(js).hooks();
  auto fill = js::check(hooks->Get(js.context(), js.name("fillMap"))).As<v8::Function>();
  std::vector<v8::Local<v8::Value>> entries;
  entries.reserve(2 * std::min(pairs.size(), kAtOnce));
  for (std::size_t start = 0; start < pairs.size(); start += kAtOnce) {
    v8::HandleScope handles(js.v8());
    entries.clear();
    for (const auto& pair :
         std::span(pairs).subspan(start).first(std::min(kAtOnce, pairs.size() - start))) {
      entries.push_back(js::utf8(js, pair.key));
      entries.push_back(StorageOperations::restored(js, pair.value));
    }
    v8::Local<v8::Value> arguments[] = {map,
                                        v8::Array::New(js.v8(), entries.data(), entries.size())};
    js::check(fill->Call(js.context(), hooks, 2, arguments));
  }
  return map;
}

v8::Local<v8::Value> toMilliseconds(js::Lock& js, std::optional<persist::AlarmTime> time) {
  if (!time) return js.null();
  return v8::Number::New(js.v8(), static_cast<double>(time->time_since_epoch().count()));
}

constexpr const char* kPutForms =
    "put() may only be called with a single key-value pair and optional options as put(key, value, "
    "options) or with multiple key-value pairs and optional options as put(entries, options)";

// The first key after all that begin with `prefix`; nothing when there is none.
std::optional<std::string> afterPrefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

v8::Local<v8::Promise> fulfilled(js::Lock& js, v8::Local<v8::Value> value) {
  auto resolver = js::check(v8::Promise::Resolver::New(js.context()));
  js::check(resolver->Resolve(js.context(), value));
  return resolver->GetPromise();
}

// ---- Options ----

void StorageReadOptions::members(js::Dictionary<StorageReadOptions>& d) {
  d.member<&StorageReadOptions::allowConcurrency>("allowConcurrency");
  d.member<&StorageReadOptions::noCache>("noCache");
}

void StorageWriteOptions::members(js::Dictionary<StorageWriteOptions>& d) {
  d.member<&StorageWriteOptions::allowConcurrency>("allowConcurrency");
  d.member<&StorageWriteOptions::allowUnconfirmed>("allowUnconfirmed");
  d.member<&StorageWriteOptions::noCache>("noCache");
}

void StorageListOptions::members(js::Dictionary<StorageListOptions>& d) {
  d.member<&StorageListOptions::allowConcurrency>("allowConcurrency");
  d.member<&StorageListOptions::end>("end");
  d.member<&StorageListOptions::limit>("limit");
  d.member<&StorageListOptions::noCache>("noCache");
  d.member<&StorageListOptions::prefix>("prefix");
  d.member<&StorageListOptions::reverse>("reverse");
  d.member<&StorageListOptions::start>("start");
  d.member<&StorageListOptions::startAfter>("startAfter");
}

std::optional<persist::Range> StorageListOptions::range() const {
  if (start && startAfter) {
    throw js::typeError("list() cannot be called with both start and startAfter values.");
  }
  persist::Range range;
  range.reverse = reverse;
  if (limit) {
    if (!(*limit >= 1)) throw js::typeError("List limit must be positive.");
    range.limit = static_cast<std::size_t>(std::min(*limit, 0x1p52));
  }
  if (start) range.start = *start;
  if (startAfter) range.start = *startAfter + '\0';
  range.end = end;
  if (prefix) {
    range.start = std::max(range.start, *prefix);
    auto past = afterPrefix(*prefix);
    if (past) range.end = range.end ? std::min(*range.end, *past) : *past;
  }
  if (range.end && *range.end <= range.start) return std::nullopt;
  return range;
}

// ---- Keys and values ----

std::string StorageOperations::key(v8::Local<v8::Value> value) {
  auto text = js::Convert<std::string>::fromJs(js_, value);
  if (text.size() > kKeyBytesMax) {
    throw js::rangeError("Keys cannot be larger than 2048 bytes. A key of size " +
                         std::to_string(text.size()) + " was provided.");
  }
  return text;
}

std::vector<std::string> StorageOperations::keys(v8::Local<v8::Array> array) {
  std::vector<std::string> result;
  result.reserve(array->Length());
  for (std::uint32_t i = 0; i < array->Length(); ++i) {
    result.push_back(key(js::check(array->Get(js_.context(), i))));
  }
  return result;
}

persist::Value StorageOperations::stored(v8::Local<v8::Value> value) {
  auto bytes = js::serializeForStorage(js_, value);
  std::size_t limit = records_.synchronous() ? kSynchronousValueBytesMax : kValueBytesMax;
  std::size_t room = records_.synchronous() ? 0 : kValueHeadBytes;
  if (bytes.size() > limit + room) {
    throw js::rangeError("Values cannot be larger than " + std::to_string(limit) +
                         " bytes. A value of size " + std::to_string(bytes.size()) +
                         " was provided.");
  }
  return std::make_shared<const std::string>(std::move(bytes));
}

v8::Local<v8::Value> StorageOperations::restored(js::Lock& js, const persist::Value& value) {
  if (!value) return js.undefined();
  return js::deserializeFromStorage(js, *value);
}

// ---- Operations ----

js::Answer StorageOperations::get(v8::Local<v8::Value> asked, const StorageReadOptions& options) {
  persist::ReadOptions forCache{options.noCache};
  if (!asked->IsArray()) {
    return answered(js_, target_.get(key(asked), forCache), options.allowConcurrency,
                    [](js::Lock& js, persist::Value value) { return restored(js, value); });
  }
  auto wanted = keys(asked.As<v8::Array>());
  if (!records_.synchronous() && wanted.size() > kKeysPerGetMax) {
    throw js::rangeError("Maximum number of key value pairs is 128. " +
                         std::to_string(wanted.size()) + " pairs were provided.");
  }
  return answered(js_, target_.get(std::move(wanted), forCache), options.allowConcurrency, &toMap);
}

v8::Local<v8::Promise> StorageOperations::list(const StorageListOptions& options) {
  auto range = options.range();
  if (!range) return fulfilled(js_, v8::Map::New(js_.v8()));
  return promised(js_, answered(js_, target_.list(std::move(*range), {options.noCache}),
                                options.allowConcurrency, &toMap));
}

js::Answer StorageOperations::put(v8::Local<v8::Value> first, v8::Local<v8::Value> second,
                                  v8::Local<v8::Value> third) {
  auto optionsFrom = [&](v8::Local<v8::Value> given) {
    if (given->IsUndefined()) return StorageWriteOptions();
    if (!given->IsNullOrUndefined() && !given->IsObject()) throw js::typeError(kPutForms);
    return js::Convert<StorageWriteOptions>::fromJs(js_, given);
  };
  if (!first->IsObject()) {
    std::string name = key(first);
    if (second->IsUndefined()) throw js::typeError("put() called with undefined value.");
    auto options = optionsFrom(third);
    persist::Pair pair{std::move(name), stored(second)};
    return put({&pair, 1}, options);
  }
  auto options = optionsFrom(second);
  auto entries = js::Convert<js::Record<std::string, v8::Local<v8::Value>>>::fromJs(js_, first);
  std::vector<persist::Pair> pairs;
  pairs.reserve(entries.entries.size());
  for (auto& [name, value] : entries.entries) {
    if (value->IsUndefined()) continue;
    pairs.push_back({key(js::utf8(js_, name)), stored(value)});
  }
  return put(pairs, options);
}

js::Answer StorageOperations::put(std::span<persist::Pair> pairs,
                                  const StorageWriteOptions& options) {
  return written(js_, target_.put(pairs, options.forCache()), options.allowConcurrency);
}

js::Answer StorageOperations::erase(v8::Local<v8::Value> asked,
                                    const StorageWriteOptions& options) {
  if (asked->IsArray()) {
    return answered(js_, target_.erase(keys(asked.As<v8::Array>()), options.forCache()),
                    options.allowConcurrency, [](js::Lock& js, std::uint64_t count) {
                      return js::Convert<double>::toJs(js, static_cast<double>(count));
                    });
  }
  return answered(
      js_, target_.erase({key(asked)}, options.forCache()), options.allowConcurrency,
      [](js::Lock& js, std::uint64_t count) { return js::Convert<bool>::toJs(js, count > 0); });
}

v8::Local<v8::Promise> StorageOperations::getAlarm(const StorageReadOptions& options) {
  return promised(js_, answered(js_, target_.getAlarm({options.noCache}), options.allowConcurrency,
                                &toMilliseconds));
}

v8::Local<v8::Promise> StorageOperations::setAlarm(v8::Local<v8::Value> time,
                                                   const StorageWriteOptions& options) {
  double asked =
      time->IsDate() ? time.As<v8::Date>()->ValueOf() : js::Convert<double>::fromJs(js_, time);
  if (!(asked > 0)) throw js::typeError("setAlarm() cannot be called with an alarm time <= 0");
  if (records_.alarmHandler == ActorRecords::AlarmHandler::missing) {
    throw js::typeError(
        "Your Durable Object class must have an alarm() handler in order to call setAlarm()");
  }
  using namespace std::chrono;
  auto now = time_point_cast<milliseconds>(system_clock::now());
  // Later than any date that JavaScript knows is as good as never.
  persist::AlarmTime wanted{
      milliseconds(static_cast<std::int64_t>(std::trunc(std::min(asked, 8.64e15))))};
  return promised(js_, written(js_, target_.setAlarm(std::max(wanted, now), options.forCache()),
                               options.allowConcurrency));
}

v8::Local<v8::Promise> StorageOperations::deleteAlarm(const StorageWriteOptions& options) {
  return promised(js_, written(js_, target_.setAlarm(std::nullopt, options.forCache()),
                               options.allowConcurrency));
}

}  // namespace lathe::api
