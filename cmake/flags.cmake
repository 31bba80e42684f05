# Compiler and linker flags, each set once, for caec.cmake to hand out.

include(${CMAKE_CURRENT_LIST_DIR}/warnings.cmake)

# CMake's own idea of the build types (-O3, -g) is put aside: the sets below are complete.
foreach(type DEBUG RELEASE)
  set(CMAKE_C_FLAGS_${type} "")
  set(CMAKE_ASM_FLAGS_${type} "")
endforeach()

# The same bytes whatever folder the tree lies in: __FILE__ and debug paths begin at the tree's root.
# (Of several that fit, gcc takes the last.)
set(_caec_common
  -std=gnu11 -fno-common -fno-strict-aliasing
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
  -ffile-prefix-map=${CMAKE_BINARY_DIR}=build
  -ffile-prefix-map=${CAEC_MBEDTLS_DIR}=mbedtls)

if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(_caec_level -Og -g -DCAEC_DEBUG=1)
else()
  set(_caec_level -O2 -DNDEBUG)
endif()

# Bare metal. RME comes with Armv9.2, so Armv8.5 (atomics, PAuth, RNDR's neighbours) is always there.
# -mstrict-align: with the MMU off all memory is Device memory, where unaligned accesses fault.
set(CAEC_BARE_FLAGS
  ${_caec_common} ${_caec_level}
  -ffreestanding -fno-pic -fno-pie -mstrict-align
  -fno-stack-protector -mbranch-protection=none -mno-outline-atomics
  -fno-asynchronous-unwind-tables -fno-unwind-tables
  -ffunction-sections -fdata-sections)
set(CAEC_GENERAL_FLAGS -march=armv8.5-a -mgeneral-regs-only)
# Across files, in release builds. One partition: the same code from any folder.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(CAEC_LTO_FLAGS -O2 -flto -flto-partition=none ${CAEC_GENERAL_FLAGS})
endif()
# Headers of a C library (string.h, limits.h ...), for what is not ours; the functions that it calls are in string.c.
set(CAEC_LIBC_INCLUDE /usr/lib/picolibc/aarch64-linux-gnu/include)
set(CAEC_SIMD_FLAGS -march=armv8.5-a+crypto+sha3)

# No program header is ever read (the images are raw), so a writable and executable one is no concern.
set(CAEC_BARE_LINK_FLAGS
  -nostdlib -static -no-pie
  -Wl,--build-id=none -Wl,--fatal-warnings -Wl,--no-warn-rwx-segments
  -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 -Wl,--gc-sections)

# The build machine. With sanitizers memory errors and undefined behaviour end the program; without, it is what a
# relying party installs.
set(CAEC_SANITIZERS "" CACHE STRING "What native programs are checked with: address,undefined or thread; empty: nothing")
option(CAEC_FUZZER "Fuzz targets with libFuzzer around them (clang; ./caec fuzz TARGET)" OFF)
option(CAEC_COVERAGE "Count which lines and branches run (./caec coverage)" OFF)
if(CAEC_COVERAGE)
  # Without the branches of sanitizers. A count of several threads is none that gcov can read unless each adds to it as a whole.
  set(CAEC_SANITIZE --coverage -fprofile-update=atomic)
  set(CAEC_NATIVE_FLAGS ${_caec_common} -O1 -g -DCAEC_DEBUG=1 ${CAEC_SANITIZE})
elseif(CAEC_SANITIZERS)
  if(CAEC_FUZZER)
    set(_caec_fuzzer fuzzer-no-link,)
  endif()
  set(CAEC_SANITIZE -fsanitize=${_caec_fuzzer}${CAEC_SANITIZERS} -fno-sanitize-recover=all)
  set(CAEC_NATIVE_FLAGS ${_caec_common} -O1 -g -DCAEC_DEBUG=1 -fno-omit-frame-pointer ${CAEC_SANITIZE})
else()
  set(CAEC_NATIVE_FLAGS ${_caec_common} -O2 -DNDEBUG)
endif()
set(CAEC_NATIVE_LINK_FLAGS ${CAEC_SANITIZE})
