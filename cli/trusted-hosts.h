#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/io/http-message.h"

namespace lathe::cli {

// The names under which this machine's own person asks, and nobody else can make a browser ask: any
// site can have its name lead to 127.0.0.1 (DNS rebinding), and its pages then read what they get
// from there. What is for that person alone, such as the lines of the script around an error, is
// shown under these names only: `localhost` and those below it, addresses, and what is configured.
// The worker itself answers under every name.
class TrustedHosts {
 public:
  // `configured` are names that are trusted too; addresses among them do no harm.
  explicit TrustedHosts(const std::vector<std::string>& configured);

  // `authority` as a Host header has it, with a port or without.
  bool trusts(std::string_view authority) const;
  // The same of every host that a request names.
  bool trusts(const io::RequestHead& head) const;

 private:
  // In lower case, without the dot at the end that makes a name absolute.
  std::set<std::string, std::less<>> names_;
};

}  // namespace lathe::cli
