# The wire codecs, generated from one .proto at build time. Both land below build/<preset>/generated, which mirrors the
# source root: "proto/flotilla.pb.h" is protobuf's, "proto/flotilla.npb.h" is nanopb's.
set(FLOTILLA_GENERATED ${PROJECT_BINARY_DIR}/generated)
add_custom_target(flotilla_generated)  # everything that tools need before they can read the sources

# flotilla_protobuf(<target> <file.proto>): a static library with protobuf's C++ code, seen as a system header.
function(flotilla_protobuf target proto)
    cmake_path(ABSOLUTE_PATH proto BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    cmake_path(RELATIVE_PATH proto BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE relative)
    cmake_path(REMOVE_EXTENSION relative LAST_ONLY OUTPUT_VARIABLE stem)
    set(source ${FLOTILLA_GENERATED}/${stem}.pb.cc)
    set(header ${FLOTILLA_GENERATED}/${stem}.pb.h)
    file(MAKE_DIRECTORY ${FLOTILLA_GENERATED})
    add_custom_command(OUTPUT ${source} ${header}
        COMMAND protobuf::protoc -I ${PROJECT_SOURCE_DIR} --cpp_out=${FLOTILLA_GENERATED} ${proto}
        DEPENDS ${proto} COMMENT "protoc ${relative}" VERBATIM)
    add_custom_target(${target}_generated DEPENDS ${source} ${header})
    add_dependencies(flotilla_generated ${target}_generated)
    add_library(${target} STATIC ${source} ${header})
    add_dependencies(${target} ${target}_generated)
    target_compile_options(${target} PRIVATE -w)
    target_include_directories(${target} SYSTEM PUBLIC ${FLOTILLA_GENERATED})
    target_link_libraries(${target} PUBLIC protobuf::libprotobuf)
endfunction()

# flotilla_fetch_source(<variable> <arguments of fetch-source.sh after the destination>...): parts of a Debian source
# package, once for all presets. The folder is put into <variable>.
function(flotilla_fetch_source variable source)
    set(dest ${PROJECT_SOURCE_DIR}/build/deps)
    execute_process(COMMAND ${PROJECT_SOURCE_DIR}/cmake/fetch-source.sh ${dest} ${source} ${ARGN}
        RESULT_VARIABLE result ERROR_VARIABLE error)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "the sources of ${source} are missing\n${error}")
    endif()
    set(${variable} ${dest}/${source} PARENT_SCOPE)
endfunction()

# flotilla_nanopb_runtime(): the target nanopb::nanopb, three C files that Debian has in nanopb's source package only.
function(flotilla_nanopb_runtime)
    if(TARGET nanopb::nanopb)
        return()
    endif()
    flotilla_fetch_source(nanopb nanopb --same /usr/include/pb.h=pb.h
        pb.h pb_common.h pb_encode.h pb_decode.h pb_common.c pb_encode.c pb_decode.c LICENSE.txt)
    add_library(flotilla_nanopb_runtime STATIC
        ${nanopb}/pb_common.c ${nanopb}/pb_encode.c ${nanopb}/pb_decode.c)
    target_compile_options(flotilla_nanopb_runtime PRIVATE -w)
    target_include_directories(flotilla_nanopb_runtime SYSTEM PUBLIC ${nanopb})
    target_compile_definitions(flotilla_nanopb_runtime PUBLIC PB_NO_ERRMSG)  # its texts would cost the device RAM
    set_target_properties(flotilla_nanopb_runtime PROPERTIES FLOTILLA_TWINNED ON)
    add_library(nanopb::nanopb ALIAS flotilla_nanopb_runtime)
endfunction()

# flotilla_nanopb(<target> <file.proto>): the header with nanopb's tag numbers, and its runtime. The message descriptors
# that are generated beside it are not compiled: the device's codec reads and writes field by field.
function(flotilla_nanopb target proto)
    flotilla_nanopb_runtime()
    find_program(NANOPB_GENERATOR NAMES nanopb_generator nanopb_generator.py REQUIRED)
    cmake_path(ABSOLUTE_PATH proto BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    cmake_path(RELATIVE_PATH proto BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE relative)
    cmake_path(REMOVE_EXTENSION relative LAST_ONLY OUTPUT_VARIABLE stem)
    set(source ${FLOTILLA_GENERATED}/${stem}.npb.c)
    set(header ${FLOTILLA_GENERATED}/${stem}.npb.h)
    file(MAKE_DIRECTORY ${FLOTILLA_GENERATED})
    add_custom_command(OUTPUT ${source} ${header}
        COMMAND ${NANOPB_GENERATOR} --quiet --strip-path --extension=.npb
                --output-dir=${FLOTILLA_GENERATED} --proto-path=${PROJECT_SOURCE_DIR} ${relative}
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        DEPENDS ${proto} COMMENT "nanopb ${relative}" VERBATIM)
    add_custom_target(${target}_generated DEPENDS ${source} ${header})
    add_dependencies(flotilla_generated ${target}_generated)
    add_library(${target} INTERFACE)
    add_dependencies(${target} ${target}_generated)
    target_include_directories(${target} SYSTEM INTERFACE ${FLOTILLA_GENERATED})
    target_link_libraries(${target} INTERFACE nanopb::nanopb)
    set_target_properties(${target} PROPERTIES FLOTILLA_TWINNED ON)
endfunction()
