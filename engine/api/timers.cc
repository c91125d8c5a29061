#include "engine/api/timers.h"

#include <cmath>

#include "engine/io/io-context.h"

namespace lathe::api {

using io::Timers;

namespace {

// https://webidl.spec.whatwg.org/#js-long, but that what no 64 bits hold is for ever, as in
// Workers.
double delayOf(std::optional<double> delayMs) {
  constexpr double k2To63 = 9223372036854775808.0;
  if (!delayMs || !std::isfinite(*delayMs)) return 0;
  if (std::abs(*delayMs) >= k2To63) return *delayMs;
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::int64_t>(*delayMs)));
}

}  // namespace

std::uint32_t setTimeout(js::Lock& js, v8::Local<v8::Function> callback,
                         std::optional<double> delayMs, js::Rest arguments) {
  return io::IoContext::current().setTimer(js, callback, delayOf(delayMs), Timers::Repeat::once,
                                           std::move(arguments.values));
}

std::uint32_t setInterval(js::Lock& js, v8::Local<v8::Function> callback,
                          std::optional<double> delayMs, js::Rest arguments) {
  return io::IoContext::current().setTimer(js, callback, delayOf(delayMs), Timers::Repeat::interval,
                                           std::move(arguments.values));
}

std::uint32_t setImmediate(js::Lock& js, v8::Local<v8::Function> callback, js::Rest arguments) {
  return io::IoContext::current().setTimer(js, callback, 0, Timers::Repeat::once,
                                           std::move(arguments.values));
}

void clearTimeout(js::Lock& js, std::optional<v8::Local<v8::Value>> id) {
  if (!id || (*id)->IsNullOrUndefined()) return;
  double number = js::check((*id)->NumberValue(js.context()));
  if (!(number >= 1 && number <= UINT32_MAX)) return;
  io::IoContext::current().timers().clear(static_cast<std::uint32_t>(number));
}

}  // namespace lathe::api
