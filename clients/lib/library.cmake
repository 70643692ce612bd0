# libleeway for programs outside the house: shared with a soname, static, pkg-config and CMake package.
#
# Both hold the same objects and show the same names: those that begin with lw_ (libleeway.map).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(parts leeway_client leeway_proto leeway_base)
set_target_properties(${parts} PROPERTIES POSITION_INDEPENDENT_CODE ON)
set(objects)
foreach(part ${parts})
    list(APPEND objects $<TARGET_OBJECTS:${part}>)
endforeach()

set(map ${CMAKE_CURRENT_SOURCE_DIR}/libleeway.map)
add_library(libleeway SHARED ${objects})
target_link_libraries(libleeway PRIVATE house pkg::zmq pkg::jansson pkg::msgpack pkg::sodium)
target_link_options(libleeway PRIVATE -Wl,--version-script=${map} -Wl,--as-needed)
set_target_properties(libleeway PROPERTIES OUTPUT_NAME leeway LINKER_LANGUAGE C VERSION ${PROJECT_VERSION} SOVERSION 0
    LINK_DEPENDS ${map} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

# One object, in which the names of the house are no longer global: they cannot clash with the program's.
set(whole ${CMAKE_CURRENT_BINARY_DIR}/libleeway.o)
set(archive ${CMAKE_BINARY_DIR}/lib/libleeway.a)
add_custom_command(OUTPUT ${archive}
    COMMAND ${CMAKE_LINKER} -r -o ${whole} ${objects}
    COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=lw_* ${whole}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/lib
    COMMAND ${CMAKE_AR} qcs ${archive} ${whole}
    DEPENDS ${parts} ${objects} VERBATIM COMMAND_EXPAND_LISTS)
add_custom_target(libleeway_static ALL DEPENDS ${archive})

# What who links the static one needs beside it
pkg_search_module(LIBLEEWAY_MSGPACK QUIET msgpack-c msgpack)
set(LIBLEEWAY_PRIVATE "libzmq libsodium jansson ${LIBLEEWAY_MSGPACK_MODULE_NAME}")
set(LIBLEEWAY_PACKAGE ${CMAKE_INSTALL_LIBDIR}/cmake/leeway)
file(RELATIVE_PATH LIBLEEWAY_PC_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" LIBLEEWAY_PC_TO_PREFIX ${LIBLEEWAY_PC_TO_PREFIX})
configure_file(leeway.pc.in leeway.pc @ONLY)
configure_package_config_file(leewayConfig.cmake.in leewayConfig.cmake INSTALL_DESTINATION ${LIBLEEWAY_PACKAGE}
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(leewayConfigVersion.cmake VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)

install(TARGETS libleeway LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libleeway)
install(FILES ${archive} DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libleeway)
install(FILES leeway.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT libleeway)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/leeway.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT libleeway)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/leewayConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/leewayConfigVersion.cmake
    DESTINATION ${LIBLEEWAY_PACKAGE} COMPONENT libleeway)
