#include "engine/worker/error-page.h"

#include <algorithm>
#include <utility>

#include "engine/shown-text.h"

namespace lathe::worker {
namespace {

std::string escaped(std::string_view raw) {
  const std::string text = shownText(raw);
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// A page around `content`, which is HTML; `error` begins with what it is called.
std::string page(std::string_view error, std::string_view content) {
  std::string title = escaped(error.substr(0, error.find('\n')));
  return "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
         title +
         "</title>\n<style>\n"
         "  body { margin: 3rem auto; max-width: 60rem; padding: 0 1.5rem; color: #222; "
         "background: #fff;\n"
         "         font: 1rem/1.5 system-ui, sans-serif; }\n"
         "  h1 { font-size: 1.3rem; color: #a11; overflow-wrap: anywhere; }\n"
         "  pre { padding: 1rem; background: #f4f4f4; border-radius: .4rem; overflow-x: auto;\n"
         "        font: .875rem/1.5 ui-monospace, monospace; }\n"
         "  mark { color: #a11; background: none; font-weight: bold; }\n"
         "  @media (prefers-color-scheme: dark) {\n"
         "    body { color: #ddd; background: #181818; } h1, mark { color: #f77; }\n"
         "    pre { background: #262626; }\n"
         "  }\n</style>\n<h1>" +
         title + "</h1>\n" + std::string(content) + "</html>\n";
}

std::string preformatted(std::string_view html) { return "<pre>" + std::string(html) + "</pre>\n"; }

// The lines of a frame, with that of the place, and the sign below it, marked.
std::string markedFrame(std::string_view frame) {
  std::string html;
  bool below = false;
  while (!frame.empty()) {
    auto end = std::min(frame.find('\n'), frame.size());
    std::string line = escaped(frame.substr(0, end));
    bool here = line.starts_with("&gt;");
    html += here || below ? "<mark>" + line + "</mark>\n" : line + "\n";
    below = here;
    frame.remove_prefix(std::min(end + 1, frame.size()));
  }
  return preformatted(html);
}

io::Response response(std::string body, bool html) {
  io::Response made;
  made.status = 500;
  made.headers.emplace_back("Content-Type",
                            html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
  keepFromOtherSites(made);
  made.body = std::make_shared<const std::string>(std::move(body));
  return made;
}

}  // namespace

io::Response errorPage(std::string_view error, std::string_view frame, bool html) {
  if (!html) return response(shownText(error) + "\n", false);
  // The first line is the heading.
  std::string_view rest = error.substr(std::min(error.find('\n'), error.size()));
  std::size_t stack = std::min(rest.find("\n    at "), rest.size());
  std::string content;
  auto add = [&](std::string_view text) {
    if (!text.empty()) content += preformatted(escaped(text.substr(1)));
  };
  add(rest.substr(0, stack));
  if (!frame.empty()) content += markedFrame(frame);
  add(rest.substr(stack));
  content += "<p>The worker threw this while it handled the request.</p>\n";
  return response(page(error, content), true);
}

io::Response loadErrorPage(std::string_view error, bool html, std::string_view tail) {
  if (!html) return response(shownText(error) + "\n", false);
  std::string content = preformatted(escaped(error)) +
                        "<p>The worker does not load. This page loads again when that has "
                        "changed.</p>\n" +
                        std::string(tail);
  return response(page(error, content), true);
}

io::Response errorWithoutDetails() { return response("Internal Server Error\n", false); }

void keepFromOtherSites(io::Response& response) {
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
}

bool acceptsHtml(const io::RequestHead& head) {
  auto accept = head.message[boost::beast::http::field::accept];
  return std::string_view(accept.data(), accept.size()).find("text/html") != std::string_view::npos;
}

}  // namespace lathe::worker
