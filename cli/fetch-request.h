#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/io/http-message.h"

namespace lathe::cli {

// A request as it is described on the command line, in curl's words.
struct RequestDescription {
  // A whole URL, or a path on the worker's own address.
  std::string url = "/";
  // -X; empty: GET, or POST with data.
  std::string method;
  // -H, each `Name: value`; `Name:` removes a header that would be sent, `Name;` sends an empty
  // one.
  std::vector<std::string> headers;
  // -d, joined with `&`; `@FILE` is the content of a file, `@-` that of standard input.
  std::vector<std::string> data;
};

struct FetchRequest {
  io::RequestHead head;
  // Null when there is none.
  std::unique_ptr<io::BodySource> body;
};

// Whether a word of the command line is a URL or a path on the worker, and no file: it has `://` in
// it or begins with a slash.
bool looksLikeUrl(std::string_view word);

// What the description says; a path is relative to `origin`, such as "http://localhost:8787".
// Throws UsageError for what is no request, FileError's text included.
FetchRequest makeRequest(const RequestDescription& description, std::string_view origin);

}  // namespace lathe::cli
