#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/storage-access.h"

// What the words on the command line name: a class, an object, a key. All throw std::runtime_error
// when there is no such thing, with the nearest name that there is.
namespace lathe::cli {

// As messages call it: "Counter", or "worker/Counter" when several workers have one.
std::string classTitle(const StoredClass& one, const std::vector<StoredClass>& all);

// `word` is the class's name, or the worker's and the class's with a slash. Deleted ones are not
// found.
const StoredClass& findClass(const std::string& word, const std::vector<StoredClass>& all);

// The id and, when the word is one, the name. `word` is a name or an id's 64 digits; the object
// need not have any record.
StoredObject objectNamed(const std::string& word, const StoredClass& in);
// The same where it is known to be a name, which may look like an id.
StoredObject objectCalled(const std::string& name, const StoredClass& in);

// 64 lower-case hexadecimal digits.
std::string idText(const std::string& id);

// An object's name, else its id.
std::string objectTitle(const StoredObject& object);

[[noreturn]] void failUnknownObject(const std::string& word, const StoredClass& in,
                                    const std::vector<StoredObject>& there);
[[noreturn]] void failUnknownKey(const std::string& key, const std::vector<std::string>& there);

}  // namespace lathe::cli
