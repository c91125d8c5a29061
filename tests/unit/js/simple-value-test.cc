#include "engine/js/simple-value.h"

#include <doctest/doctest.h>

#include "engine/js/serializer.h"
#include "engine/js/value.h"
#include "tests/unit/js/script.h"

using namespace lathe::js;
using lathe::js::test::Script;

namespace {

v8::Local<v8::Value> evaluate(Lock& js, const char* expression) {
  auto script = check(v8::Script::Compile(js.context(), js.string(expression)));
  return check(script->Run(js.context()));
}

// What V8's own serializer makes of it.
std::string byV8(Lock& js, v8::Local<v8::Value> value) {
  v8::ValueSerializer serializer(js.v8());
  serializer.WriteHeader();
  check(serializer.WriteValue(js.context(), value));
  auto [bytes, size] = serializer.Release();
  std::string result(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  return result;
}

v8::Local<v8::Value> readByV8(Lock& js, const std::string& bytes) {
  v8::ValueDeserializer deserializer(js.v8(), reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                     bytes.size());
  check(deserializer.ReadHeader(js.context()));
  return check(deserializer.ReadValue(js.context()));
}

}  // namespace

TEST_CASE("a simple value and V8's serializer understand each other") {
  const char* expressions[] = {
      "0",
      "1",
      "-1",
      "63",
      "64",
      "-64",
      "-65",
      "8192",
      "2 ** 31 - 1",
      "-(2 ** 31)",
      "2 ** 31",
      "-(2 ** 31) - 1",
      "-0",
      "0.1",
      "NaN",
      "Infinity",
      "-Infinity",
      "Number.MAX_SAFE_INTEGER",
      "Number.MIN_VALUE",
      "true",
      "false",
      "null",
      "undefined",
      "''",
      "'a'",
      "'a\\0b'",
      "'\\xe9\\xff'",
      "'x'.repeat(127)",
      "'x'.repeat(128)",
      "'x'.repeat(100000)",
      "'half ' + 'x'.repeat(50)",
  };
  Script script;
  for (const char* expression : expressions) {
    CAPTURE(expression);
    script.within([&](Lock& js) {
      auto value = evaluate(js, expression);
      auto simple = serializeSimple(js, value);
      REQUIRE(simple);
      CHECK(readByV8(js, *simple)->SameValue(value));
      auto again = deserializeSimple(js, byV8(js, value));
      REQUIRE(!again.IsEmpty());
      CHECK(again->SameValue(value));
      CHECK(deserializeSimple(js, *simple)->SameValue(value));
    });
  }
}

TEST_CASE("what is not simple is left to V8's serializer") {
  const char* expressions[] = {
      "({})",      "[]",        "new Number(1)",  "new String('a')",  "1n",
      "'\\u0100'", "'\\ud800'", "Symbol()",       "new Date(0)",      "() => 1",
      "new Map()", "/a/",       "new Boolean(0)", "new Uint8Array(2)"};
  Script script;
  for (const char* expression : expressions) {
    CAPTURE(expression);
    script.within([&](Lock& js) { CHECK(!serializeSimple(js, evaluate(js, expression))); });
  }
}

TEST_CASE("bytes that are no simple value are not taken for one") {
  Script script;
  script.within([&](Lock& js) {
    const std::string head = serializeSimple(js, js.null())->substr(0, 2);
    const std::string bodies[] = {
        "",
        "I",                                        // no number
        "I\x80",                                    // a number without an end
        "I\xff\xff\xff\xff\x7f",                    // too large
        std::string("I\x80\x80\x80\x80\x80\0", 7),  // too long
        std::string("I\0\0", 3),                    // something behind it
        "N1234567",
        "N123456789",
        "\"\x02"
        "a",  // shorter than it says
        "\"\x01"
        "ab",
        "T ",
        "0 ",
        "_ ",
        "c",  // two-byte strings
        "o",  // objects
        "?",
    };
    for (const auto& body : bodies) {
      CAPTURE(body);
      CHECK(deserializeSimple(js, head + body).IsEmpty());
    }
    // Another version, no head, half a head.
    CHECK(deserializeSimple(js, "\xff\x7fT").IsEmpty());
    CHECK(deserializeSimple(js, "T").IsEmpty());
    CHECK(deserializeSimple(js, head.substr(0, 1)).IsEmpty());
    CHECK(deserializeSimple(js, "").IsEmpty());
  });
}

TEST_CASE("a NaN of any bits is read as the one of JavaScript") {
  Script script;
  script.within([&](Lock& js) {
    std::string bytes = serializeSimple(js, js.null())->substr(0, 2);
    bytes += std::string("N\x01\0\0\0\0\0\xf4\xff", 9);
    auto value = deserializeSimple(js, bytes);
    REQUIRE(!value.IsEmpty());
    CHECK(value->SameValue(v8::Number::New(js.v8(), std::numeric_limits<double>::quiet_NaN())));
  });
}
