// Boost.Process v2 wants its sources compiled in exactly one file.
#include <boost/process/v2/src.hpp>
