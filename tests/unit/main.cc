// doctest and the program that runs the unit tests.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "engine/host/start.h"

int latheMain(int count, char** arguments) { return doctest::Context(count, arguments).run(); }
