# The Debian package: `make deb`. Binary, man page, completions, unit, example configuration, documents,
# alert rules and dashboard.
include(GNUInstallDirs)
set(packaging ${PROJECT_SOURCE_DIR}/packaging)
set(doc ${CMAKE_INSTALL_DATADIR}/doc/varve)

install(FILES ${packaging}/varve.service DESTINATION lib/systemd/system)
install(FILES ${packaging}/varve.sysusers RENAME varve.conf DESTINATION lib/sysusers.d)
install(FILES ${packaging}/copyright DESTINATION ${doc})
install(FILES ${PROJECT_SOURCE_DIR}/docs/concepts.md ${PROJECT_SOURCE_DIR}/docs/operating.md
  DESTINATION ${doc})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/reference DESTINATION ${doc})
install(FILES ${packaging}/varve.toml DESTINATION ${doc}/examples)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/infra/grafana ${PROJECT_SOURCE_DIR}/infra/prometheus
  DESTINATION ${CMAKE_INSTALL_DATADIR}/varve PATTERN "*_test.yml" EXCLUDE)

# Only a staged installation, as of the package, gets what belongs into a system alone.
install(CODE "
  if(NOT \"\$ENV{DESTDIR}\" STREQUAL \"\")
    file(INSTALL DESTINATION /etc/varve TYPE FILE FILES ${packaging}/varve.toml)
    set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}\")
    configure_file(${PROJECT_SOURCE_DIR}/CHANGELOG.md \${share}/doc/varve/changelog COPYONLY)
    execute_process(COMMAND gzip -9nf \${share}/doc/varve/changelog \${share}/man/man1/varve.1
                    COMMAND_ERROR_IS_FATAL ANY)
  endif()")

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_NAME varve)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "turns NDJSON files into typed, partitioned Parquet")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The varve authors <varve@localhost>")
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Files that arrive in a directory are gathered into batches and converted, and
every line is accounted for: lines = rows + quarantined + blank. No value is
dropped, rounded or guessed. The unit varve.service runs the pipelines of
/etc/varve/varve.toml; varve convert converts by hand.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded by name for webhooks (adapters/http/curl_library.h), which shlibdeps cannot see.
set(CPACK_DEBIAN_PACKAGE_DEPENDS libcurl4)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${packaging}/postinst ${packaging}/prerm
  ${packaging}/postrm ${packaging}/conffiles)
include(CPack)
