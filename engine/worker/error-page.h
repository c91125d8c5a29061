#pragma once

#include <string>
#include <string_view>

#include "engine/io/http-message.h"

namespace lathe::worker {

// The answer to a request whose handler failed: status 500 with the message and the stack, which
// the person at this machine wants to see. A page for browsers (who accept HTML), with the lines of
// the script that `frame` has (see Log::codeFrame; may be empty); plain text for others.
io::Response errorPage(std::string_view error, std::string_view frame, bool acceptsHtml);

// The same for a worker that did not even load. `tail` is HTML for the end of the page.
io::Response loadErrorPage(std::string_view error, bool acceptsHtml, std::string_view tail);

// The same for whoever is not to know what went wrong (see io::RequestHead::trusted).
io::Response errorWithoutDetails();

// Lets no page of another site take in what is lathe's own: not as a script, not as an image.
void keepFromOtherSites(io::Response& response);

// Whether a request's Accept header asks for HTML.
bool acceptsHtml(const io::RequestHead& head);

}  // namespace lathe::worker
