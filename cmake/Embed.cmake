# Files of the project as text inside a program.

# embed_files(TARGET FILE...) gives TARGET a header for each file: "help_txt.h" with kHelpTxt for help.txt. The name is the file's own,
# without a leading dot or underscore.
function(embed_files target)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  foreach(file IN LISTS ARGN)
    get_filename_component(name ${file} NAME)
    string(REGEX REPLACE "^\\.+" "" name ${name})
    string(REGEX REPLACE "[^A-Za-z0-9]+" "_" header ${name})
    string(REGEX REPLACE "_" ";" words ${header})
    set(symbol k)
    foreach(word IN LISTS words)
      string(SUBSTRING ${word} 0 1 first)
      string(SUBSTRING ${word} 1 -1 rest)
      string(TOUPPER ${first} first)
      string(APPEND symbol ${first}${rest})
    endforeach()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    file(CONFIGURE OUTPUT ${folder}/${header}.h @ONLY CONTENT
         "#pragma once\n\n#include <string_view>\n\ninline constexpr std::string_view @symbol@ = R\"embedded(@text@)embedded\";\n")
  endforeach()
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
