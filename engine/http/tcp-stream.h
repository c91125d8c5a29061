#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "engine/http/byte-stream.h"

namespace lathe::http {

class TcpStream final : public ByteStream {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp,
                                                  boost::asio::io_context::executor_type>;

  // The socket is connected, and nothing is under way on it.
  explicit TcpStream(Socket socket);
  ~TcpStream() override;

  Result read(std::span<char> room) override;
  Result write(std::span<const iovec> parts) override;
  void awaitReadable() override;
  void awaitWritable() override;
  void shutdown() override;
  bool peerHasLeft() const override;

  int descriptor() const;

 private:
  mutable Socket socket_;
  // What callbacks hold instead of a pointer: null once the stream is gone.
  std::shared_ptr<TcpStream*> self_;
};

}  // namespace lathe::http
