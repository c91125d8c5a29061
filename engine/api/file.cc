#include "engine/api/file.h"

#include <chrono>

namespace lathe::api {
namespace {

std::int64_t nowMs() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

void FilePropertyBag::members(js::Dictionary<FilePropertyBag>& d) {
  d.inherited<&FilePropertyBag::blob>();
  d.member<&FilePropertyBag::lastModified>("lastModified");
}

// https://w3c.github.io/FileAPI/#file-constructor
js::Ptr<File> File::construct(js::Lock& js, std::vector<BlobPart> parts, std::string name,
                              FilePropertyBag options) {
  auto bytes = joinBlobParts(js, parts, options.blob.endings);
  return js::make<File>(std::move(bytes), normalizeBlobType(std::move(options.blob.type)),
                        std::move(name), options.lastModified.value_or(nowMs()));
}

void File::describe(js::Class<File>& c, const Compatibility&) {
  c.name(kInterface).extends<Blob>().constructor<&File::construct>();
  c.attribute<&File::name>("name");
  c.attribute<&File::lastModified>("lastModified");
}

}  // namespace lathe::api
