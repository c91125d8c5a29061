#pragma once

#include <memory>

#include "engine/api/body.h"
#include "engine/io/http-message.h"

namespace lathe::api {

// A request that goes on to where its answers send it, and so can be sent more than once.
// https://fetch.spec.whatwg.org/#http-redirect-fetch
class FollowedRequest {
 public:
  // `head` has an absolute URL for its target.
  FollowedRequest(io::RequestHead head, Body::Released body);

  // What to send now.
  const io::RequestHead& head() const { return head_; }
  std::unique_ptr<io::BodySource> takeBody();

  // Takes in the answer to it: whether that sends the request on, which then is what to send next.
  // Throws the TypeError for an answer that cannot be followed.
  bool follow(const io::Response& response);

  bool redirected() const { return redirects_ > 0; }

 private:
  void becomeGet();

  io::RequestHead head_;
  Body::Released body_;
  // The body is of no use for a second time.
  bool oneTime_ = false;
  int redirects_ = 0;
};

}  // namespace lathe::api
