# varve_library(NAME SRCS a.cc ... DEPS target ...)
# One static library for one folder under src/; its dependencies are the only folders it may include.
function(varve_library NAME)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  if(ARG_SRCS)
    add_library(${NAME} STATIC ${ARG_SRCS})
    target_include_directories(${NAME} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${NAME} PUBLIC ${ARG_DEPS})
    # What is measured is compiled file by file: what the compiler inlines must not depend on which
    # files happen to be neighbours.
    if(CMAKE_BUILD_TYPE STREQUAL Release AND NAME MATCHES "^varve_etl_")
      set_target_properties(${NAME} PROPERTIES UNITY_BUILD OFF)
    endif()
  else()
    add_library(${NAME} INTERFACE)
    target_include_directories(${NAME} INTERFACE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${NAME} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# varve_compile_quickly(TARGET)
# For code that takes longer to compile than to run: hardly optimised, which halves the compiler's
# time.
function(varve_compile_quickly TARGET)
  if(VARVE_SANITIZE)
    target_compile_options(${TARGET} PRIVATE -O0)
  elseif(CMAKE_BUILD_TYPE STREQUAL Release)
    target_compile_options(${TARGET} PRIVATE -O1)
  endif()
endfunction()

# varve_test(NAME SRCS a_test.cc ... DEPS target ...)
# One GoogleTest program, registered with ctest under NAME.
function(varve_test NAME)
  if(NOT VARVE_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${NAME} ${ARG_SRCS})
  varve_compile_quickly(${NAME})
  target_link_libraries(${NAME} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${NAME} COMMAND ${NAME})
endfunction()

# varve_fuzzer(NAME SRCS a_fuzzer.cc ... DEPS target ...)
# One libFuzzer program; its seed corpus is fuzz/corpus/NAME/.
function(varve_fuzzer NAME)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${NAME} ${ARG_SRCS})
  target_link_libraries(${NAME} PRIVATE ${ARG_DEPS})
  target_link_options(${NAME} PRIVATE -fsanitize=fuzzer)
endfunction()
