#include "engine/worker/error-page.h"

namespace lathe::worker {
namespace {

std::string escaped(std::string_view text) {
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

std::string page(std::string_view error, std::string_view last) {
  auto end = error.find('\n');
  std::string title = escaped(error.substr(0, end));
  return "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>" + title +
         "</title>\n<style>\n"
         "  body { margin: 3rem auto; max-width: 60rem; padding: 0 1.5rem; color: #222; "
         "background: #fff;\n"
         "         font: 1rem/1.5 system-ui, sans-serif; }\n"
         "  h1 { font-size: 1.3rem; color: #a11; overflow-wrap: anywhere; }\n"
         "  pre { padding: 1rem; background: #f4f4f4; border-radius: .4rem; overflow-x: auto; }\n"
         "  @media (prefers-color-scheme: dark) {\n"
         "    body { color: #ddd; background: #181818; } h1 { color: #f77; } pre { background: "
         "#262626; }\n"
         "  }\n</style>\n<h1>" +
         title + "</h1>\n<pre>" + escaped(error) + "</pre>\n<p>" + std::string(last) + "</html>\n";
}

io::Response response(std::string_view error, bool html, std::string_view last) {
  io::Response made;
  made.status = 500;
  made.headers.emplace_back("Content-Type",
                            html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
  made.body =
      std::make_shared<const std::string>(html ? page(error, last) : std::string(error) + "\n");
  return made;
}

}  // namespace

io::Response errorPage(std::string_view error, bool html) {
  return response(error, html, "The worker threw this while it handled the request.</p>\n");
}

io::Response loadErrorPage(std::string_view error, bool html, std::string_view tail) {
  return response(error, html,
                  "The worker does not load. This page loads again when that has changed.</p>\n" +
                      std::string(tail));
}

bool acceptsHtml(const io::RequestHead& head) {
  auto accept = head.message[boost::beast::http::field::accept];
  return std::string_view(accept.data(), accept.size()).find("text/html") != std::string_view::npos;
}

}  // namespace lathe::worker
