#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/config-node.h"
#include "cli/project-choice.h"

namespace lathe::cli {

// By which scheme and host a worker believes to be reached, as wrangler has it: `dev.host`, else
// that of the first route, and `dev.upstream_protocol`. Its requests have URLs and Host headers of
// that origin; a URL of it in a header of a response leads back to where the client has come to.
struct PublicOrigin {
  // With a port where there is one; empty: the client's own Host.
  std::string host;
  // "http" or "https"; empty: what the client speaks.
  std::string scheme;

  bool any() const { return !host.empty() || !scheme.empty(); }
};

// Understands what a configuration and the command line say, each of which may be absent. Throws
// ConfigError.
PublicOrigin readPublicOrigin(const std::optional<ConfigNode>& dev,
                              const std::optional<ConfigNode>& routes,
                              const std::optional<ConfigNode>& route, const ProjectChoice& choice);

// `text` with the origin `to` (such as "http://localhost:8787") in every URL whose host is that of
// `from`, be it http or https.
std::string withOrigin(std::string_view text, std::string_view from, std::string_view to);

}  // namespace lathe::cli
