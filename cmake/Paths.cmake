# Paths of this checkout and build inside tests.

# paths_header(TARGET NAME=VALUE...) gives TARGET, and what links it, a header "TARGET_paths.h" that defines each name as a string. Only the files that include it
# are compiled anew in another folder: ccache knows the others by their contents.
function(paths_header target)
  set(text "#pragma once\n\n")
  foreach(path IN LISTS ARGN)
    string(REGEX REPLACE "=.*" "" name "${path}")
    string(REGEX REPLACE "^[^=]*=" "" value "${path}")
    string(APPEND text "#define ${name} \"${value}\"\n")
  endforeach()
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/paths/${target}_paths.h CONTENT "${text}")
  target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/paths)
endfunction()
