#include "cli/version.h"

#include <openssl/crypto.h>
#include <v8.h>

#include "host-package.h"  // made by the build

namespace lathe::cli {

std::string versionText() {
  std::string text = "lathe " LATHE_VERSION " (V8 ";
  text.append(v8::V8::GetVersion()).append(", " LATHE_HOST_PACKAGE ", OpenSSL ");
  return text.append(::OpenSSL_version(OPENSSL_VERSION_STRING)).append(")\n");
}

}  // namespace lathe::cli
