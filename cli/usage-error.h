#pragma once

#include <stdexcept>

namespace lathe::cli {

// A command line that does not make sense; `what()` is for the user, without "lathe:" in front.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace lathe::cli
