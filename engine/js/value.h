#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "engine/js/error.h"
#include "engine/js/isolate.h"
#include "engine/js/object.h"

// Conversion between JavaScript and C++ by the rules of Web IDL
// (https://webidl.spec.whatwg.org/#es-type-mapping).
//
// `Convert<T>::fromJs` throws: a js::Error when the value does not fit, ExceptionPending when the
// script's own code (a `valueOf`, a getter) threw. `Convert<T>::accepts` tells whether a union
// should choose T for a value; `kName` is what an error calls the type.
namespace lathe::js {

template <class T>
struct Convert;

// A byte string (Web IDL ByteString): each code unit is one byte, otherwise a TypeError.
struct ByteString {
  std::string bytes;
};

// A DOMString with its surrogates as they are. `std::string` stands for USVString: UTF-8, lone
// surrogates replaced.
using DomString = std::u16string;

// A nullable value: null and undefined are "none", also as a required argument.
template <class T>
struct Nullable {
  std::optional<T> value;
};

// Integers outside the range are a TypeError instead of wrapping around.
template <class T>
struct EnforceRange {
  T value;
};

// The bytes of an ArrayBuffer or a view, in place: valid until JavaScript runs again.
struct BufferSource {
  std::span<const std::byte> bytes;
  v8::Local<v8::Value> object;
  std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

// The entries of a plain object, in order (Web IDL record).
template <class K, class V>
struct Record {
  std::vector<std::pair<K, V>> entries;
};

std::string toUtf8(Lock& js, v8::Local<v8::String> string);
// New strings of a script's own text, which may be as long as it likes: all throw RangeError for
// what is longer than V8's strings can be. Broken UTF-8 is replaced as the Encoding Standard says.
v8::Local<v8::String> utf8(Lock& js, std::string_view text);
v8::Local<v8::String> latin1(Lock& js, std::string_view bytes);
v8::Local<v8::String> utf16(Lock& js, std::u16string_view text);

// The view behind any ArrayBufferView, ArrayBuffer or SharedArrayBuffer.
std::optional<BufferSource> bufferSource(v8::Local<v8::Value> value);

// A new ArrayBuffer or Uint8Array that holds a copy of `bytes`. Throws RangeError when the
// isolate's memory limit refuses it.
v8::Local<v8::ArrayBuffer> arrayBuffer(Lock& js, std::string_view bytes);
v8::Local<v8::Uint8Array> uint8Array(Lock& js, std::string_view bytes);

// Calls `visit(value)` for each item that an iterable object yields.
void iterate(Lock& js, v8::Local<v8::Object> iterable, v8::Local<v8::Function> method,
             const std::function<void(v8::Local<v8::Value>)>& visit);
// The object's @@iterator, or nothing when it is undefined or null.
std::optional<v8::Local<v8::Function>> iteratorMethod(Lock& js, v8::Local<v8::Object> object);
// The object's own enumerable property names and symbols, in order.
v8::Local<v8::Array> ownKeys(Lock& js, v8::Local<v8::Object> object);

// ---- simple types ----

template <>
struct Convert<v8::Local<v8::Value>> {
  static constexpr const char* kName = "any";
  static v8::Local<v8::Value> fromJs(Lock&, v8::Local<v8::Value> value) { return value; }
  static v8::Local<v8::Value> toJs(Lock&, v8::Local<v8::Value> value) { return value; }
  static bool accepts(Lock&, v8::Local<v8::Value>) { return true; }
};

// Any handle to a more exact V8 type is passed out as it is.
template <class T>
requires std::is_base_of_v<v8::Value, T>
struct Convert<v8::Local<T>> {
  static constexpr const char* kName = std::is_same_v<T, v8::Function>  ? "Function"
                                       : std::is_same_v<T, v8::Promise> ? "Promise"
                                                                        : "object";
  static v8::Local<v8::Value> toJs(Lock&, v8::Local<T> value) { return value; }
  static bool accepts(Lock&, v8::Local<v8::Value> value) {
    if constexpr (std::is_same_v<T, v8::Function>) return value->IsFunction();
    if constexpr (std::is_same_v<T, v8::Object>) return value->IsObject();
    if constexpr (std::is_same_v<T, v8::Promise>) return value->IsPromise();
    return false;
  }
  static v8::Local<T> fromJs(Lock& js, v8::Local<v8::Value> value) {
    if (!accepts(js, value)) throw typeError("is not of type '" + std::string(kName) + "'.");
    return value.template As<T>();
  }
};

template <>
struct Convert<bool> {
  static constexpr const char* kName = "boolean";
  static bool fromJs(Lock& js, v8::Local<v8::Value> value) { return value->BooleanValue(js.v8()); }
  static v8::Local<v8::Value> toJs(Lock& js, bool value) {
    return v8::Boolean::New(js.v8(), value);
  }
  static bool accepts(Lock&, v8::Local<v8::Value> value) { return value->IsBoolean(); }
};

template <>
struct Convert<double> {
  static constexpr const char* kName = "number";
  static double fromJs(Lock& js, v8::Local<v8::Value> value) {
    if (value->IsNumber()) return value.As<v8::Number>()->Value();
    return check(value->NumberValue(js.context()));
  }
  static v8::Local<v8::Value> toJs(Lock& js, double value) {
    return v8::Number::New(js.v8(), value);
  }
  static bool accepts(Lock&, v8::Local<v8::Value> value) { return value->IsNumber(); }
};

// https://webidl.spec.whatwg.org/#abstract-opdef-converttoint, without an attribute: modulo 2^bits.
template <class T>
requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) struct Convert<T> {
  static constexpr const char* kName = "number";
  static T fromJs(Lock& js, v8::Local<v8::Value> value) {
    if (value->IsInt32()) return static_cast<T>(value.As<v8::Int32>()->Value());
    double number = std::trunc(Convert<double>::fromJs(js, value));
    if (!std::isfinite(number)) return 0;
    constexpr double kModulus =
        sizeof(T) == 8 ? 0x1p64 : static_cast<double>(1ULL << (8 * (sizeof(T) % 8)));
    number = std::fmod(number, kModulus);
    if (number < 0) number += kModulus;
    return static_cast<T>(static_cast<std::uint64_t>(number));
  }
  static v8::Local<v8::Value> toJs(Lock& js, T value) {
    if constexpr (sizeof(T) < 4 || std::is_same_v<T, std::int32_t>)
      return v8::Integer::New(js.v8(), value);
    return v8::Number::New(js.v8(), static_cast<double>(value));
  }
  static bool accepts(Lock&, v8::Local<v8::Value> value) { return value->IsNumber(); }
};

template <class T>
struct Convert<EnforceRange<T>> {
  static constexpr const char* kName = "number";
  static EnforceRange<T> fromJs(Lock& js, v8::Local<v8::Value> value) {
    double number = std::trunc(Convert<double>::fromJs(js, value));
    constexpr double kSafe = 9007199254740991.0;
    double low = std::max(static_cast<double>(std::numeric_limits<T>::min()), -kSafe);
    double high = std::min(static_cast<double>(std::numeric_limits<T>::max()), kSafe);
    if (!(number >= low && number <= high)) throw typeError("is outside the accepted range.");
    return {static_cast<T>(number)};
  }
};

template <>
struct Convert<std::string> {
  static constexpr const char* kName = "string";
  static std::string fromJs(Lock& js, v8::Local<v8::Value> value) {
    return toUtf8(
        js, value->IsString() ? value.As<v8::String>() : check(value->ToString(js.context())));
  }
  static v8::Local<v8::Value> toJs(Lock& js, std::string_view value) { return utf8(js, value); }
  static bool accepts(Lock&, v8::Local<v8::Value> value) { return value->IsString(); }
};

template <>
struct Convert<std::string_view> {
  static v8::Local<v8::Value> toJs(Lock& js, std::string_view value) { return utf8(js, value); }
};

template <>
struct Convert<DomString> {
  static constexpr const char* kName = "string";
  static DomString fromJs(Lock& js, v8::Local<v8::Value> value);
  static v8::Local<v8::Value> toJs(Lock& js, const DomString& value) { return utf16(js, value); }
  static bool accepts(Lock&, v8::Local<v8::Value> value) { return value->IsString(); }
};

template <>
struct Convert<ByteString> {
  static constexpr const char* kName = "string";
  static ByteString fromJs(Lock& js, v8::Local<v8::Value> value);
  static v8::Local<v8::Value> toJs(Lock& js, const ByteString& value) {
    return latin1(js, value.bytes);
  }
  static bool accepts(Lock&, v8::Local<v8::Value> value) { return value->IsString(); }
};

template <>
struct Convert<BufferSource> {
  static constexpr const char* kName = "ArrayBuffer or ArrayBufferView";
  static BufferSource fromJs(Lock&, v8::Local<v8::Value> value) {
    if (auto source = bufferSource(value)) return *source;
    throw typeError("is not of type '" + std::string(kName) + "'.");
  }
  static bool accepts(Lock&, v8::Local<v8::Value> value) { return bufferSource(value).has_value(); }
};

// ---- composed types ----

// An argument that may be left out; undefined counts as left out.
template <class T>
struct Convert<std::optional<T>> {
  static constexpr const char* kName = Convert<T>::kName;
  static std::optional<T> fromJs(Lock& js, v8::Local<v8::Value> value) {
    if (value->IsUndefined()) return std::nullopt;
    return Convert<T>::fromJs(js, value);
  }
  static v8::Local<v8::Value> toJs(Lock& js, std::optional<T> value) {
    if (!value) return js.undefined();
    return Convert<T>::toJs(js, std::move(*value));
  }
  static bool accepts(Lock& js, v8::Local<v8::Value> value) {
    return value->IsUndefined() || Convert<T>::accepts(js, value);
  }
};

template <class T>
struct Convert<Nullable<T>> {
  static constexpr const char* kName = Convert<T>::kName;
  static Nullable<T> fromJs(Lock& js, v8::Local<v8::Value> value) {
    if (value->IsNullOrUndefined()) return {};
    return {Convert<T>::fromJs(js, value)};
  }
  static v8::Local<v8::Value> toJs(Lock& js, Nullable<T> value) {
    if (!value.value) return js.null();
    return Convert<T>::toJs(js, std::move(*value.value));
  }
  static bool accepts(Lock& js, v8::Local<v8::Value> value) {
    return value->IsNullOrUndefined() || Convert<T>::accepts(js, value);
  }
};

// https://webidl.spec.whatwg.org/#es-sequence
template <class T>
struct Convert<std::vector<T>> {
  static constexpr const char* kName = "sequence";
  static bool accepts(Lock& js, v8::Local<v8::Value> value) {
    return value->IsObject() && iteratorMethod(js, value.As<v8::Object>()).has_value();
  }
  static std::vector<T> fromJs(Lock& js, v8::Local<v8::Value> value) {
    if (!value->IsObject()) throw typeError("is not iterable.");
    auto method = iteratorMethod(js, value.As<v8::Object>());
    if (!method) throw typeError("is not iterable.");
    std::vector<T> items;
    iterate(js, value.As<v8::Object>(), *method,
            [&](v8::Local<v8::Value> item) { items.push_back(Convert<T>::fromJs(js, item)); });
    return items;
  }
  static v8::Local<v8::Value> toJs(Lock& js, std::vector<T> items) {
    std::vector<v8::Local<v8::Value>> values;
    values.reserve(items.size());
    for (auto&& item : items) values.push_back(Convert<T>::toJs(js, std::move(item)));
    return v8::Array::New(js.v8(), values.data(), values.size());
  }
};

template <class A, class B>
struct Convert<std::pair<A, B>> {
  static v8::Local<v8::Value> toJs(Lock& js, std::pair<A, B> pair) {
    v8::Local<v8::Value> values[] = {Convert<A>::toJs(js, std::move(pair.first)),
                                     Convert<B>::toJs(js, std::move(pair.second))};
    return v8::Array::New(js.v8(), values, 2);
  }
};

// https://webidl.spec.whatwg.org/#es-record
template <class K, class V>
struct Convert<Record<K, V>> {
  static constexpr const char* kName = "object";
  static bool accepts(Lock&, v8::Local<v8::Value> value) { return value->IsObject(); }
  static Record<K, V> fromJs(Lock& js, v8::Local<v8::Value> value) {
    if (!value->IsObject()) throw typeError("is not of type 'object'.");
    auto object = value.As<v8::Object>();
    auto keys = ownKeys(js, object);
    Record<K, V> record;
    for (std::uint32_t i = 0; i < keys->Length(); ++i) {
      auto key = check(keys->Get(js.context(), i));
      auto descriptor = check(object->GetOwnPropertyDescriptor(js.context(), key.As<v8::Name>()));
      if (!descriptor->IsObject()) continue;
      auto enumerable =
          check(descriptor.As<v8::Object>()->Get(js.context(), js.name("enumerable")));
      if (!enumerable->IsTrue()) continue;
      if (key->IsSymbol()) throw typeError("has a key that is a symbol.");
      auto typedKey = Convert<K>::fromJs(js, key);
      auto typedValue = Convert<V>::fromJs(js, check(object->Get(js.context(), key)));
      record.entries.emplace_back(std::move(typedKey), std::move(typedValue));
    }
    return record;
  }
};

namespace detail {

// Picks the first alternative that claims the value; the last one that can convert anything
// otherwise (for unions with a string that is the string, by the rules of Web IDL).
template <class Union, class... Rest>
struct ConvertUnion;

template <class Union>
struct ConvertUnion<Union> {
  static std::optional<Union> byType(Lock&, v8::Local<v8::Value>) { return std::nullopt; }
  static std::optional<Union> byString(Lock&, v8::Local<v8::Value>) { return std::nullopt; }
};

template <class Union, class First, class... Rest>
struct ConvertUnion<Union, First, Rest...> {
  static std::optional<Union> byType(Lock& js, v8::Local<v8::Value> value) {
    if (Convert<First>::accepts(js, value)) {
      // Made in its place: GCC 12 takes a temporary union for one that may be uninitialized.
      return std::optional<Union>(std::in_place, std::in_place_type<First>,
                                  Convert<First>::fromJs(js, value));
    }
    return ConvertUnion<Union, Rest...>::byType(js, value);
  }
  static std::optional<Union> byString(Lock& js, v8::Local<v8::Value> value) {
    if constexpr (std::is_same_v<First, std::string> || std::is_same_v<First, ByteString> ||
                  std::is_same_v<First, DomString>) {
      return Union(Convert<First>::fromJs(js, value));
    } else {
      return ConvertUnion<Union, Rest...>::byString(js, value);
    }
  }
};

}  // namespace detail

template <class... Ts>
struct Convert<std::variant<Ts...>> {
  using Union = std::variant<Ts...>;
  static constexpr const char* kName = "a supported type";
  static bool accepts(Lock& js, v8::Local<v8::Value> value) {
    return (Convert<Ts>::accepts(js, value) || ...);
  }
  static Union fromJs(Lock& js, v8::Local<v8::Value> value) {
    if (auto chosen = detail::ConvertUnion<Union, Ts...>::byType(js, value))
      return std::move(*chosen);
    if (auto text = detail::ConvertUnion<Union, Ts...>::byString(js, value))
      return std::move(*text);
    throw typeError("is not of a supported type.");
  }
  static v8::Local<v8::Value> toJs(Lock& js, Union value) {
    return std::visit(
        [&]<class T>(T alternative) { return Convert<T>::toJs(js, std::move(alternative)); },
        std::move(value));
  }
};

}  // namespace lathe::js
