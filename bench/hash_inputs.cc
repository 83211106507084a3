// hash_inputs FOLDER: the hash of a folder as `inputs: [.]` has it, for bench/hash.py.
#include <cstdio>
#include <exception>

#include "image/input_hash.h"

int main(int argc, char** argv) {
  try {
    if (argc == 2) return std::puts(harness::hash_files(argv[1], {{"."}}).c_str()) < 0;
    std::fputs("usage: hash_inputs FOLDER\n", stderr);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
  }
  return 2;
}
