#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "engine/io/http-message.h"

namespace lathe::http {

// A response that is there at once, or later.
using Answer = std::variant<io::Response, io::Pending<io::Response>>;

// What a server does with a request. Called on the loop thread, once for each request, never from
// inside another call of itself. The body is null when the request has none; it may outlive the
// connection, reads then fail with `BodyError`.
//
// A `Pending` is dropped when the client leaves before the answer, which is how the handler hears
// of it. One that fails, like a handler that throws, is answered with a bare 500.
using Handler = std::function<Answer(io::RequestHead, std::unique_ptr<io::BodySource>)>;

// Takes one line, without its line break, for whoever runs the server.
using Report = std::function<void(const std::string&)>;

}  // namespace lathe::http
