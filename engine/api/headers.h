#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/fields.hpp>

#include "engine/io/http-message.h"
#include "engine/js/iterable.h"

namespace lathe::api {

class Headers;

// Headers to copy from without asking their iterator; those with an iterator of their own do not
// count.
struct HeadersSource {
  js::Ptr<Headers> headers;
};

// What `new Headers(init)` and the `headers` of an init accept.
using HeadersInit = std::variant<HeadersSource, std::vector<std::vector<std::string>>,
                                 js::Record<js::ByteString, std::string>>;

// https://fetch.spec.whatwg.org/#headers-class
//
// A list in order of arrival whose names keep the case they were first given; what a script sees is
// sorted by lower-cased name, with equal names joined by ", " (set-cookie excepted). Values are
// UTF-8 both ways, which is Workers' own: the standard has one byte for each character.
class Headers final : public js::Object, public js::PairIterable<Headers> {
 public:
  static constexpr const char* kInterface = "Headers";
  static constexpr const char* kIteratorInterface = "Headers Iterator";
  enum class Guard { none, immutable };

  explicit Headers(Guard guard = Guard::none) : guard_(guard) {}
  // From a parsed message's fields, without those that concern one connection alone; one that is to
  // become a WebSocket is what a script asks for.
  Headers(const boost::beast::http::fields& fields, Guard guard);
  // From what a worker or a transport has checked already.
  Headers(const io::HeaderList& list, Guard guard);
  Headers(const Headers& other, Guard guard) : entries_(other.entries_), guard_(guard) {}

  static js::Ptr<Headers> construct(js::Lock& js, std::optional<HeadersInit> init);
  // Takes what `init` lists into headers that are still empty. Throws TypeError.
  void fill(js::Lock& js, const HeadersInit& init);

  void append(std::string name, std::string value);
  void remove(std::string name);
  js::Nullable<std::string> get(std::string name) const;
  // Workers' own: every value of one name, kept for Set-Cookie.
  std::vector<std::string> getAll(std::string name) const;
  std::vector<std::string> getSetCookie() const;
  bool has(std::string name) const;
  void set(std::string name, std::string value);

  std::size_t pairCount() const { return sorted().size(); }
  v8::Local<v8::Value> pairKey(js::Lock& js, std::size_t index) const;
  v8::Local<v8::Value> pairValue(js::Lock& js, std::size_t index) const;

  // ---- For C++ ----

  // `name` in lower case.
  bool contains(std::string_view name) const;
  std::optional<std::string> find(std::string_view name) const;
  // Without any check; `name` in any case.
  void setUnchecked(std::string_view name, std::string value);
  io::HeaderList list() const;
  bool empty() const { return entries_.empty(); }

  static void describe(js::Class<Headers>& c, const Compatibility&);

 protected:
  std::size_t nativeBytes() const override;

 private:
  struct Entry {
    std::string name;   // as given
    std::string lower;  // what is compared
    std::string value;
  };
  struct Pair {
    std::string name;
    std::string value;
  };

  void requireMutable() const;
  void erase(std::string_view lower);
  const std::vector<Pair>& sorted() const;

  std::vector<Entry> entries_;
  Guard guard_;
  mutable std::optional<std::vector<Pair>> sorted_;
};

}  // namespace lathe::api

template <>
struct lathe::js::Convert<lathe::api::HeadersSource> {
  static bool accepts(Lock& js, v8::Local<v8::Value> value);
  static lathe::api::HeadersSource fromJs(Lock& js, v8::Local<v8::Value> value);
};
