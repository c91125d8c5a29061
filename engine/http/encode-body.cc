#include "engine/http/encode-body.h"

#include <optional>
#include <utility>

#include "engine/io/bytes-source.h"
#include "engine/io/coded-source.h"

namespace lathe::http {

namespace {

std::optional<web::ContentCoding> codingOf(const io::HeaderList& headers) {
  std::optional<web::ContentCoding> coding;
  bool several = false;
  for (const auto& [name, value] : headers) {
    if (name.size() != 16 || !boost::beast::iequals(name, "content-encoding")) continue;
    // Several lines are a list of codings, which is the script's own business.
    if (std::exchange(several, true)) return std::nullopt;
    coding = web::contentCoding(value);
  }
  return coding;
}

}  // namespace

void encodeBody(io::Response& response, bool isHead) {
  if (response.encodeBody == io::Response::EncodeBody::manual) return;
  auto* bytes = std::get_if<io::SharedBytes>(&response.body);
  auto* source = std::get_if<std::unique_ptr<io::BodySource>>(&response.body);
  if (!(bytes && *bytes) && !(source && *source)) return;
  const auto coding = codingOf(response.headers);
  if (!coding) return;
  if (source) {
    response.body = io::compressed(std::move(*source), *coding);
  } else if (isHead) {
    response.body = io::compressed(std::make_unique<io::BytesSource>(std::move(*bytes)), *coding);
  } else if (!(*bytes)->empty()) {
    response.body = std::make_shared<const std::string>(web::Compressor(*coding).finish(**bytes));
  }
}

}  // namespace lathe::http
