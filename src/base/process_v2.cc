// Boost.Process v2 wants its sources compiled in exactly one file, before 1.86, which has a library of it.
#if __has_include(<boost/process/v2/src.hpp>)
#include <boost/process/v2/src.hpp>
#endif
