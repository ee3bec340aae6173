# How a module declares itself: flotilla_library, flotilla_executable, flotilla_test, flotilla_script_test.

set(FLOTILLA_WARNINGS
    -Werror -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast
    -Wcast-align -Wformat=2 -Wimplicit-fallthrough -Wextra-semi -Wundef
    # A row of designated initialisers names what differs; the rest has its defaults.
    -Wno-missing-field-initializers)
set(FLOTILLA_WARNINGS_GNU -Wduplicated-cond -Wlogical-op -Wredundant-move)
set(FLOTILLA_WARNINGS_CLANG -Wno-sign-conversion)  # part of clang's -Wconversion, but not of g++'s

# What the ESP compiles, it compiles as C++17 without exceptions and RTTI, on a stack of 4 KB.
set(FLOTILLA_DEVICE_OPTIONS -fno-exceptions -fno-rtti -Wdouble-promotion -Wvla)
if(NOT FLOTILLA_SANITIZE AND NOT FLOTILLA_COVERAGE)
    list(APPEND FLOTILLA_DEVICE_OPTIONS -Wframe-larger-than=2048)
endif()

# The precompiled headers that pay, built once per preset and shared.
set(FLOTILLA_PCH_TEST <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <string>
    <string_view> <unordered_map> <utility> <vector> <gtest/gtest.h>)

# For work in parallel on one checkout: a file that is listed but not written yet is left out with a warning.
option(FLOTILLA_TOLERANT "Leave out sources that do not exist" OFF)
function(_flotilla_existing name variable)
    if(FLOTILLA_TOLERANT)
        set(kept "")
        foreach(source IN LISTS ${variable})
            cmake_path(ABSOLUTE_PATH source OUTPUT_VARIABLE path)
            if(EXISTS ${path})
                list(APPEND kept ${source})
            else()
                message(WARNING "${name}: ${source} does not exist, left out")
            endif()
        endforeach()
        set(${variable} ${kept} PARENT_SCOPE)
    endif()
endfunction()

function(_flotilla_warnings target)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${FLOTILLA_WARNINGS}>)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${FLOTILLA_WARNINGS_GNU}>)
    elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${FLOTILLA_WARNINGS_CLANG}>)
    endif()
endfunction()

# flotilla_library(<name> [CXX17_DEVICE] [SOURCES <file>...] [DEPS <target>...] [PRIVATE_DEPS <target>...]
#                  [PCH <header>...])
# A static library whose users include its headers from the source root, and see DEPS but not PRIVATE_DEPS.
# Without SOURCES it is header-only. CXX17_DEVICE compiles it as the ESP does.
function(flotilla_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "CXX17_DEVICE" "" "SOURCES;DEPS;PRIVATE_DEPS;PCH")
    if(arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "flotilla_library(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
    endif()
    _flotilla_existing(${name} arg_SOURCES)
    if(NOT arg_SOURCES)
        add_library(${name} INTERFACE)
        target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR})
        target_link_libraries(${name} INTERFACE ${arg_DEPS} ${arg_PRIVATE_DEPS})
        return()
    endif()
    add_library(${name} STATIC ${arg_SOURCES})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS})
    _flotilla_warnings(${name})
    if(arg_CXX17_DEVICE)
        set_target_properties(${name} PROPERTIES CXX_STANDARD 17)
        target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${FLOTILLA_DEVICE_OPTIONS}>)
    endif()
    if(arg_PCH AND FLOTILLA_PCH)
        target_precompile_headers(${name} PRIVATE ${arg_PCH})
    endif()
endfunction()

# flotilla_executable(<name> SOURCES <file>... [DEPS <target>...] [PCH <header>...])
# A program in build/<preset>/bin.
function(flotilla_executable name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS;PCH")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
        message(FATAL_ERROR "flotilla_executable(${name}): needs SOURCES and knows DEPS, PCH")
    endif()
    _flotilla_existing(${name} arg_SOURCES)
    if(NOT arg_SOURCES)
        return()
    endif()
    add_executable(${name} ${arg_SOURCES})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE ${arg_DEPS} Threads::Threads)
    _flotilla_warnings(${name})
    if(arg_PCH AND FLOTILLA_PCH)
        target_precompile_headers(${name} PRIVATE ${arg_PCH})
    endif()
