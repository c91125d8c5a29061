#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lathe::js {

// A place in a text; lines and columns count from 1, columns in UTF-16 units.
struct TextPlace {
  std::string_view name;
  int line = 0;
  int column = 0;
};

// Tells where a place in a generated script comes from. It is decoded when somebody first asks, as
// most scripts never fail. Of one thread.
class SourceMap {
 public:
  // The parts of a source map of version 3 that matter here.
  struct Text {
    std::vector<std::string> sources;
    std::string mappings;
  };
  using Read = std::function<Text()>;

  explicit SourceMap(Read read) : read_(std::move(read)) {}

  // The place that the generated one comes from; nothing when the map does not tell. Its name lives
  // as long as the map.
  std::optional<TextPlace> find(int line, int column) const;

 private:
  struct Segment {
    std::uint32_t column;
    std::int32_t source;  // negative: of none
    std::uint32_t line;
    std::uint32_t sourceColumn;
  };

  void decode() const;

  mutable Read read_;
  mutable std::vector<std::string> sources_;
  // Those of all lines, and for each line where its own begin.
  mutable std::vector<Segment> segments_;
  mutable std::vector<std::size_t> lines_;
};

}  // namespace lathe::js
