# The one warning set, for firmware and build machine alike; every warning is an error.
# Held to what both gcc 12 (Debian 12) and gcc 14 (Debian 13) know; clang builds the native programs without
# those that are gcc's alone.

set(CAEC_WARNINGS
  -Wall -Wextra -Werror
  -Wconversion -Wsign-conversion -Wshadow -Wundef -Wvla
  -Wpointer-arith -Wcast-align -Wwrite-strings -Wimplicit-fallthrough
  -Wformat=2 -Wredundant-decls -Wnested-externs
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND CAEC_WARNINGS -Wlogical-op -Wduplicated-cond)
endif()

# -Og stops the analysis that this warning rests on half way, and so makes it guess.
# Release builds (-O2) keep it on.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Debug")
  list(APPEND CAEC_WARNINGS -Wno-maybe-uninitialized)
endif()
