#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/terminal-log.h"
#include "engine/http/tls-context.h"

namespace lathe::cli {

// Files in PEM, as the command line names them: both, or neither.
struct HttpsFiles {
  std::string certificate;
  std::string key;

  bool given() const { return !certificate.empty(); }
};

// What to serve HTTPS with: the certificate in `files`, else lathe's own, which is then for `hosts`
// too: names and addresses, such as what is listened on. Says so when that is a new one. Throws
// UsageError for files that are of no use.
std::unique_ptr<http::TlsServerContext> httpsContext(const HttpsFiles& files,
                                                     const std::vector<std::string>& hosts,
                                                     TerminalLog& log);

}  // namespace lathe::cli
