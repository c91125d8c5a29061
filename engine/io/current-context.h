#pragma once

namespace lathe::io {

class IoContext;

// Where this thread keeps its current context, which is null outside of one. For the last message
// of a process whose loop hangs: another thread reads it then, while this one changes nothing.
IoContext* const* placeOfCurrentContext();

}  // namespace lathe::io
