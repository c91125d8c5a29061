#pragma once

#include "engine/js/class.h"

// https://html.spec.whatwg.org/multipage/webappapis.html#atob
namespace lathe::api {

// Both take and give strings of which each character is one byte. What is not base64, or has a
// character above U+00FF, is an InvalidCharacterError.
v8::Local<v8::String> atob(js::Lock& js, v8::Local<v8::Value> data);
v8::Local<v8::String> btoa(js::Lock& js, v8::Local<v8::Value> data);

}  // namespace lathe::api
