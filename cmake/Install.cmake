# Install.cmake - what `cmake --install` puts under the prefix, beside libleeway (clients/lib/library.cmake)
include(GNUInstallDirs)

install(TARGETS leewayd leeway leeway-agent leeway-monitor RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# where the command line looks for them: see clients/leeway/data.c
install(DIRECTORY config/procedures config/calendars DESTINATION share/leeway)
install(DIRECTORY clients/handlers DESTINATION share/leeway USE_SOURCE_PERMISSIONS)
install(FILES proto/python/leeway.py DESTINATION share/leeway/python)
install(DIRECTORY proto/vectors DESTINATION share/leeway)
install(FILES config/leewayd.yaml config/leewayd.service README.md NEWS.md LICENSE proto/PROTOCOL.md proto/ERRORS.md
    docs/libleeway.md
    DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY clients/examples proto/examples DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN __pycache__ EXCLUDE
    PATTERN node_modules EXCLUDE)
