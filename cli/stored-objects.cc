#include "cli/stored-objects.h"

#include "cli/storage-names.h"
#include "cli/storage-text.h"

namespace lathe::cli {

namespace {

constexpr std::size_t kNamedMax = 10;

io::net::awaitable<std::string> describe(StorageAccess& access) {
  auto classes = co_await access.classes().wait();
  std::string text;
  for (const StoredClass& each : classes) {
    if (!each.deletedBy.empty()) continue;
    if (!text.empty()) text += "\n";
    text += classTitle(each, classes) + ": " + counted(each.objects, "object");
    auto objects = co_await access.objects(each.uniqueKey, "", kNamedMax).wait();
    for (const StoredObject& object : objects) text += "\n  " + shownTitle(object);
    if (each.objects > objects.size()) {
      text += "\n  and " + std::to_string(each.objects - objects.size()) + " more";
    }
  }
  co_return text.empty() ? "Nothing is stored: there are no classes." : text;
}

}  // namespace

io::Pending<std::string> storedObjectsText(boost::asio::any_io_executor executor,
                                           StorageAccess& access) {
  return io::start(executor, describe(access));
}

}  // namespace lathe::cli
