#pragma once

namespace lathe::cli {

// What every command ends with.
enum class ExitCode {
  done = 0,
  failed = 1,  // the worker failed, or its configuration is wrong
  usage = 2,
  portTaken = 3,
  storage = 4,  // what Durable Objects store is locked or cannot be read
  testsFailed = 5,
  httpError = 22,  // `lathe fetch`, as `curl -f`: the status was 400 or above
};

}  // namespace lathe::cli
