#pragma once

#include <string>

#include "engine/js/class.h"

// The natives behind `crypto` (engine/builtins/crypto.js). Random bytes are I/O: in global scope,
// where a worker may be started once and kept, asking for them is an error.
namespace lathe::api {

// Fills a typed array of integers with random bytes. Throws TypeMismatchError for other views,
// QuotaExceededError for more than 65536 bytes.
// https://w3c.github.io/webcrypto/#Crypto-method-getRandomValues
void fillRandom(js::Lock& js, v8::Local<v8::Value> view);

// https://w3c.github.io/webcrypto/#Crypto-method-randomUUID
std::string randomUuid();

}  // namespace lathe::api
