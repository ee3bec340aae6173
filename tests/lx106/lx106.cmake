# Compiles and links for the ESP8266's processor, beside the host build, by plain custom commands: one build graph, one
# ccache, no second configuration. The flags are those of the ESP8266 Arduino core (its platform.txt, release 3).
set(LX106_HINT "not found: run deploy/packages.sh --tests")
foreach(tool gcc g++ ar nm size)
    string(TOUPPER ${tool} variable)
    string(REPLACE "+" "X" variable LX106_${variable})
    find_program(${variable} xtensa-lx106-elf-${tool})
    if(NOT ${variable})
        message(FATAL_ERROR "xtensa-lx106-elf-${tool} ${LX106_HINT}")
    endif()
endforeach()
find_program(LX106_QEMU qemu-system-xtensa)
find_path(LX106_PICOLIBC picolibc.specs PATHS /usr/lib/xtensa-lx106-elf NO_DEFAULT_PATH)
# Debian's cross compiler has no C++ headers of its own; those of newlib for ARM without an operating system fit.
file(GLOB LX106_LIBSTDCXX LIST_DIRECTORIES true /usr/include/newlib/c++/[0-9]*)
set(LX106_LIBSTDCXX_TARGET ${LX106_LIBSTDCXX}/arm-none-eabi/thumb/v6-m/nofp)
foreach(path LX106_QEMU LX106_PICOLIBC LX106_LIBSTDCXX)
    if(NOT ${path})
        message(FATAL_ERROR "${path} ${LX106_HINT}")
    endif()
endforeach()

set(LX106_SPECS --specs=${LX106_PICOLIBC}/picolibc.specs)
set(LX106_FLAGS ${LX106_SPECS} -DPICOLIBC_INTEGER_PRINTF_SCANF -Os -free -fipa-pta -mlongcalls -mtext-section-literals
    -falign-functions=4 -ffunction-sections -fdata-sections -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
set(LX106_C_FLAGS ${LX106_FLAGS} -std=gnu17 -fno-inline-functions)
set(LX106_CXX_FLAGS ${LX106_FLAGS} -isystem ${LX106_LIBSTDCXX} -isystem ${LX106_LIBSTDCXX_TARGET}
    -fno-exceptions -fno-rtti -fno-threadsafe-statics)

# The emulated chip: no devices but its memories and the services of semihosting. Instruction counts repeat exactly.
set(LX106_RUN ${LX106_QEMU} -M sim -cpu lx106 -m 64M -semihosting -nographic -monitor none -serial none)

# lx106_objects(<variable> <name> SOURCES <file>... [STANDARD <number>] [FLAGS <flag>...] [INCLUDES <folder>...]
#               [DEPENDS <target>...])
# Compiles below lx106/<name>, C++ as the core's C++17 unless told otherwise, and puts the objects' paths into <variable>.
function(lx106_objects variable name)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "STANDARD" "SOURCES;FLAGS;INCLUDES;DEPENDS")
    if(NOT arg_STANDARD)
        set(arg_STANDARD 17)
    endif()
    list(TRANSFORM arg_INCLUDES PREPEND -I)
    set(objects "")
    foreach(source IN LISTS arg_SOURCES)
        cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
        cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE short)
        string(REPLACE "/" "_" object ${short})
        set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}/${object}.o)
        if(source MATCHES "\\.cpp$")
            set(compile ${CMAKE_CXX_COMPILER_LAUNCHER} ${LX106_GXX} ${LX106_CXX_FLAGS} -std=gnu++${arg_STANDARD})
        else()
            set(compile ${CMAKE_C_COMPILER_LAUNCHER} ${LX106_GCC} ${LX106_C_FLAGS})
        endif()
        add_custom_command(OUTPUT ${object}
            COMMAND ${compile} ${arg_FLAGS} ${arg_INCLUDES} -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
            DEPENDS ${source} ${arg_DEPENDS} DEPFILE ${object}.d COMMENT "lx106 ${short}" VERBATIM)
        list(APPEND objects ${object})
    endforeach()
    file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${name})
    set(${variable} ${objects} PARENT_SCOPE)
endfunction()

# lx106_archive(<name> ...as lx106_objects): lx106/lib<name>.a
function(lx106_archive name)
    lx106_objects(objects ${name} ${ARGN})
    set(archive ${CMAKE_CURRENT_BINARY_DIR}/lib${name}.a)
    add_custom_command(OUTPUT ${archive} COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
        COMMAND ${LX106_AR} crsD ${archive} ${objects} DEPENDS ${objects} COMMENT "lx106 lib${name}.a" VERBATIM)
endfunction()

# lx106_program(<name> SCRIPT <linker script> ARCHIVES <name>... [LINK <option>...] and what lx106_objects() takes)
# lx106/<name>.elf. Of the archives the last ones count as used by the ones before.
function(lx106_program name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "SCRIPT;STANDARD" "ARCHIVES;LINK;SOURCES;FLAGS;INCLUDES;DEPENDS")
    lx106_objects(objects ${name} STANDARD ${arg_STANDARD} SOURCES ${arg_SOURCES} FLAGS ${arg_FLAGS}
        INCLUDES ${arg_INCLUDES} DEPENDS ${arg_DEPENDS})
    set(program ${CMAKE_CURRENT_BINARY_DIR}/${name}.elf)
    set(script ${CMAKE_CURRENT_SOURCE_DIR}/${arg_SCRIPT})
    list(TRANSFORM arg_ARCHIVES REPLACE "(.+)" "${CMAKE_CURRENT_BINARY_DIR}/lib\\1.a" OUTPUT_VARIABLE archives)
    add_custom_command(OUTPUT ${program}
        COMMAND ${LX106_GCC} ${LX106_SPECS} -nostartfiles -T ${script} -Wl,--gc-sections -Wl,--no-warn-rwx-segments -Wl,-Map=${program}.map
                ${arg_LINK} ${objects} -Wl,--start-group ${archives} -lc -lgcc -Wl,--end-group -o ${program}
        DEPENDS ${objects} ${archives} ${script} COMMENT "lx106 ${name}.elf" VERBATIM)
endfunction()
