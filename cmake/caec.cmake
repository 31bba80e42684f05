# What the rooms' CMakeLists.txt files build with. Paths are relative to the calling directory.
#
#   caec_image(NAME monitor                 a bare-metal image; makes target `monitor`:
#     LINKER_SCRIPT monitor.ld              <binary dir>/monitor.elf, monitor.map, monitor.bin (raw)
#     SOURCES boot.S main.c ...             C and assembly, -mgeneral-regs-only
#     [SIMD_SOURCES sha256_ce.c ...]        C and assembly that may use SIMD and crypto instructions
#     [VENDOR_SOURCES sha256.c ...]         third-party C: built without our warnings
#     [INCLUDES dir ...]                    include directories (include/ is always there)
#     [VENDOR_INCLUDES dir ...]             the same, headers exempt from our warnings
#     [DEFINES NAME=VALUE ...]
#     [OPTIONS -fsomething ...]             further compiler options, all sources
#     [EMBEDS realm ...])                   images whose .bin an assembly source takes in:
#                                           `.incbin "realm.bin"`; rebuilt when that changes
#
#   caec_unit_test(NAME test_rtt            a cmocka program for the build machine, known to ctest:
#     SOURCES test_rtt.c ...                build/native/tests/unit/test_rtt
#     [VENDOR_SOURCES ...] [INCLUDES ...] [VENDOR_INCLUDES ...] [DEFINES ...] [OPTIONS ...]
#     [LIBRARIES target ...])
#
#   caec_program(NAME model_bench SOURCES ...)     any other program for the build machine; same
#                                                  arguments as caec_unit_test, no cmocka, no ctest
#
#   caec_library(NAME model SOURCES ...)           objects shared by several of those programs
#                                                  (give it to them as LIBRARIES model); same arguments.
#                                                  Who has it as a library has its INCLUDES, too
#
# Every C and assembly file sees -DCAEC_DEBUG=1 in debug and native builds, -DNDEBUG in release builds.
# ${CAEC_MBEDTLS_DIR} is the unpacked Mbed TLS source.
# Images are linked with --gc-sections (a section per function): a linker script needs ENTRY(), and
# KEEP() around what nothing refers to. A file that implements memcpy() and its like wants
#   set_source_files_properties(mem.c PROPERTIES COMPILE_OPTIONS -fno-tree-loop-distribute-patterns)
# or gcc turns the loop inside memcpy() into a call of memcpy().

include(${CMAKE_CURRENT_LIST_DIR}/flags.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/mbedtls.cmake)

# The option LTO of caec_image() has release builds optimise its own C as a whole.

set(_caec_lists SOURCES VENDOR_SOURCES INCLUDES VENDOR_INCLUDES DEFINES OPTIONS)

# One set of objects with the flags for its kind, collected under the interface of `target`.
function(_caec_objects target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "FLAGS;SOURCES;INCLUDES;VENDOR_INCLUDES;DEFINES;OPTIONS;LIBRARIES;EMBEDS")
  add_library(${target} OBJECT ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES})
  target_compile_options(${target} PRIVATE ${arg_FLAGS} ${arg_OPTIONS})
  target_compile_definitions(${target} PRIVATE ${arg_DEFINES})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/include ${arg_INCLUDES})
  target_include_directories(${target} SYSTEM PRIVATE ${arg_VENDOR_INCLUDES})
  foreach(image IN LISTS arg_EMBEDS)
    target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR})
    add_dependencies(${target} ${image})
    foreach(source IN LISTS arg_SOURCES)
      if(source MATCHES "\\.S$")
        set_property(SOURCE ${source} APPEND PROPERTY OBJECT_DEPENDS ${CMAKE_BINARY_DIR}/${image}.bin)
      endif()
    endforeach()
  endforeach()
endfunction()

