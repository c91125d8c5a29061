#include "engine/openssl.h"

#include <stdexcept>
#include <string>

#include <dlfcn.h>

namespace lathe {

void requireOpenSsl() {
  static const bool loaded = [] {
    // The one that meson.build leaves out; it brings libcrypto with it.
    if (!::dlopen("libssl.so.3", RTLD_LAZY | RTLD_GLOBAL)) {
      throw std::runtime_error(std::string("OpenSSL is needed here: ") + ::dlerror());
    }
    return true;
  }();
  static_cast<void>(loaded);
}

}  // namespace lathe
