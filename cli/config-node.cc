#include "cli/config-node.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "cli/json-text.h"
#include "engine/nearest-name.h"

namespace lathe::cli {

using Kind = JsonValue::Kind;

namespace {

std::string numberBetween(std::int64_t min, std::int64_t max) {
  std::string expected = "a whole number ";
  if (max == std::numeric_limits<std::int64_t>::max()) {
    return expected + "of at least " + std::to_string(min);
  }
  return expected + "from " + std::to_string(min) + " to " + std::to_string(max);
}

}  // namespace

ConfigNode ConfigNode::below(const JsonMember& member) const {
  std::string path = path_.empty() ? member.key : path_ + "." + member.key;
  return {*file_, member.value, member.place, std::move(path), member.key};
}

std::optional<ConfigNode> ConfigNode::member(std::string_view key) const {
  const JsonMember* found = object().value_->find(key);
  if (!found) return std::nullopt;
  return below(*found);
}

ConfigNode ConfigNode::required(std::string_view key) const {
  if (auto found = member(key)) return *found;
  std::string name(key);
  fail(path_.empty() ? "\"" + name + "\" is missing" : "\"" + path_ + "\" has no \"" + name + "\"");
}

std::vector<ConfigNode> ConfigNode::members() const {
  std::vector<ConfigNode> nodes;
  for (const JsonMember* member : object().value_->lastMembers()) nodes.push_back(below(*member));
  return nodes;
}

std::vector<ConfigNode> ConfigNode::elements() const {
  if (value_->kind != Kind::array) failExpecting("a list in brackets");
  std::vector<ConfigNode> nodes;
  for (const JsonValue& element : value_->elements) {
    std::string index = "[" + std::to_string(nodes.size()) + "]";
    nodes.push_back({*file_, element, element.place, path_ + index, index});
  }
  return nodes;
}

const std::string& ConfigNode::text(std::string_view example) const {
  if (value_->kind != Kind::string) {
    failExpecting(example.empty() ? "a text in quotes" : "a text such as " + std::string(example));
  }
  // The system would take a name to end there.
  if (value_->text.find('\0') != std::string::npos) failExpecting("a text without NUL characters");
  return value_->text;
}

const std::string& ConfigNode::name() const {
  if (text().empty()) failExpecting("a name");
  return value_->text;
}

std::int64_t ConfigNode::integer(std::int64_t min, std::int64_t max) const {
  const std::string& spelling = value_->text;
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(spelling.data(), spelling.data() + spelling.size(), number);
  bool whole = error == std::errc() && end == spelling.data() + spelling.size();
  if (value_->kind != Kind::number || !whole || number < min || number > max) {
    failExpecting(numberBetween(min, max));
  }
  return number;
}

bool ConfigNode::boolean() const {
  if (value_->kind != Kind::boolean) failExpecting("true or false");
  return value_->text == "true";
}

std::vector<std::string> ConfigNode::texts() const {
  std::vector<std::string> texts;
  for (const ConfigNode& element : elements()) texts.push_back(element.text());
  return texts;
}

const ConfigNode& ConfigNode::object() const {
  if (value_->kind != Kind::object) {
    failExpecting(file_->format == ConfigFormat::toml ? "a table" : "an object in braces");
  }
  return *this;
}

bool ConfigNode::empty() const {
  if (value_->kind == Kind::array) return value_->elements.empty();
  if (value_->kind != Kind::object) return value_->kind == Kind::null;
  std::vector<ConfigNode> all = members();
  return std::ranges::all_of(all, &ConfigNode::empty);
}

void ConfigNode::failExpecting(const std::string& expected) const {
  fail("\"" + path_ + "\" should be " + expected + "; found " + inWords(*value_));
}

std::string_view oneOf(const ConfigNode& node, std::span<const std::string_view> allowed) {
  const std::string& text = node.text();
  auto found = std::find(allowed.begin(), allowed.end(), text);
  if (found != allowed.end()) return *found;
  std::string expected;
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i > 0) expected += i + 1 < allowed.size() ? ", " : " or ";
    expected += allowed[i];
  }
  node.fail("\"" + node.path() + "\" should be " + expected + "; found " + inWords(node.value()) +
            didYouMean(text, allowed));
}

void refuseUnknownKeys(const ConfigNode& node, std::span<const std::string_view> known) {
  for (const ConfigNode& member : node.members()) {
    if (std::ranges::find(known, member.key()) != known.end()) continue;
    node.file().fail(member.keyPlace(),
                     "unknown key \"" + member.path() + "\"" + didYouMean(member.key(), known));
  }
}

}  // namespace lathe::cli
