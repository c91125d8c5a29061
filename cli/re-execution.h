#pragma once

#include <string>
#include <vector>

namespace lathe::cli {

// Starts this program anew in the place of its process, with its listening sockets kept: what is
// left to do when V8 has to abort.
class ReExecution {
 public:
  // `arguments` are those of main().
  explicit ReExecution(const std::vector<std::string>& arguments);
  ReExecution(const ReExecution&) = delete;
  ReExecution& operator=(const ReExecution&) = delete;

  // From here on run() hands these descriptors to the new program.
  void keep(const std::vector<int>& descriptors);

  // Executes the program. Returns only when that fails. Calls nothing but the system, so that it
  // may be called in whatever state the process is.
  void run() noexcept;

  // The descriptors that the program before handed to this one, and forgets them; empty when this
  // one was started in the usual way.
  static std::vector<int> takeInherited();

 private:
  std::string program_;
  std::vector<std::string> arguments_;
  std::vector<std::string> environment_;
  std::vector<int> descriptors_;
  // What execve() wants: pointers into the above, each ending with a null.
  std::vector<char*> argumentPointers_;
  std::vector<char*> environmentPointers_;
};

}  // namespace lathe::cli
