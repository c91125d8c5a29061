#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lathe::web {

// The list behind a URLSearchParams (https://url.spec.whatwg.org/#interface-urlsearchparams): names
// and values in order, names as often as they come. All text is UTF-8 without surrogates. It does
// not know its URL: whoever holds both writes back toString() after a change
// (Url::setSerializedQuery).
class UrlSearchParams {
 public:
  using Pair = std::pair<std::string, std::string>;  // name, value

  UrlSearchParams() = default;

  // The application/x-www-form-urlencoded parser
  // (https://url.spec.whatwg.org/#concept-urlencoded-parser). A leading '?' is part of the first
  // name: to drop it is the constructor's business.
  static UrlSearchParams parse(std::string_view input);

  // The application/x-www-form-urlencoded serializer.
  std::string toString() const;

  const std::vector<Pair>& pairs() const { return pairs_; }
  std::size_t size() const { return pairs_.size(); }

  void append(std::string name, std::string value);
  // Without a value, every pair of that name.
  void remove(std::string_view name, std::optional<std::string_view> value = std::nullopt);
  // The first value. The views end with the next change.
  std::optional<std::string_view> get(std::string_view name) const;
  std::vector<std::string_view> getAll(std::string_view name) const;
  bool has(std::string_view name, std::optional<std::string_view> value = std::nullopt) const;
  // The first pair of that name takes the value, the others go; without any, appends.
  void set(std::string name, std::string value);
  // By name in UTF-16 code units; pairs of equal names keep their order.
  void sort();

 private:
  std::vector<Pair> pairs_;
};

}  // namespace lathe::web