function(caec_image)
  cmake_parse_arguments(arg "LTO" "NAME;LINKER_SCRIPT" "${_caec_lists};SIMD_SOURCES;EMBEDS" ${ARGN})
  if(NOT arg_NAME OR NOT arg_LINKER_SCRIPT OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "caec_image: NAME, LINKER_SCRIPT, SOURCES wanted; not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(common INCLUDES ${arg_INCLUDES} VENDOR_INCLUDES ${arg_VENDOR_INCLUDES}
             DEFINES ${arg_DEFINES} OPTIONS ${arg_OPTIONS} EMBEDS ${arg_EMBEDS})
  set(elf ${arg_NAME}.elf)
  set(output ${CMAKE_BINARY_DIR}/${arg_NAME})
  cmake_path(ABSOLUTE_PATH arg_LINKER_SCRIPT)

  # gcc has no option that takes -mgeneral-regs-only back, hence a set of objects for each kind.
  if(arg_LTO)
    set(lto ${CAEC_LTO_FLAGS})
  endif()
  _caec_objects(${arg_NAME}.own SOURCES ${arg_SOURCES} ${common}
    FLAGS ${CAEC_BARE_FLAGS} ${CAEC_GENERAL_FLAGS} ${CAEC_WARNINGS} ${lto})
  set(objects $<TARGET_OBJECTS:${arg_NAME}.own>)
  if(arg_SIMD_SOURCES)
    _caec_objects(${arg_NAME}.simd SOURCES ${arg_SIMD_SOURCES} ${common}
      FLAGS ${CAEC_BARE_FLAGS} ${CAEC_SIMD_FLAGS} ${CAEC_WARNINGS})
    list(APPEND objects $<TARGET_OBJECTS:${arg_NAME}.simd>)
  endif()
  if(arg_VENDOR_SOURCES)
    _caec_objects(${arg_NAME}.vendor SOURCES ${arg_VENDOR_SOURCES} ${common}
      FLAGS ${CAEC_BARE_FLAGS} ${CAEC_GENERAL_FLAGS} -w)
    list(APPEND objects $<TARGET_OBJECTS:${arg_NAME}.vendor>)
  endif()

  add_executable(${elf} ${objects})
  set_target_properties(${elf} PROPERTIES
    LINKER_LANGUAGE C
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}
    LINK_DEPENDS ${arg_LINKER_SCRIPT})
  target_link_options(${elf} PRIVATE ${CAEC_BARE_LINK_FLAGS}
    ${lto} -T ${arg_LINKER_SCRIPT} -Wl,-Map,${output}.map)
  target_link_libraries(${elf} PRIVATE gcc)

  add_custom_command(OUTPUT ${output}.bin
    COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:${elf}> ${output}.bin
    DEPENDS ${elf}
    COMMENT "Raw image ${arg_NAME}.bin"
    VERBATIM)
  add_custom_target(${arg_NAME} ALL DEPENDS ${output}.bin)
endfunction()

# The parts that programs and libraries for the build machine have in common.
macro(_caec_native kind)
  cmake_parse_arguments(arg "" "NAME" "${_caec_lists};LIBRARIES" ${ARGN})
  if(NOT arg_NAME OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${kind}: NAME and SOURCES wanted; not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(common INCLUDES ${arg_INCLUDES} VENDOR_INCLUDES ${arg_VENDOR_INCLUDES}
             DEFINES ${arg_DEFINES} OPTIONS ${arg_OPTIONS} LIBRARIES ${arg_LIBRARIES})
  _caec_objects(${arg_NAME}.own SOURCES ${arg_SOURCES} ${common} FLAGS ${CAEC_NATIVE_FLAGS} ${CAEC_WARNINGS})
  set(objects $<TARGET_OBJECTS:${arg_NAME}.own>)
  if(arg_VENDOR_SOURCES)
    _caec_objects(${arg_NAME}.vendor SOURCES ${arg_VENDOR_SOURCES} ${common} FLAGS ${CAEC_NATIVE_FLAGS} -w)
    list(APPEND objects $<TARGET_OBJECTS:${arg_NAME}.vendor>)
  endif()
endmacro()

function(caec_program)
  _caec_native(caec_program ${ARGN})
  add_executable(${arg_NAME} ${objects})
  set_target_properties(${arg_NAME} PROPERTIES LINKER_LANGUAGE C)
  target_link_options(${arg_NAME} PRIVATE ${CAEC_NATIVE_LINK_FLAGS})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBRARIES})
endfunction()

function(caec_library)
  _caec_native(caec_library ${ARGN})
  add_library(${arg_NAME} STATIC ${objects})
  set_target_properties(${arg_NAME} PROPERTIES LINKER_LANGUAGE C)
  target_include_directories(${arg_NAME} INTERFACE ${arg_INCLUDES})
  target_link_libraries(${arg_NAME} PUBLIC ${arg_LIBRARIES})
endfunction()

function(caec_unit_test)
  # A list ends at the next word that is known here, so all of them have to be.
  cmake_parse_arguments(test "" "NAME" "${_caec_lists};LIBRARIES" ${ARGN})
  foreach(list IN LISTS _caec_lists)
    list(APPEND lists ${list} ${test_${list}})
  endforeach()
  caec_program(NAME ${test_NAME} ${lists} LIBRARIES ${test_LIBRARIES} PkgConfig::CMOCKA)
  add_test(NAME ${test_NAME} COMMAND ${test_NAME})
endfunction()
