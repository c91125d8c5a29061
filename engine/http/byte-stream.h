#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <sys/uio.h>

namespace lathe::http {

// A connection as two streams of bytes, neither of which ever blocks: one asks to be told when it
// is worth trying, and tries. Destroying it closes the connection. Loop thread.
class ByteStream {
 public:
  enum class State {
    ok,
    wouldBlock,  // wait until told
    ended,       // the peer sends nothing any more; of reads only
    broken,
  };
  struct Result {
    State state;
    std::size_t count = 0;
  };

  class Listener {
   public:
    // Called from the loop, once for each `await…`. May destroy the stream.
    virtual void readable() = 0;
    virtual void writable() = 0;

   protected:
    ~Listener() = default;
  };

  virtual ~ByteStream() = default;

  // Before anything else; must outlive the stream.
  void setListener(Listener& listener) { listener_ = &listener; }

  // At least one byte unless the state says why not. A write that would block has to be tried again
  // before any other: its bytes may be on their way already.
  virtual Result read(std::span<char> room) = 0;
  virtual Result write(std::span<const iovec> parts) = 0;
  // At most one of each is under way; asking again meanwhile changes nothing.
  virtual void awaitReadable() = 0;
  virtual void awaitWritable() = 0;
  // Says that nothing more will be sent.
  virtual void shutdown() = 0;
  // Whether the program at the other end has closed it for good, as far as anybody can know.
  virtual bool peerHasLeft() const = 0;
  // Whether something has come that has not been read.
  virtual bool hasInput() const = 0;
  // The socket beneath, for questions about its addresses; not to be read or written.
  virtual int descriptor() const = 0;
  // Whether nobody between the two ends can read what they send.
  virtual bool isEncrypted() const { return false; }
  // What has broken it, as the end of a sentence about the peer.
  virtual std::string failure() const { return "it has ended the connection"; }

 protected:
  Listener* listener_ = nullptr;
};

}  // namespace lathe::http
