#include "cli/hot-keys.h"

#include <algorithm>
#include <utility>

namespace lathe::cli {

HotKeys::HotKeys(boost::asio::io_context& loop, std::vector<Key> keys) : table_(std::move(keys)) {
  if (TerminalKeys::possible()) keys_.emplace(loop, [this](char key) { press(key); });
}

std::string HotKeys::help() const {
  std::string line;
  for (const Key& key : table_) {
    if (key.what.empty()) continue;
    line += (line.empty() ? "" : " · ") + std::string(1, key.key) + " " + key.what;
  }
  return line;
}

void HotKeys::press(char key) {
  auto found = std::ranges::find(table_, key, &Key::key);
  if (found != table_.end()) found->press();
}

}  // namespace lathe::cli
