#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "engine/http/handler.h"
#include "engine/io/http-message.h"

namespace lathe::cli {

// What browsers get from `lathe dev` itself, below /__lathe/ on the worker's own port: the script
// of its pages, and the events by which that learns of reloads. Only for requests that are trusted
// (io::RequestHead), and for no page of another site. Loop thread.
//
// Events never end by themselves: close() ends them.
class DevPages {
 public:
  DevPages();
  DevPages(const DevPages&) = delete;
  DevPages& operator=(const DevPages&) = delete;
  ~DevPages();

  // The worker has been replaced.
  void loaded();
  // It could not be, for this reason.
  void failed(std::string error);
  // Ends all streams of events.
  void close();

  // Whether a request is for these pages and not for the worker.
  static bool owns(const io::RequestHead& head);
  io::Response answer(const io::RequestHead& head);

  // The answer in the place of the worker's when there is none that could: a page for browsers,
  // text for others. Status 500. Without details for requests that are not trusted.
  io::Response errorPage(const io::RequestHead& head) const;

  // The script's tag added to a worker's answer, when that is a document for a browser: an HTML
  // page that was asked for with GET, and may hear of reloads.
  void addClient(io::Response& response) const;
  static bool isForDocument(const io::RequestHead& head);

 private:
  class Events;

  std::string versionText() const;
  std::string serialText() const;
  // What is to be heard now.
  std::string event() const;
  void tellAll();

  // When this process began: what was loaded by another one is another version.
  std::string era_;
  // How often the worker was loaded, and how often that was tried.
  std::uint64_t version_ = 0;
  std::uint64_t serial_ = 0;
  std::optional<std::string> error_;
  std::set<Events*> listeners_;
};

}  // namespace lathe::cli
