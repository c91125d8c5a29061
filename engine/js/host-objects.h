#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/callback.h"
#include "engine/js/lock.h"

// The objects of the platform inside a value that is cloned: only their own floor knows which can
// be copied, and how.
namespace lathe::js {

// What a clone is for, which decides what may be in it.
enum class ClonePurpose {
  script,   // for the same process: structuredClone, exceptions, ctx.props
  storage,  // for bytes that outlive the process
  call,     // for another worker, to be read once
};

// Where an object writes what it consists of. Each function may throw ExceptionPending or
// js::Error.
class HostWriter {
 public:
  virtual ClonePurpose purpose() const = 0;
  virtual void number(std::uint32_t number) = 0;
  virtual void real(double number) = 0;
  virtual void text(std::string_view bytes) = 0;
  virtual void value(v8::Local<v8::Value> value) = 0;
  // Has `thing` go with the value as it is. Not for storage.
  virtual void keep(std::shared_ptr<void> thing) = 0;
  // Runs `step` once all has been written; never when something cannot be.
  virtual void atEnd(lathe::Callback<void()> step) = 0;

 protected:
  ~HostWriter() = default;
};

// Where it is read again, in the same order. Each function throws DataCloneError when that is not
// what was written.
class HostReader {
 public:
  virtual std::uint32_t number() = 0;
  virtual double real() = 0;
  virtual std::string text() = 0;
  virtual v8::Local<v8::Value> value() = 0;
  virtual std::shared_ptr<void> kept() = 0;

 protected:
  ~HostReader() = default;
};

// Holds no state: one for all isolates.
class HostObjects {
 public:
  // Writes what `object` consists of, beginning with a number other than 0 for its kind. False,
  // with nothing written, when objects of its kind cannot be copied.
  virtual bool write(Lock& js, v8::Local<v8::Object> object, HostWriter& out) const = 0;
  // A new object of the kind with that number. V8 ends the process when JavaScript runs meanwhile.
  virtual v8::Local<v8::Object> read(Lock& js, std::uint32_t kind, HostReader& in) const = 0;

 protected:
  ~HostObjects() = default;
};

}  // namespace lathe::js
