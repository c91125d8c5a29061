#include "cli/unsupported-keys.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "cli/wrangler-keys.h"
#include "cli/wrangler-shapes.h"
#include "engine/nearest-name.h"

namespace lathe::cli {

namespace {

using Kind = JsonValue::Kind;
using Level = WranglerKey::Level;
using Use = WranglerKey::Use;

// Adds the names that stand at `where` (see WranglerKey::bindings) in `value`. What has another
// shape is passed over: it is wrangler's to judge.
void collectNames(const JsonValue& value, std::string_view where, std::vector<std::string>& names) {
  if (where == "{}") {
    for (const JsonMember& member : value.members) names.push_back(member.key);
    return;
  }
  std::size_t dot = where.find('.');
  std::string_view step = where.substr(0, dot);
  std::string_view rest = dot == std::string_view::npos ? "" : where.substr(dot + 1);
  if (step.empty()) {
    if (value.kind == Kind::string && !value.text.empty()) names.push_back(value.text);
  } else if (step == "[]") {
    for (const JsonValue& element : value.elements) collectNames(element, rest, names);
  } else if (const JsonMember* member = value.find(step)) {
    collectNames(member->value, rest, names);
  }
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> all;
  for (std::size_t blank = text.find(' '); blank != text.npos; blank = text.find(' ')) {
    all.push_back(text.substr(0, blank));
    text.remove_prefix(blank + 1);
  }
  all.push_back(text);
  return all;
}

class Collector {
 public:
  Collector(const ConfigNode& top, const std::optional<ConfigNode>& environment)
      : top_(top), environment_(environment) {}

  UnsupportedKeys collect() {
    addLevel(top_, [&](const WranglerKey& key) {
      if (!environment_ || key.level == Level::topLevel) return true;
      return key.level == Level::anywhere && !environment_->member(key.name);
    });
    if (environment_) {
      addLevel(*environment_, [](const WranglerKey& key) { return key.level != Level::topLevel; });
      warnMisplaced();
      warnNotInherited();
    }
    return std::move(found_);
  }

 private:
  // `counts` tells whether a key at this level has an effect on the worker.
  template <class Counts>
  void addLevel(const ConfigNode& level, Counts counts) {
    for (const ConfigNode& node : level.members()) {
      const WranglerKey* key = wranglerKey(node.key());
      if (!key) {
        warnUnknown(node);
        continue;
      }
      if (key->use == Use::removed) {
        node.file().fail(node.keyPlace(), "\"" + node.path() + "\" is not supported any more: " +
                                              std::string(key->what));
      }
      if (!counts(*key)) continue;
      warnUnknownWithin(node, node.key());
      if (key->use == Use::missing && !node.empty() && !isOff(node)) addMissing(node, *key);
    }
    warnDoubles(level);
  }

  // Whether it says itself that it is not to be there.
  static bool isOff(const ConfigNode& node) {
    if (node.value().kind != Kind::object) return false;
    auto enabled = node.member("enabled");
    return enabled && enabled->value().kind == Kind::boolean && !enabled->boolean();
  }

  void warnMisplaced() {
    for (const ConfigNode& node : environment_->members()) {
      const WranglerKey* key = wranglerKey(node.key());
      if (key && key->level == Level::topLevel) {
        warn(node, "has no effect in an environment; put it at the top level");
      }
    }
  }

  void warnNotInherited() {
    for (const WranglerKey& key : wranglerKeys()) {
      if (key.level != Level::environment || key.use == Use::elsewhere) continue;
      auto above = top_.member(key.name);
      if (!above || above->empty()) continue;
      auto own = environment_->member(key.name);
      // Each by its name: the one that is meant may be among many.
      if (key.name == "vars" || key.name == "define") {
        warnMissing(*above, own);
        continue;
      }
      if (own) continue;
      warn(*above, "is not inherited by \"" + environment_->path() + "\", which has none");
    }
  }

  void warnMissing(const ConfigNode& above, const std::optional<ConfigNode>& own) {
    if (above.value().kind != Kind::object) return;
    for (const ConfigNode& member : above.members()) {
      if (own && own->value().find(member.key())) continue;
      warn(member, "is not inherited by \"" + environment_->path() + "\", which has none");
    }
  }

  static std::string at(const ConfigNode& node) {
    return node.file().at(node.keyPlace()) + ": \"" + node.path() + "\"";
  }
  void warn(const ConfigNode& node, const std::string& predicate) {
    found_.warnings.push_back(at(node) + " " + predicate);
  }

  void warnUnknown(const ConfigNode& node) {
    std::vector<std::string_view> names;
    for (const WranglerKey& key : wranglerKeys()) names.push_back(key.name);
    warn(node, "is not a key of wrangler's" + didYouMean(node.key(), names));
  }

  // The same for what is within `node`, which stands at `path` (see WranglerShape::path).
  void warnUnknownWithin(const ConfigNode& node, const std::string& path) {
    if (node.value().kind == Kind::array) {
      for (const ConfigNode& element : node.elements()) warnUnknownWithin(element, path + "[]");
    }
    const WranglerShape* shape = wranglerShape(path);
    if (!shape || node.value().kind != Kind::object) return;
    std::vector<std::string_view> known = words(shape->keys);
    for (const ConfigNode& member : node.members()) {
      if (std::ranges::find(known, member.key()) != known.end()) {
        warnUnknownWithin(member, path + "." + member.key());
      } else {
        found_.warnings.push_back(at(member) + " is an unknown key" +
                                  didYouMean(member.key(), known));
      }
    }
  }

  void warnDoubles(const ConfigNode& level) {
    for (const JsonMember& member : level.value().members) {
      if (level.value().find(member.key) == &member) continue;
      found_.warnings.push_back(level.file().at(member.place) + ": \"" + member.key +
                                "\" is written twice; the last one counts");
    }
  }

  void addMissing(const ConfigNode& node, const WranglerKey& key) {
    std::vector<std::string> names;
    if (!key.bindings.empty()) collectNames(node.value(), key.bindings, names);
    std::string type(key.bindingType.empty() ? key.what : key.bindingType);
    std::string line = at(node) + ": lathe does not have " + std::string(key.what) + " yet";
    for (std::size_t i = 0; i < names.size(); ++i) {
      line += (i == 0 ? "; using env." : ", env.") + names[i];
      found_.bindings.push_back({names[i], worker::Binding::Unsupported{type}});
    }
    found_.notices.push_back(line + (names.empty() ? "" : " throws"));
  }

  const ConfigNode& top_;
  const std::optional<ConfigNode>& environment_;
  UnsupportedKeys found_;
};

}  // namespace

UnsupportedKeys unsupportedKeys(const ConfigNode& top,
                                const std::optional<ConfigNode>& environment) {
  return Collector(top, environment).collect();
}

}  // namespace lathe::cli
