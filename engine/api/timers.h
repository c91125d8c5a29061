#pragma once

#include "engine/js/class.h"

// https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#timers; delays are
// milliseconds, and wrap around at 2^32 as that standard has it (a `long`). All of them throw the
// global-scope error where no event runs (io-context.h).
namespace lathe::api {

std::uint32_t setTimeout(js::Lock& js, v8::Local<v8::Function> callback,
                         std::optional<double> delayMs, js::Rest arguments);
std::uint32_t setInterval(js::Lock& js, v8::Local<v8::Function> callback,
                          std::optional<double> delayMs, js::Rest arguments);
// As soon as the loop is free; not a web standard.
std::uint32_t setImmediate(js::Lock& js, v8::Local<v8::Function> callback, js::Rest arguments);
// Ends any kind of timer. What is no timer of this event is ignored.
void clearTimeout(js::Lock& js, std::optional<v8::Local<v8::Value>> id);

}  // namespace lathe::api
