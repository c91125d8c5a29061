#pragma once

#include <string>
#include <string_view>

namespace lathe::web {

// `domain` as it must be given to an ICU older than Unicode 16 so that its UTS #46 answers as the
// current one does. Unicode 15.1 and 16 gave a mapping to characters that had been refused until
// then; here they are mapped beforehand. A newer ICU does the same with the result as with the
// original. Characters that a newer Unicode added stay refused: their properties are unknown to the
// old ICU. Invalid UTF-8 stays invalid.
std::string withNewerIdnaMappings(std::string_view domain);

}  // namespace lathe::web
