#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/http/verb.hpp>

#include "cli/storage-access.h"
#include "cli/storage-wire.h"
#include "persist/state-lock.h"

namespace lathe::cli {

// The storage of a running lathe, asked over its control socket (docs/control-api.md): each call
// that is under way has a connection of its own. Loop thread. When nobody answers, that is a
// StoreError with the reason `disconnected` that names the process.
class RemoteStorage final : public StorageAccess {
 public:
  // Connects to `owner.socket`.
  RemoteStorage(boost::asio::any_io_executor executor, persist::StateOwner owner);

  io::Pending<std::vector<StoredClass>> classes() override;
  io::Pending<std::vector<StoredObject>> objects(std::string uniqueKey, std::string after,
                                                 std::size_t limit) override;
  io::Pending<StoredRecords> records(persist::ActorRef actor, persist::Range range) override;
  io::Pending<std::uint64_t> change(StoredChange change) override;
  io::Pending<void> erase(persist::ActorRef actor) override;
  io::Pending<void> forgetDeleted() override;

 private:
  using Stream = boost::beast::basic_stream<boost::asio::local::stream_protocol>;
  using Verb = boost::beast::http::verb;
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  // The answer to a request. Parameters without a value are left out.
  io::net::awaitable<wire::Json> ask(Verb verb, std::string path, Parameters parameters,
                                     wire::Json body);
  // The same, on its way, with what `read(json)` makes of it.
  template <class Read>
  auto begin(Verb verb, std::string path, Parameters parameters, wire::Json body, Read read);
  // A connection that nobody uses, or a new one.
  std::unique_ptr<Stream> takeStream();
  [[noreturn]] void failUnanswered(const boost::system::error_code& error) const;

  boost::asio::any_io_executor executor_;
  persist::StateOwner owner_;
  std::vector<std::unique_ptr<Stream>> idle_;
};

}  // namespace lathe::cli
