#pragma once

#include "engine/io/http-message.h"

namespace lathe::api {

// Begins to read `source` to its end. Dropping the result drops the source. Fails with BodyError.
io::Pending<io::SharedBytes> readWhole(std::unique_ptr<io::BodySource> source);

}  // namespace lathe::api
