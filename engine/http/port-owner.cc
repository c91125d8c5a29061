#include "engine/http/port-owner.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string_view>

namespace lathe::http {

namespace fs = std::filesystem;

namespace {

// What /proc/net/tcp calls the state LISTEN.
constexpr unsigned kListening = 0x0a;
// Longer command lines are cut: this goes into one line for the user.
constexpr std::size_t kCommandBytesMax = 200;

// The inodes of all sockets that listen on `port`, from one of the kernel's tables.
void collectListeners(const char* table, std::uint16_t port, std::set<std::string>& inodes) {
  std::ifstream lines(table);
  std::string line;
  std::getline(lines, line);  // column names
  while (std::getline(lines, line)) {
    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ...
    std::istringstream columns(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    columns >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
        timeout >> inode;
    unsigned localPort = 0, stateNumber = 0;
    const auto colon = local.rfind(':');
    if (!columns || colon == std::string::npos) continue;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), localPort, 16);
    std::from_chars(state.data(), state.data() + state.size(), stateNumber, 16);
    if (localPort == port && stateNumber == kListening) inodes.insert("socket:[" + inode + "]");
  }
}

std::string commandLine(const fs::path& process) {
  std::ifstream file(process / "cmdline", std::ios::binary);
  std::string command{std::istreambuf_iterator<char>(file), {}};
  while (!command.empty() && command.back() == '\0') command.pop_back();
  if (command.size() > kCommandBytesMax) command = command.substr(0, kCommandBytesMax) + "...";
  // Arguments end with NUL; anything else that is no text would only spoil the terminal.
  std::replace_if(
      command.begin(), command.end(), [](unsigned char c) { return c < ' '; }, ' ');
  return command;
}

bool holdsAny(const fs::path& process, const std::set<std::string>& inodes) {
  std::error_code error;
  for (fs::directory_iterator entry(process / "fd", error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code unreadable;
    const auto target = fs::read_symlink(entry->path(), unreadable);
    if (!unreadable && inodes.contains(target.string())) return true;
  }
  return false;
}

}  // namespace

std::optional<ProcessName> findPortOwner(std::uint16_t port) {
  std::set<std::string> inodes;
  collectListeners("/proc/net/tcp", port, inodes);
  collectListeners("/proc/net/tcp6", port, inodes);
  if (inodes.empty()) return std::nullopt;

  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end;
       entry.increment(error)) {
    const auto name = entry->path().filename().string();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    if (holdsAny(entry->path(), inodes)) return ProcessName{pid, commandLine(entry->path())};
  }
  return std::nullopt;
}

}  // namespace lathe::http
