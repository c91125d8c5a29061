#pragma once

#include <string_view>

namespace lathe::worker {

// What workers have to say to the person at the terminal. Called on the loop thread. Texts are
// UTF-8, may have several lines, and end without a line break.
class Log {
 public:
  enum class Level { debug, log, info, warn, error };
  virtual ~Log() = default;

  // One message of a script's console.
  virtual void console(std::string_view worker, Level level, std::string_view text) = 0;
  // An exception that the script did not catch: what failed, the message, the stack.
  virtual void exception(std::string_view worker, std::string_view text) = 0;
  // The runtime's own remark about a worker.
  virtual void warning(std::string_view worker, std::string_view text) = 0;
  // Whether console output may carry ANSI colours.
  virtual bool colors() const = 0;
};

}  // namespace lathe::worker
