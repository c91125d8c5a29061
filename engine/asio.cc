// Asio and Beast, compiled once: every other file sees declarations only
// (BOOST_ASIO_SEPARATE_COMPILATION, BOOST_BEAST_SEPARATE_COMPILATION in meson.build).
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
