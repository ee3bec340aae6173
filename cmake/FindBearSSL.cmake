# Debian's libbearssl-dev brings no CMake file. Defines BearSSL::bearssl.
find_path(BearSSL_INCLUDE_DIR bearssl.h PATH_SUFFIXES bearssl)
find_library(BearSSL_LIBRARY bearssl)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(BearSSL REQUIRED_VARS BearSSL_LIBRARY BearSSL_INCLUDE_DIR)

if(BearSSL_FOUND AND NOT TARGET BearSSL::bearssl)
    add_library(BearSSL::bearssl UNKNOWN IMPORTED)
    set_target_properties(BearSSL::bearssl PROPERTIES
        IMPORTED_LOCATION "${BearSSL_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${BearSSL_INCLUDE_DIR}")
endif()
mark_as_advanced(BearSSL_INCLUDE_DIR BearSSL_LIBRARY)
