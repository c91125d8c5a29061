#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/http/tls-context.h"

namespace lathe::cli {

// The certificate that lathe serves HTTPS with when it is given none: self-signed, made once for
// everything that this user serves, and kept in a folder for a year, so that a browser has to be
// told to trust it only once.
struct LocalCertificate {
  http::TlsIdentity identity;
  // Where the certificate is kept, without its key.
  std::filesystem::path file;
  // Whether it is another than the last one.
  bool isNew = false;
  // Why it could not be kept; empty when it is.
  std::string notKept;
};

// The folder of this user for it: `lathe` in $XDG_CACHE_HOME, or in ~/.cache. Empty when there is
// none.
std::filesystem::path localCertificateFolder();

// The certificate kept in `folder`, or a new one when that is not there, is about to expire at
// `now`, or is not for all of `hosts`: names, and addresses as text. Any is for `localhost`, the
// names below it, and its addresses; a new one also for those hosts that the last one was for.
// Where it cannot be kept, and with no folder, it is new each time. Throws std::runtime_error when
// none can be made.
LocalCertificate localCertificate(const std::filesystem::path& folder,
                                  const std::vector<std::string>& hosts,
                                  std::chrono::sys_seconds now);

}  // namespace lathe::cli
