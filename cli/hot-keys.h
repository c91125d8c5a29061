#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/terminal-keys.h"

namespace lathe::cli {

// What keys do, for a person at a terminal; where there is none, nothing.
class HotKeys {
 public:
  struct Key {
    char key;
    // What help calls it; empty for another name of the one before.
    std::string what;
    std::function<void()> press;
  };

  HotKeys(boost::asio::io_context& loop, std::vector<Key> keys);

  bool active() const { return keys_.has_value(); }
  // One line: "b open a browser · q quit".
  std::string help() const;

 private:
  void press(char key);

  std::vector<Key> table_;
  std::optional<TerminalKeys> keys_;
};

}  // namespace lathe::cli
