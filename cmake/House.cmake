# House.cmake - how a floor, a program and a test are built; no global flags anywhere else.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
if(NOT CMAKE_RUNTIME_OUTPUT_DIRECTORY)
    set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endif()
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

add_library(house INTERFACE)
target_include_directories(house INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(house INTERFACE _GNU_SOURCE LEEWAY_VERSION="${PROJECT_VERSION}")
target_compile_options(house INTERFACE -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wpointer-arith -Wswitch-enum -Wundef -Wvla -Wformat=2 -fno-common -fno-strict-aliasing)
if(LEEWAY_SANITIZE)
    target_compile_options(house INTERFACE -fsanitize=${LEEWAY_SANITIZE} -fno-omit-frame-pointer
        -fno-sanitize-recover=all)
    target_link_options(house INTERFACE -fsanitize=${LEEWAY_SANITIZE})
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# house_library(NAME module...): an imported target pkg::NAME from the first of the pkg-config modules that exists.
function(house_library name)
    foreach(module ${ARGN})
        pkg_check_modules(${name} QUIET IMPORTED_TARGET GLOBAL ${module})
        if(${name}_FOUND)
            add_library(pkg::${name} ALIAS PkgConfig::${name})
            return()
        endif()
    endforeach()
    message(FATAL_ERROR "the library ${name} (pkg-config: ${ARGN}) is missing; ./run setup installs what is needed")
endfunction()

house_library(sodium libsodium)
house_library(msgpack msgpack-c msgpack)
house_library(yaml yaml-0.1)
if(NOT LEEWAY_PURE)
    house_library(uv libuv)
    house_library(zmq libzmq)
    house_library(jansson jansson)
    house_library(microhttpd libmicrohttpd)
    # Debian ships lmdb.pc from 12 on
    house_library(lmdb lmdb)
endif()

# house_floor(NAME SOURCES a.c ... [LINKS floor or library ...])
function(house_floor name)
    cmake_parse_arguments(F "" "" "SOURCES;LINKS" ${ARGN})
    add_library(${name} STATIC ${F_SOURCES})
    target_link_libraries(${name} PUBLIC house ${F_LINKS})
endfunction()

# house_program(NAME SOURCES a.c ... [LINKS ...])
function(house_program name)
    cmake_parse_arguments(P "" "" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${P_SOURCES})
    target_link_libraries(${name} PRIVATE house ${P_LINKS})
endfunction()

# house_test(SUITE NAME SOURCES a.c ... [LINKS ...] [TIMEOUT s]): ctest's SUITE.NAME, label SUITE
function(house_test suite name)
    cmake_parse_arguments(T "" "TIMEOUT" "SOURCES;LINKS" ${ARGN})
    if(NOT T_TIMEOUT)
        set(T_TIMEOUT 60)
    endif()
    add_executable(test_${suite}_${name} ${T_SOURCES})
    target_link_libraries(test_${suite}_${name} PRIVATE house pkg::cmocka ${T_LINKS})
    target_compile_definitions(test_${suite}_${name} PRIVATE SOURCE_DIR="${CMAKE_SOURCE_DIR}"
        BINARY_DIR="${CMAKE_BINARY_DIR}")
    add_test(NAME ${suite}.${name} COMMAND test_${suite}_${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${suite}.${name} PROPERTIES LABELS ${suite} TIMEOUT ${T_TIMEOUT})
endfunction()
