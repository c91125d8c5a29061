#pragma once

#include "cli/public-origin.h"
#include "engine/http/handler.h"

namespace lathe::cli {

// The answer of `handler` to a request that has come to `origin`, as far as the worker can tell.
http::Answer answerAs(const PublicOrigin& origin, const http::Handler& handler,
                      io::RequestHead head, std::unique_ptr<io::BodySource> body);

}  // namespace lathe::cli
