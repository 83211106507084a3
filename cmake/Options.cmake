# Warnings and sanitizers, as targets to link with. Presets turn them on (CMakePresets.json).
option(HARNESS_WERROR "Warnings are errors" OFF)
set(HARNESS_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined or thread")

add_library(harness_options INTERFACE)
target_compile_options(harness_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                                  -Wno-missing-field-initializers)
if(HARNESS_WERROR)
  target_compile_options(harness_options INTERFACE -Werror)
endif()
if(HARNESS_SANITIZE)
  # A null pointer ends the program without a check, too, and x86 takes any alignment: these two checks are half of each object.
  target_compile_options(harness_options INTERFACE -fsanitize=${HARNESS_SANITIZE} -fno-sanitize=null,alignment -fno-omit-frame-pointer)
  target_link_options(harness_options INTERFACE -fsanitize=${HARNESS_SANITIZE})
  if(NOT HARNESS_SANITIZE MATCHES thread)
    # A program that is loaded at one address: else the millions of addresses that the sanitizers keep are relocated at each start.
    target_link_options(harness_options INTERFACE -no-pie)
  endif()
  if(HARNESS_SANITIZE MATCHES fuzzer)
    # Each frame of a coroutine is an allocation that AddressSanitizer sees.
    target_compile_definitions(harness_options INTERFACE BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING BOOST_ASIO_DISABLE_SMALL_BLOCK_RECYCLING)
  endif()
  if(HARNESS_SANITIZE MATCHES thread)
    target_compile_options(harness_options INTERFACE -Wno-tsan)  # GCC does not know the fence that Asio uses
  endif()
endif()
