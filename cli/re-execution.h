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

  // What the new program is told.
  struct Kept {
    std::vector<int> descriptors;
    // Whether the Ready line has been written.
    bool announced = false;
  };
  // From here on run() hands this to the new program.
  void keep(const Kept& kept);

  // Whether the new program is told that this one has ended while it loaded a worker. Allocates
  // nothing.
  void setLoading(bool loading);

  // Executes the program. Returns only when that fails. Calls nothing but the system, so that it
  // may be called in whatever state the process is.
  void run() noexcept;

  // What the program before handed to this one, and forgets it; no descriptors when this one was
  // started in the usual way.
  static Kept takeInherited();
  // Whether the program before ended while it loaded a worker; tells it once.
  static bool takeLoadAborted();

 private:
  std::string program_;
  std::vector<std::string> arguments_;
  std::vector<std::string> environment_;
  Kept kept_;
  std::string loading_;
  // What execve() wants: pointers into the above, each ending with a null; the environment with a
  // place for `loading_` before that.
  std::vector<char*> argumentPointers_;
  std::vector<char*> environmentPointers_;
};

}  // namespace lathe::cli
