#pragma once

#include <string>

#include "cli/config.h"
#include "cli/modules/esbuild-packet.h"

namespace lathe::cli {

// What the module of a bundle is called: as its main script, as JavaScript.
std::string bundleNameOf(const Config& config);

// What esbuild is asked for to bundle a worker, as wrangler asks for it: a request of the service
// protocol, without the key and the plugins.
EsbuildValue bundleRequest(const Config& config);

// All that decides what a bundle of the worker is, but the files: `request` and what the plugins go
// by. Two with one signature are interchangeable.
std::string bundleSignature(const Config& config, const EsbuildValue& request);

}  // namespace lathe::cli
