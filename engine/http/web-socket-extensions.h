#pragma once

#include <optional>
#include <string>
#include <string_view>

// What two ends of a WebSocket agree upon beyond RFC 6455: permessage-deflate (RFC 7692) or
// nothing.
namespace lathe::http {

struct DeflateParameters {
  static constexpr int kWindowBitsMax = 15;
  struct Side {
    int windowBits = kWindowBitsMax;
    // Whether this side compresses each message by itself.
    bool noContextTakeover = false;
  };
  Side server;
  Side client;
};

// What a server makes of the offers in Sec-WebSocket-Extensions: it takes the first that it can
// live with, or none.
std::optional<DeflateParameters> chooseDeflate(std::string_view offers);

// What the server's response says about its choice.
std::string formatDeflate(const DeflateParameters& parameters);

// What a client offers, and what it makes of the server's response: nothing when that is no
// possible answer to the offer.
inline constexpr std::string_view kDeflateOffer = "permessage-deflate; client_max_window_bits";
std::optional<DeflateParameters> acceptDeflate(std::string_view response);

}  // namespace lathe::http
