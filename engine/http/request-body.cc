#include "engine/http/request-body.h"

#include <exception>

#include "engine/http/connection.h"

namespace lathe::http {

RequestBody::~RequestBody() {
  if (connection_) connection_->forgetBody();
}

io::Pending<std::string> RequestBody::read() {
  if (connection_) return connection_->readBody();
  return io::Pending<std::string>::failed(
      std::make_exception_ptr(io::BodyError(io::BodyError::Kind::disconnected, whyDetached_)));
}

void RequestBody::detach(const char* why) {
  connection_ = nullptr;
  whyDetached_ = why;
}

}  // namespace lathe::http
