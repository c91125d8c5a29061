#include "engine/js/source-map.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lathe::js {

namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> digitTable() {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    table[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}
constexpr std::array<std::int8_t, 256> kTable = digitTable();

// A number in base 64 of variable length: five bits a digit, the lowest first, and a bit that says
// whether more follow; the lowest bit of all is the sign. False when there is none.
bool takeNumber(std::string_view& text, std::int64_t& number) {
  std::uint64_t bits = 0;
  for (int shift = 0; shift < 50; shift += 5) {
    if (text.empty()) return false;
    int digit = kTable[static_cast<unsigned char>(text.front())];
    if (digit < 0) return false;
    text.remove_prefix(1);
    bits |= static_cast<std::uint64_t>(digit & 31) << shift;
    if (digit & 32) continue;
    number = static_cast<std::int64_t>(bits >> 1);
    if (bits & 1) number = -number;
    return true;
  }
  return false;
}

}  // namespace

void SourceMap::decode() const {
  if (!read_) return;
  Text text = std::exchange(read_, nullptr)();
  sources_ = std::move(text.sources);
  std::int64_t column = 0, source = 0, line = 0, sourceColumn = 0;
  lines_.push_back(0);
  for (std::string_view rest = text.mappings; !rest.empty();) {
    if (rest.front() == ';' || rest.front() == ',') {
      if (rest.front() == ';') {
        column = 0;
        lines_.push_back(segments_.size());
      }
      rest.remove_prefix(1);
      continue;
    }
    std::int64_t step = 0;
    // What cannot be read ends the map: the rest would be wrong.
    if (!takeNumber(rest, step)) break;
    column += step;
    bool named = !rest.empty() && rest.front() != ',' && rest.front() != ';';
    if (named) {
      std::int64_t steps[3];
      if (!takeNumber(rest, steps[0]) || !takeNumber(rest, steps[1]) ||
          !takeNumber(rest, steps[2])) {
        break;
      }
      source += steps[0];
      line += steps[1];
      sourceColumn += steps[2];
      std::int64_t name;
      while (!rest.empty() && rest.front() != ',' && rest.front() != ';') {
        if (!takeNumber(rest, name)) rest = {};
      }
    }
    bool known = named && source >= 0 && source < static_cast<std::int64_t>(sources_.size());
    segments_.push_back(
        {static_cast<std::uint32_t>(column), known ? static_cast<std::int32_t>(source) : -1,
         static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(sourceColumn)});
  }
  lines_.push_back(segments_.size());
}

std::optional<TextPlace> SourceMap::find(int line, int column) const {
  decode();
  if (line < 1 || column < 1 || static_cast<std::size_t>(line) >= lines_.size()) {
    return std::nullopt;
  }
  auto begin = segments_.begin() + static_cast<std::ptrdiff_t>(lines_[line - 1]);
  auto end = segments_.begin() + static_cast<std::ptrdiff_t>(lines_[line]);
  auto after = std::upper_bound(
      begin, end, static_cast<std::uint32_t>(column - 1),
      [](std::uint32_t wanted, const Segment& segment) { return wanted < segment.column; });
  if (after == begin) return std::nullopt;
  const Segment& segment = *(after - 1);
  if (segment.source < 0) return std::nullopt;
  return TextPlace{sources_[static_cast<std::size_t>(segment.source)],
                   static_cast<int>(segment.line) + 1, static_cast<int>(segment.sourceColumn) + 1};
}

}  // namespace lathe::js
