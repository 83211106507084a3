#!/usr/bin/env bash
# Builds driver, images' programs and tests of HEAD.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
check_out HEAD
build() {
  harness -version
  cmake --build "$checkout/build" --target integration_tests
}
seconds_of build
