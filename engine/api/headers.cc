#include "engine/api/headers.h"

#include <algorithm>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>

namespace lathe::api {
namespace {

std::string lowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

// https://www.rfc-editor.org/rfc/rfc9110#name-tokens
bool isToken(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  if (name.empty()) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

// https://fetch.spec.whatwg.org/#concept-header-value-normalize
std::string normalize(std::string value) {
  constexpr std::string_view kSpace = " \t\r\n";
  auto first = value.find_first_not_of(kSpace);
  if (first == std::string::npos) return {};
  auto last = value.find_last_not_of(kSpace);
  return value.substr(first, last - first + 1);
}

std::string checkedName(std::string_view name) {
  if (!isToken(name)) throw js::typeError("Invalid header name.");
  return lowerCase(name);
}

std::string checkedValue(std::string value) {
  std::string normal = normalize(std::move(value));
  if (normal.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos) {
    throw js::typeError("Invalid header value.");
  }
  return normal;
}

}  // namespace

Headers::Headers(const boost::beast::http::fields& fields, Guard guard) : guard_(guard) {
  using enum boost::beast::http::field;
  const bool upgrades = boost::beast::iequals(fields[upgrade], "websocket");
  for (const auto& field : fields) {
    switch (field.name()) {
      case connection:
      case upgrade:
        if (upgrades) break;
        continue;
      case keep_alive:
      case te:
      case trailer:
      case transfer_encoding:
        continue;
      default:
        break;
    }
    auto name = field.name_string();
    auto value = field.value();
    entries_.push_back(
        {std::string(name), lowerCase({name.data(), name.size()}), std::string(value)});
  }
}

Headers::Headers(const io::HeaderList& list, Guard guard) : guard_(guard) {
  for (const auto& [name, value] : list) entries_.push_back({name, lowerCase(name), value});
}

js::Ptr<Headers> Headers::construct(js::Lock& js, std::optional<HeadersInit> init) {
  auto headers = js::make<Headers>();
  if (init) headers->fill(js, *init);
  return headers;
}

// https://fetch.spec.whatwg.org/#concept-headers-fill; nobody fills headers that have some already.
void Headers::fill(js::Lock&, const HeadersInit& init) {
  if (const auto* source = std::get_if<HeadersSource>(&init)) {
    entries_ = source->headers->entries_;
    sorted_.reset();
  } else if (const auto* sequence = std::get_if<1>(&init)) {
    for (const auto& pair : *sequence) {
      if (pair.size() != 2) {
        throw js::typeError(
            "To initialize a Headers object from a sequence, each inner sequence must have exactly "
            "two elements.");
      }
      append(pair[0], pair[1]);
    }
  } else {
    for (const auto& [name, value] : std::get<2>(init).entries) append(name.bytes, value);
  }
}

void Headers::requireMutable() const {
  if (guard_ == Guard::immutable) throw js::typeError("Can't modify immutable headers.");
}

void Headers::append(std::string name, std::string value) {
  std::string text = checkedValue(std::move(value));
  std::string lower = checkedName(name);
  requireMutable();
  // A later spelling of a name gives way to the first.
  for (const auto& entry : entries_) {
    if (entry.lower == lower) name = entry.name;
  }
  entries_.push_back({std::move(name), std::move(lower), std::move(text)});
  sorted_.reset();
  recount();
}

void Headers::erase(std::string_view lower) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.lower == lower; });
  sorted_.reset();
}

void Headers::remove(std::string name) {
  std::string lower = checkedName(name);
  requireMutable();
  erase(lower);
}

js::Nullable<std::string> Headers::get(std::string name) const {
  auto value = find(checkedName(name));
  if (!value) return {};
  return {std::move(*value)};
}

std::vector<std::string> Headers::getAll(std::string name) const {
  if (checkedName(name) != "set-cookie") {
    throw js::typeError("getAll() can only be used with the header name \"Set-Cookie\".");
  }
  return getSetCookie();
}

