#include "engine/api/utf8-decode.h"

#include "engine/js/value.h"

namespace lathe::api {

v8::Local<v8::String> utf8Decode(js::Lock& js, std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  return js::utf8(js, bytes);
}

}  // namespace lathe::api
