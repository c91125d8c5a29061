#pragma once

#include <cstdint>
#include <optional>
#include <string>
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
  // One run of a Durable Object's alarm that has ended.
  struct Alarm {
    enum class Outcome {
      ok,
      failed,  // the handler has thrown
      lost,    // the storage has failed
    };
    std::string_view worker;
    std::string_view className;
    // The object's id, 64 hexadecimal digits, and the name that it is made from; empty without one.
    std::string_view id;
    std::string_view name;
    Outcome outcome = Outcome::ok;
    double ms = 0;
    // How many failures there were before.
    int retryCount = 0;
    // When it runs again, from now; nothing when it does not.
    std::optional<double> retryInMs;
  };
  virtual void alarm(const Alarm& alarm) = 0;
  // The runtime's own remark about a worker.
  virtual void warning(std::string_view worker, std::string_view text) = 0;
  // Whether console output may carry ANSI colours.
  virtual bool colors() const = 0;
  // Whether messages are to tell their place, which takes a look at the stack.
  virtual bool places() const = 0;
  // Whether stacks are to show the frames of the built-in JavaScript.
  virtual bool builtinFrames() const { return false; }
  // The lines of the script around the first place that an exception's text names, for a page that
  // shows it, numbered, the place's own marked by `>`. Empty when they are not known or not wanted.
  virtual std::string codeFrame(std::string_view worker, std::string_view text) const = 0;
};

}  // namespace lathe::worker