std::vector<std::string> Headers::getSetCookie() const {
  std::vector<std::string> values;
  for (const auto& entry : entries_) {
    if (entry.lower == "set-cookie") values.push_back(entry.value);
  }
  return values;
}

bool Headers::has(std::string name) const { return contains(checkedName(name)); }

void Headers::set(std::string name, std::string value) {
  std::string text = checkedValue(std::move(value));
  std::string lower = checkedName(name);
  requireMutable();
  setUnchecked(name, std::move(text));
}

bool Headers::contains(std::string_view name) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.lower == name; });
}

std::optional<std::string> Headers::find(std::string_view name) const {
  std::optional<std::string> joined;
  for (const auto& entry : entries_) {
    if (entry.lower != name) continue;
    joined ? joined->append(", ").append(entry.value) : joined.emplace(entry.value);
  }
  return joined;
}

// https://fetch.spec.whatwg.org/#concept-header-list-set: the first of the name changes its value,
// the others go.
void Headers::setUnchecked(std::string_view name, std::string value) {
  std::string lower = lowerCase(name);
  bool placed = false;
  std::erase_if(entries_, [&](Entry& entry) {
    if (entry.lower != lower) return false;
    if (placed) return true;
    entry.value = value;
    placed = true;
    return false;
  });
  if (!placed) entries_.push_back({std::string(name), std::move(lower), std::move(value)});
  sorted_.reset();
  recount();
}

std::size_t Headers::nativeBytes() const {
  std::size_t bytes = kNativeBytes;
  for (const Entry& entry : entries_) {
    bytes += sizeof entry + entry.name.size() + entry.lower.size() + entry.value.size();
  }
  // What is seen is a copy of much of it.
  return sorted_ ? 2 * bytes : bytes;
}

io::HeaderList Headers::list() const {
  io::HeaderList list;
  list.reserve(entries_.size());
  for (const auto& entry : entries_) list.emplace_back(entry.name, entry.value);
  return list;
}

// https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine
const std::vector<Headers::Pair>& Headers::sorted() const {
  if (sorted_) return *sorted_;
  std::vector<const Entry*> order;
  for (const auto& entry : entries_) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(),
                   [](const Entry* a, const Entry* b) { return a->lower < b->lower; });
  auto& pairs = sorted_.emplace();
  for (const Entry* entry : order) {
    if (!pairs.empty() && pairs.back().name == entry->lower && entry->lower != "set-cookie") {
      pairs.back().value.append(", ").append(entry->value);
    } else {
      pairs.push_back({entry->lower, entry->value});
    }
  }
  const_cast<Headers*>(this)->recount();
  return pairs;
}

v8::Local<v8::Value> Headers::pairKey(js::Lock& js, std::size_t index) const {
  return js::utf8(js, sorted()[index].name);
}

v8::Local<v8::Value> Headers::pairValue(js::Lock& js, std::size_t index) const {
  return js::utf8(js, sorted()[index].value);
}

void Headers::describe(js::Class<Headers>& c, const Compatibility&) {
  c.name(kInterface).constructor<&Headers::construct>();
  c.method<&Headers::append>("append");
  c.method<&Headers::remove>("delete");
  c.method<&Headers::get>("get");
  c.method<&Headers::getAll>("getAll");
  c.method<&Headers::getSetCookie>("getSetCookie");
  c.method<&Headers::has>("has");
  c.method<&Headers::set>("set");
  describeIterable(c);
}

}  // namespace lathe::api

namespace lathe::js {

bool Convert<api::HeadersSource>::accepts(Lock& js, v8::Local<v8::Value> value) {
  return unwrap<api::Headers>(js, value) && !check(value.As<v8::Object>()->HasOwnProperty(
                                                js.context(), v8::Symbol::GetIterator(js.v8())));
}

api::HeadersSource Convert<api::HeadersSource>::fromJs(Lock& js, v8::Local<v8::Value> value) {
  return {Convert<Ptr<api::Headers>>::fromJs(js, value)};
}

}  // namespace lathe::js
