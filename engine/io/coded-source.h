#pragma once

#include "engine/io/http-message.h"
#include "engine/web/compression.h"

namespace lathe::io {

// The bytes of `source` compressed, each piece so that a reader can have all of it at once. No
// bytes stay no bytes.
std::unique_ptr<BodySource> compressed(std::unique_ptr<BodySource> source,
                                       web::ContentCoding coding);

// The way back. Reading fails with BodyError where the bytes are not what the coding makes.
std::unique_ptr<BodySource> decompressed(std::unique_ptr<BodySource> source,
                                         web::ContentCoding coding);

}  // namespace lathe::io
