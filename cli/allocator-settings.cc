// How jemalloc, which is linked into the program in place of the C library's allocator, is to work:
// it looks for this variable when it starts, before main().
//
// - One arena: nearly everything is allocated on the loop's thread.
// - Huge pages, where the system gives any: to fill small ones one by one is a large part of what
//   starting costs.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:1,thp:always";
}
