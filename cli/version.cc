#include "cli/version.h"

#include <openssl/crypto.h>
#include <v8.h>

#include "host-package.h"  // made by the build

namespace lathe::cli {

std::string versionText() {
  return std::string("lathe ") + LATHE_VERSION + " (V8 " + v8::V8::GetVersion() +
         ", " LATHE_HOST_PACKAGE ", OpenSSL " + ::OpenSSL_version(OPENSSL_VERSION_STRING) + ")\n";
}

}  // namespace lathe::cli
