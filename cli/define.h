#pragma once

#include <string>

#include "engine/worker/worker-source.h"

namespace lathe::cli {

// One `define`, understood. wrangler's bundler puts `value`, which is JSON or a name, wherever the
// script says `name`; here the name leads to the value. Throws ConfigError, which begins with
// `where`, when one of the two is no such thing.
worker::Constant readDefine(const std::string& name, const std::string& value,
                            const std::string& where);

}  // namespace lathe::cli
