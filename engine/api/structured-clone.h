#pragma once

#include <vector>

#include "engine/js/class.h"

namespace lathe::api {

// https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeoptions
struct CloneOptions {
  std::vector<v8::Local<v8::Object>> transfer;

  static void members(js::Dictionary<CloneOptions>& d);
};

// https://html.spec.whatwg.org/multipage/structured-data.html#dom-structuredclone
//
// Of the platform's objects, Blob, File and DOMException can be cloned; of all objects, only
// ArrayBuffers can be transferred.
v8::Local<v8::Value> structuredClone(js::Lock& js, v8::Local<v8::Value> value,
                                     CloneOptions options);

}  // namespace lathe::api
