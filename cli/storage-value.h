#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>

namespace lathe::cli {

// Stored values as people read and write them. They are kept in V8's serialization, so this starts
// V8: one per process, and not beside a Runtime. Used on one thread.
class StorageValues {
 public:
  explicit StorageValues(boost::asio::any_io_executor executor);
  StorageValues(const StorageValues&) = delete;
  StorageValues& operator=(const StorageValues&) = delete;
  ~StorageValues();

  // As console.log would show it within an object: texts have quotes. Fit for a terminal (see
  // engine/shown-text.h). What cannot be read is told
  // in angle brackets; never throws for bad bytes.
  std::string shown(std::string_view bytes);
  // Whether the bytes are the stored form of any value.
  bool readable(std::string_view bytes);
  // As JSON, when nothing of it is lost by that: not of a Map, a Date or `undefined`.
  std::optional<std::string> json(std::string_view bytes);
  // The stored form of a JSON text. Throws std::runtime_error with what is wrong with the text.
  std::string fromJson(std::string_view text);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace lathe::cli
