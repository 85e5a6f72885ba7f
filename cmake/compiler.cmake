if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "Jury needs clang 19 or newer; this is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}.\n"
    "g++ 12 destroys the captures of a lambda twice when the lambda is a temporary inside a co_await expression, "
    "as in `co_await run_in_threadpool([captured] {...})`: a double free in exactly the code that users write. "
    "Configure with `cmake --preset release`, which names clang++-19, or run `scripts/install-dependencies`.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

set(JURY_SANITIZE "" CACHE STRING "sanitizers of this build, as -fsanitize takes them: address,undefined or thread")
option(JURY_FUZZ "build the libFuzzer targets" OFF)

add_library(jury_options INTERFACE)
target_compile_options(jury_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror
  -Wno-missing-designated-field-initializers  # members left out have their defaults
  -fno-omit-frame-pointer -g1)
target_include_directories(jury_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_link_options(jury_options INTERFACE -fuse-ld=lld-19 -pthread)

if(JURY_SANITIZE OR JURY_FUZZ)
  set(sanitizers ${JURY_SANITIZE})
  if(JURY_FUZZ)
    set(sanitizers address,undefined)
    target_compile_options(jury_options INTERFACE -fsanitize=fuzzer-no-link)
  endif()
  target_compile_options(jury_options INTERFACE -fsanitize=${sanitizers} -fno-sanitize-recover=all)
  target_link_options(jury_options INTERFACE -fsanitize=${sanitizers})
else()
  # Hardening of what ships.
  target_compile_options(jury_options INTERFACE
    -fstack-protector-strong -fstack-clash-protection -fcf-protection
    $<$<CONFIG:Release>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=3>)
  target_link_options(jury_options INTERFACE -pie -Wl,-z,relro,-z,now)
endif()
target_compile_definitions(jury_options INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
