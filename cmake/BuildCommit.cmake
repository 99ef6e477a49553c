# Writes HEADER with the commit that SOURCE is at: of git, else of the variable VARVE_COMMIT (a source
# archive has no .git), else "unknown".
set(commit "$ENV{VARVE_COMMIT}")
if(NOT commit)
  execute_process(
    COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude *
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT commit MATCHES "^[0-9A-Za-z._-]+$")
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#define VARVE_COMMIT \"${commit}\"\n")
