#pragma once

#include <cstdint>
#include <string_view>

namespace lathe::worker {

// What workers have to say to the person at the terminal. Called on the loop thread. Texts are
// UTF-8, may have several lines, and end without a line break.
class Log {
 public:
  enum class Level { debug, log, info, warn, error };
  virtual ~Log() = default;

  // One message of a script's console.
  struct Message {
    std::string_view worker;
    Level level = Level::log;
    std::string_view text;
    // Where the script asked for it, such as "src/shop.js:12:5"; empty when that is not wanted.
    std::string_view place = {};
    // The number of the request (io::RequestHead) during which it did; 0 when there is none.
    std::uint64_t request = 0;
  };
  virtual void console(const Message& message) = 0;
  // An exception that the script did not catch: what failed, the message, the stack. `request` as
  // above.
  virtual void exception(std::string_view worker, std::string_view text, std::uint64_t request) = 0;
  // The runtime's own remark about a worker.
  virtual void warning(std::string_view worker, std::string_view text) = 0;
  // Whether console output may carry ANSI colours.
  virtual bool colors() const = 0;
  // Whether messages are to tell their place, which takes a look at the stack.
  virtual bool places() const = 0;
};

}  // namespace lathe::worker
