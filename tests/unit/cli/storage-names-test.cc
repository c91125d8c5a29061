#include "cli/storage-names.h"

#include <doctest/doctest.h>

namespace lathe::cli {

namespace {

const std::vector<StoredClass> kClasses = {
    {"shop", "Cart", "shop-Cart", true, "", 3},
    {"shop", "Counter", "shop-Counter", true, "", 1},
    {"blog", "Counter", "blog-Counter", false, "", 2},
    {"blog", "Draft", "blog-Draft", false, "v2", 5},
};

// What `act` complains of; empty when it does not.
template <class Act>
std::string complaintOf(Act act) {
  try {
    act();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a class is found by its name, or with its worker's when several have one") {
  struct {
    std::string word, uniqueKey;
  } cases[] = {{"Cart", "shop-Cart"},
               {"shop/Cart", "shop-Cart"},
               {"shop/Counter", "shop-Counter"},
               {"blog/Counter", "blog-Counter"}};
  for (const auto& [word, uniqueKey] : cases) {
    CHECK(findClass(word, kClasses).uniqueKey == uniqueKey);
  }
}

TEST_CASE("a class that there is not is told with the nearest name") {
  struct {
    std::string word, complaint;
  } cases[] = {
      {"Crat", "there is no class \"Crat\"; did you mean \"Cart\"?"},
      {"cart", "there is no class \"cart\"; did you mean \"Cart\"?"},
      {"shop/Count", "there is no class \"shop/Count\"; did you mean \"shop/Counter\"?"},
      {"Wholly-Other", "there is no class \"Wholly-Other\""},
      {"", "there is no class \"\""},
      {"Draft", "there is no class \"Draft\""},
      {"blog/Draft", "there is no class \"blog/Draft\""},
      {"Counter", "several workers have a class \"Counter\": shop/Counter blog/Counter"},
  };
  for (const auto& [word, complaint] : cases) {
    CHECK(complaintOf([&] { findClass(word, kClasses); }) == complaint);
  }
  CHECK(complaintOf([] { findClass("Cart", {}); }) == "there is no class \"Cart\"");
}

TEST_CASE("a class is called by its name alone when that says which it is") {
  CHECK(classTitle(kClasses[0], kClasses) == "Cart");
  CHECK(classTitle(kClasses[1], kClasses) == "shop/Counter");
}

TEST_CASE("an object is named by a name or by an id of its class") {
  const auto& cart = kClasses[0];
  auto alice = objectNamed("alice", cart);
  CHECK(alice.name == "alice");
  CHECK(idText(alice.id).size() == 64);
  CHECK(objectTitle(alice) == "alice");

  std::string digits = idText(alice.id);
  for (auto& c : digits) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const auto& text : {idText(alice.id), digits}) {
    auto found = objectNamed(text, cart);
    CHECK(found.id == alice.id);
    CHECK(!found.name);
    CHECK(objectTitle(found) == idText(alice.id));
  }
  // A name that looks like an id is one only where that is known.
  auto odd = objectCalled(std::string(64, '0'), cart);
  CHECK(odd.name == std::string(64, '0'));
  CHECK(odd.id != std::string(32, '\0'));
  CHECK(objectNamed(std::string(63, '0'), cart).name == std::string(63, '0'));
  CHECK(objectNamed("", cart).name == "");
}

TEST_CASE("an id of another class is refused") {
  std::string id = idText(objectNamed("alice", kClasses[0]).id);
  CHECK(complaintOf([&] { objectNamed(id, kClasses[1]); }) ==
        "the id " + id + " is none of the class Counter");
  CHECK(complaintOf([&] { objectNamed(std::string(64, 'f'), kClasses[0]); }) ==
        "the id " + std::string(64, 'f') + " is none of the class Cart");
}

TEST_CASE("an object and a key that there are not are told with the nearest name") {
  const auto& cart = kClasses[0];
  std::vector<StoredObject> objects = {objectCalled("alice", cart), objectCalled("bob", cart)};
  CHECK(complaintOf([&] { failUnknownObject("alcie", cart, objects); }) ==
        "the class Cart has no object \"alcie\"; did you mean \"alice\"?");
  CHECK(complaintOf([&] { failUnknownObject("zoe", cart, {}); }) ==
        "the class Cart has no object \"zoe\"");
  CHECK(complaintOf([] {
          failUnknownKey("visit", {"visits", "when"});
        }) == "the object has no key \"visit\"; did you mean \"visits\"?");
  CHECK(complaintOf([] { failUnknownKey("visit", {}); }) == "the object has no key \"visit\"");
  CHECK(complaintOf([] { failUnknownKey(std::string(3000, 'k'), {"k"}); }).size() < 300);
}

}  // namespace lathe::cli
