# Debian's packages, installed by scripts/install-dependencies. Boost may stand in .deps when the system holds another
# version that must not be removed.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(GTest REQUIRED)

find_path(JURY_BOOST_INCLUDE boost/json/basic_parser.hpp
  PATHS ${CMAKE_SOURCE_DIR}/.deps/usr/include NO_DEFAULT_PATH)
find_path(JURY_BOOST_INCLUDE boost/json/basic_parser.hpp REQUIRED)
file(STRINGS ${JURY_BOOST_INCLUDE}/boost/version.hpp boost_version REGEX "define BOOST_LIB_VERSION")
if(NOT boost_version MATCHES "\"1_81\"")
  message(FATAL_ERROR "Jury needs Boost 1.81, found: ${boost_version}. Run scripts/install-dependencies.")
endif()

# Headers only; the bodies are compiled once, in src/base/boost_json.cpp and src/runtime/boost_asio.cpp.
add_library(jury_boost INTERFACE)
target_include_directories(jury_boost SYSTEM INTERFACE ${JURY_BOOST_INCLUDE})
target_compile_definitions(jury_boost INTERFACE
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16  # frames of one request's chain of coroutines, kept for the next
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ALL_NO_LIB BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_link_libraries(jury_boost INTERFACE Threads::Threads)

find_path(XGBOOST_INCLUDE xgboost/c_api.h REQUIRED)
find_library(XGBOOST_LIBRARY xgboost REQUIRED)
add_library(jury_xgboost INTERFACE)
target_include_directories(jury_xgboost SYSTEM INTERFACE ${XGBOOST_INCLUDE})
target_link_libraries(jury_xgboost INTERFACE ${XGBOOST_LIBRARY})

find_path(CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
add_library(jury_cli11 INTERFACE)
target_include_directories(jury_cli11 SYSTEM INTERFACE ${CLI11_INCLUDE})
