# Language, output folders, ccache and the flags that every preset shares.
option(FLOTILLA_TESTS "Build the tests" ON)
option(FLOTILLA_PCH "Use precompiled headers where they pay" ON)
set(FLOTILLA_SANITIZE "" CACHE STRING "Comma-separated sanitizers: address,undefined or thread")
option(FLOTILLA_COVERAGE "Instrument for gcov" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

# The optimisation level comes from the preset; Release is -O2, because -O3 costs build time on a Pi and gains nothing here.
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# Nothing that is built names the folder in which it was built.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)

if(FLOTILLA_SANITIZE)
    add_compile_options(-fsanitize=${FLOTILLA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${FLOTILLA_SANITIZE})
    if(FLOTILLA_SANITIZE MATCHES thread)
        # Asio's fences are unknown to the thread sanitizer, and g++ says so; its mutexes order what we do.
        add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
    endif()
endif()
if(FLOTILLA_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()

if(NOT DEFINED FLOTILLA_CCACHE)
    find_program(FLOTILLA_CCACHE ccache)
endif()
if(FLOTILLA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Precompiled headers need the sloppiness; the base folder lets all presets share what is equal.
    set(launcher ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${FLOTILLA_CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
