#pragma once

#include "engine/api/blob.h"

namespace lathe::api {

// https://w3c.github.io/FileAPI/#dfn-FilePropertyBag: a BlobPropertyBag and the time.
struct FilePropertyBag {
  BlobPropertyBag blob;
  // Milliseconds since 1970; now when it is not given.
  std::optional<std::int64_t> lastModified;

  static void members(js::Dictionary<FilePropertyBag>& d);
};

// https://w3c.github.io/FileAPI/#file-section
class File final : public Blob {
 public:
  static constexpr const char* kInterface = "File";

  File(io::SharedBytes bytes, std::string type, std::string name, std::int64_t lastModified)
      : Blob(std::move(bytes), std::move(type)),
        name_(std::move(name)),
        lastModified_(lastModified) {}

  static js::Ptr<File> construct(js::Lock& js, std::vector<BlobPart> parts, std::string name,
                                 FilePropertyBag options);

  const std::string& name() const { return name_; }
  double lastModified() const { return static_cast<double>(lastModified_); }

  js::Ptr<File> copy() const { return js::make<File>(bytes_, type_, name_, lastModified_); }

  static void describe(js::Class<File>& c, const Compatibility&);

 private:
  std::string name_;
  std::int64_t lastModified_;
};

}  // namespace lathe::api
