#include "engine/web/url-search-params.h"

#include <algorithm>

#include "engine/web/percent-encoding.h"
#include "engine/web/utf8.h"

namespace lathe::web {

namespace {

bool matches(const UrlSearchParams::Pair& pair, std::string_view name,
             std::optional<std::string_view> value) {
  return pair.first == name && (!value || pair.second == *value);
}

// UTF-8 decode without BOM (https://encoding.spec.whatwg.org/#utf-8-decode-without-bom), staying in
// UTF-8, of what '+' and percent-decoding leave of `text`.
std::string decode(std::string_view text) {
  std::string decoded(text);
  std::replace(decoded.begin(), decoded.end(), '+', ' ');
  if (decoded.find('%') != std::string::npos) decoded = percentDecode(decoded);
  if (!isValidUtf8(bytesOf(decoded))) decoded = utf8FromUtf16(utf16FromUtf8(decoded));
  return decoded;
}

// Whether `a`, as UTF-16, comes before `b` (https://infra.spec.whatwg.org/#code-unit-less-than).
bool isCodeUnitLess(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto left = static_cast<unsigned char>(*x);
  const auto right = static_cast<unsigned char>(*y);
  // UTF-8 sorts by code point. UTF-16 differs in one thing: what takes surrogates, D800 to DFFF,
  // (lead bytes F0 and up) comes before U+E000 to U+FFFF (lead bytes EE and EF).
  if (left >= 0xEE && right >= 0xEE && (left >= 0xF0) != (right >= 0xF0)) return left >= 0xF0;
  return left < right;
}

}  // namespace

// https://url.spec.whatwg.org/#concept-urlencoded-parser
UrlSearchParams UrlSearchParams::parse(std::string_view input) {
  UrlSearchParams params;
  while (!input.empty()) {
    const std::string_view bytes = input.substr(0, input.find('&'));
    input.remove_prefix(std::min(bytes.size() + 1, input.size()));
    if (bytes.empty()) continue;
    const std::size_t equals = bytes.find('=');
    const bool hasValue = equals != std::string_view::npos;
    params.append(decode(bytes.substr(0, equals)),
                  hasValue ? decode(bytes.substr(equals + 1)) : std::string());
  }
  return params;
}

// https://url.spec.whatwg.org/#concept-urlencoded-serializer
std::string UrlSearchParams::toString() const {
  std::string out;
  for (const auto& [name, value] : pairs_) {
    if (!out.empty()) out += '&';
    appendPercentEncoded(out, name, EncodeSet::kForm);
    out += '=';
    appendPercentEncoded(out, value, EncodeSet::kForm);
  }
  return out;
}

void UrlSearchParams::append(std::string name, std::string value) {
  pairs_.emplace_back(std::move(name), std::move(value));
}

void UrlSearchParams::remove(std::string_view name, std::optional<std::string_view> value) {
  std::erase_if(pairs_, [&](const Pair& pair) { return matches(pair, name, value); });
}

std::optional<std::string_view> UrlSearchParams::get(std::string_view name) const {
  for (const Pair& pair : pairs_) {
    if (pair.first == name) return pair.second;
  }
  return std::nullopt;
}

std::vector<std::string_view> UrlSearchParams::getAll(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Pair& pair : pairs_) {
    if (pair.first == name) values.push_back(pair.second);
  }
  return values;
}

bool UrlSearchParams::has(std::string_view name, std::optional<std::string_view> value) const {
  return std::any_of(pairs_.begin(), pairs_.end(),
                     [&](const Pair& pair) { return matches(pair, name, value); });
}

void UrlSearchParams::set(std::string name, std::string value) {
  const auto named = [&](const Pair& pair) { return pair.first == name; };
  const auto first = std::find_if(pairs_.begin(), pairs_.end(), named);
  if (first == pairs_.end()) {
    append(std::move(name), std::move(value));
    return;
  }
  first->second = std::move(value);
  pairs_.erase(std::remove_if(first + 1, pairs_.end(), named), pairs_.end());
}

void UrlSearchParams::sort() {
  std::stable_sort(pairs_.begin(), pairs_.end(),
                   [](const Pair& a, const Pair& b) { return isCodeUnitLess(a.first, b.first); });
}

}  // namespace lathe::web