endfunction()

# What every test gets, whether program or script: labels, a time limit, and no way to pass without having run.
function(_flotilla_test_properties name timeout labels)
    set(environment "FLOTILLA_BIN=${PROJECT_BINARY_DIR}/bin" "FLOTILLA_SOURCE=${PROJECT_SOURCE_DIR}")
    if(FLOTILLA_SANITIZE OR FLOTILLA_COVERAGE)
        math(EXPR timeout "${timeout} * 5")
    endif()
    if(FLOTILLA_SANITIZE MATCHES "thread")
        list(APPEND environment "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan-suppressions.txt")
    endif()
    set_tests_properties(${name} PROPERTIES
        LABELS "${labels}"
        TIMEOUT ${timeout}
        # A skipped, disabled or empty suite is a failed one.
        FAIL_REGULAR_EXPRESSION "\\[  SKIPPED \\];Running 0 tests from;YOU HAVE [0-9]+ DISABLED TEST;NOT RUN"
        ENVIRONMENT "${environment}")
endfunction()

# flotilla_test(<name> LABELS <label>... SOURCES <file>... [DEPS <target>...] [PROGRAMS <executable target>...]
#               [TIMEOUT <seconds>] [SERIAL] [LOCK <resource>...] [NO_MAIN])
# A GoogleTest program and one ctest entry of the same name. Labels: unit, golden, cuts, lx106, simulation, integration,
# e2e, check.
# PROGRAMS are built before it and lie in $FLOTILLA_BIN; the source root is $FLOTILLA_SOURCE. SERIAL runs it alone,
# LOCK never beside another with the same lock. NO_MAIN when it brings its own main().
function(flotilla_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL;NO_MAIN" "TIMEOUT" "LABELS;SOURCES;DEPS;PROGRAMS;LOCK")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES OR NOT arg_LABELS)
        message(FATAL_ERROR "flotilla_test(${name}): needs LABELS and SOURCES; unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 60)
    endif()
    _flotilla_existing(${name} arg_SOURCES)
    if(NOT arg_SOURCES)
        return()
    endif()
    add_executable(${name} ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/bin)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
    if(NOT arg_NO_MAIN)
        list(APPEND arg_DEPS GTest::gtest_main)
    endif()
    target_link_libraries(${name} PRIVATE ${arg_DEPS} GTest::gtest Threads::Threads)
    _flotilla_warnings(${name})
    foreach(program IN LISTS arg_PROGRAMS)
        if(TARGET ${program} OR NOT FLOTILLA_TOLERANT)
            add_dependencies(${name} ${program})
        endif()
    endforeach()
    if(FLOTILLA_PCH)
        target_precompile_headers(${name} REUSE_FROM flotilla_test_pch)
    endif()
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_BINARY_DIR})
    _flotilla_test_properties(${name} ${arg_TIMEOUT} "${arg_LABELS}")
    if(arg_SERIAL)
        set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
    endif()
    if(arg_LOCK)
        set_tests_properties(${name} PROPERTIES RESOURCE_LOCK "${arg_LOCK}")
    endif()
endfunction()

# flotilla_script_test(<name> LABELS <label>... COMMAND <command> [<argument>...] [TIMEOUT <seconds>] [SERIAL]
#                      [LOCK <resource>...])
# A ctest entry that runs a script: exit code 0 is success, and NOT RUN in its output is a failure.
function(flotilla_script_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT" "LABELS;COMMAND;LOCK")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_COMMAND OR NOT arg_LABELS)
        message(FATAL_ERROR "flotilla_script_test(${name}): needs LABELS and COMMAND; unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    add_test(NAME ${name} COMMAND ${arg_COMMAND} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    _flotilla_test_properties(${name} ${arg_TIMEOUT} "${arg_LABELS}")
    if(arg_SERIAL)
        set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
    endif()
    if(arg_LOCK)
        set_tests_properties(${name} PROPERTIES RESOURCE_LOCK "${arg_LOCK}")
    endif()
endfunction()
