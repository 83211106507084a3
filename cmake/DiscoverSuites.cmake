# discover_suites(PROGRAM [PROPERTIES ...]): each test suite of a GoogleTest program is a test of ctest. A program with
# the sanitizers takes half a second to start: one start for each single test would be half of the time of all of them.
function(discover_suites program)
  cmake_parse_arguments(PARSE_ARGV 1 given "" "" "PROPERTIES")
  set(suites ${CMAKE_CURRENT_BINARY_DIR}/${program}_suites.cmake)
  set(include ${CMAKE_CURRENT_BINARY_DIR}/${program}_include.cmake)
  add_custom_command(TARGET ${program} POST_BUILD VERBATIM BYPRODUCTS ${suites}
    COMMAND ${CMAKE_COMMAND} -D PROGRAM=$<TARGET_FILE:${program}> -D OUTPUT=${suites} -D "PROPERTIES=${given_PROPERTIES}"
            -P ${PROJECT_SOURCE_DIR}/cmake/ListSuites.cmake)
  file(WRITE ${include} "if(EXISTS \"${suites}\")\n  include(\"${suites}\")\nelse()\n  add_test(${program}_NOT_BUILT ${program}_NOT_BUILT)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include})
endfunction()
