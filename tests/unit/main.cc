// doctest and the program that runs the unit tests.
#define DOCTEST_CONFIG_IMPLEMENT
// The store takes signals (persist/lmdb-guard.h), which doctest would take away for each test.
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS
#include <doctest/doctest.h>

#include "engine/host/start.h"

int latheMain(int count, char** arguments) { return doctest::Context(count, arguments).run(); }
