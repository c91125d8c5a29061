#include "engine/nearest-name.h"

#include <algorithm>
#include <vector>

namespace lathe {

namespace {

// Longer names are not compared: the cost is the product of the lengths, and nobody misspells a
// name of ours by writing a page.
constexpr size_t kNameLengthMax = 128;

constexpr int kDistanceMax = 4;

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '-' ? '_' : c;
}

}  // namespace

int editDistance(std::string_view a, std::string_view b) {
  // Three rows of the usual matrix are enough: a swap looks two rows back.
  std::vector<int> beforeLast(b.size() + 1), last(b.size() + 1), current(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      int cost = folded(a[i - 1]) == folded(b[j - 1]) ? 0 : 1;
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + cost});
      bool swapped = i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                     folded(a[i - 2]) == folded(b[j - 1]);
      if (swapped) current[j] = std::min(current[j], beforeLast[j - 2] + 1);
    }
    std::swap(beforeLast, last);
    std::swap(last, current);
  }
  return last[b.size()];
}

std::optional<std::string_view> nearestName(std::string_view name,
                                            std::span<const std::string_view> candidates) {
  if (name.empty() || name.size() > kNameLengthMax) return std::nullopt;
  std::optional<std::string_view> nearest;
  int nearestDistance = kDistanceMax + 1;
  for (std::string_view candidate : candidates) {
    if (candidate.size() > kNameLengthMax) continue;
    int longer = static_cast<int>(std::max(name.size(), candidate.size()));
    int allowed = std::clamp(longer / 3, 1, kDistanceMax);
    int distance = editDistance(name, candidate);
    if (distance <= allowed && distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest;
}

std::string didYouMean(std::string_view name, std::span<const std::string_view> candidates) {
  std::optional<std::string_view> nearest = nearestName(name, candidates);
  if (!nearest) return "";
  return "; did you mean \"" + std::string(*nearest) + "\"?";
}

}  // namespace lathe
