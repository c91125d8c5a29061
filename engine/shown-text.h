#pragma once

#include <string>
#include <string_view>

// Text of others as people are shown it, on a terminal or in a log: what a client, a page, a stored
// value or somebody's module says must not move the cursor, change the title or fill the clipboard.
namespace lathe {

// `text` with every control character but line breaks and tabs spelled: `\x1b`, `\r`, `\u009d`. So
// are bytes that are no UTF-8, such as `\x9d`, which a terminal may take for a control character.
// What has been through it stays as it is.
std::string shownText(std::string_view text);

// The same, but for sequences that only set colours and the like (SGR, `ESC [ … m`): for what a
// script prints. Colours that the text leaves on end with it.
std::string shownTextWithColors(std::string_view text);

// How many bytes at the beginning of `text`, which is not empty, are one character of UTF-8; 0 when
// they are none.
std::size_t characterLength(std::string_view text);

// Whether the character of UTF-8 that `character` is, whole, is a control character: C0, DEL or C1.
bool isControl(std::string_view character);

}  // namespace lathe
