# Toolchain for the firmware: Debian's aarch64-linux-gnu-gcc used without its C library.
# (Debian has no aarch64-none-elf compiler; with -ffreestanding -nostdlib the difference is a name.)

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

set(CAEC_CROSS aarch64-linux-gnu- CACHE STRING "Prefix of the cross tools' names")
set(CMAKE_C_COMPILER ${CAEC_CROSS}gcc)
set(CMAKE_ASM_COMPILER ${CAEC_CROSS}gcc)
set(CMAKE_OBJCOPY ${CAEC_CROSS}objcopy CACHE STRING "")
set(CMAKE_SIZE ${CAEC_CROSS}size CACHE STRING "")

# CMake's own check of the compiler must not try to link a hosted program.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
