#pragma once

#include <array>
#include <string>
#include <string_view>

#include "engine/js/lock.h"

namespace lathe::js {

// Texts that JavaScript is given again and again, such as the URLs of requests, as the same string
// each time: it is made once, its hash is known, and what V8 remembers of a string (how it was
// split, where it leads as a key) is found again. A text becomes such a string when it comes a
// second time in a row to its place, so that those which come once leave nothing behind.
class RecentStrings {
 public:
  // `text` is UTF-8.
  v8::Local<v8::String> get(Lock& js, std::string_view text);
  void clear();

 private:
  static constexpr std::size_t kPlaces = 64;
  static constexpr std::size_t kTextBytesMax = 512;

  struct Place {
    std::string text;
    v8::Global<v8::String> string;  // empty when the text has come once only
  };
  std::array<Place, kPlaces> places_;
};

}  // namespace lathe::js
