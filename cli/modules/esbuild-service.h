#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/types.h>

#include "cli/modules/esbuild-packet.h"

namespace lathe::cli {

// The version of esbuild that this program speaks with, and no other.
extern const char* const kEsbuildVersion;

// Where esbuild lies: beside this program, or one folder up. Throws EsbuildMissing.
std::filesystem::path esbuildProgram();

// There is no esbuild, or it cannot be started or is of another version: trying again is useless.
class EsbuildMissing : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The process has ended, or has said what nobody understands, while something was asked of it.
class EsbuildEnded : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A running esbuild that does what it is asked over its standard input and output. It has a loop of
// its own, which runs while somebody waits in call(); one thread. It ends when its input does, so
// it outlives this program in no case.
class EsbuildService {
 public:
  using OnAnswer = std::function<void(EsbuildValue answer)>;
  // Answers a request of esbuild's, at once or later.
  using Reply = std::function<void(EsbuildValue answer)>;
  using OnRequest = std::function<void(EsbuildValue request, Reply reply)>;

  // One that is to answer for long collects its garbage; one that ends soon does not.
  enum class Life { brief, lasting };

  // Starts it. Throws EsbuildMissing.
  EsbuildService(const std::filesystem::path& program, Life life);
  EsbuildService(const EsbuildService&) = delete;
  EsbuildService& operator=(const EsbuildService&) = delete;
  // Ends it, whatever it does.
  ~EsbuildService();

  // Answers what esbuild asks while it builds.
  void setRequestHandler(OnRequest onRequest) { onRequest_ = std::move(onRequest); }

  // Asks; `onAnswer` is called from within a call().
  void send(const EsbuildValue& request, OnAnswer onAnswer);
  // Asks and waits for the answer. Throws EsbuildEnded, and EsbuildMissing when this is not the
  // esbuild that is wanted.
  EsbuildValue call(const EsbuildValue& request);

  // Whether it still runs, as far as is known at this moment.
  bool running();

 private:
  void read();
  void take(std::string_view packet);
  void write(std::string bytes);
  void writeMore();
  // Notes that it has ended, and why.
  void end(const std::string& why);
  std::string howItEnded();

  boost::asio::io_context loop_{1};
  boost::asio::posix::stream_descriptor input_;
  boost::asio::posix::stream_descriptor output_;
  // What it writes to its standard error: a file without a name.
  int errors_ = -1;
  pid_t pid_ = -1;
  std::array<char, 64 * 1024> bytes_;
  EsbuildPackets packets_;
  // The first thing it says is its version.
  bool greeted_ = false;
  bool foreign_ = false;
  std::string ended_;
  std::uint32_t nextId_ = 0;
  std::map<std::uint32_t, OnAnswer> waiting_;
  std::deque<std::string> unsent_;
  OnRequest onRequest_;
};

}  // namespace lathe::cli
