# SPDX-License-Identifier: BSD-3-Clause
# libcsm, the programs, and the verifier, for arm64; OUT says where to. Called by tools/linux-modules.
#   bin/      static, for an image without libraries; caec-verify and csm-pair are not, they need OpenSSL and jansson
#   shared/   csm as its package has it
#   lib/      libcsm, and the verifier's library
include check/host.mk

CC := aarch64-linux-gnu-gcc-14
AR := aarch64-linux-gnu-ar
CFLAGS := -std=gnu11 -O2 -fPIC -Wall -Wextra -Werror -Wconversion -Wno-sign-conversion \
	-Iinclude/uapi -Ilibcsm -I../realm/lib -I../include -I..
LIBRARY := $(OUT)/lib/libcsm.a
SHARED := $(OUT)/lib/libcsm.so.1
OBJECTS := $(addprefix $(OUT)/obj/,object.o link.o channel.o)
VERSION := $(shell sed -n 's/^set(CAEC_VERSION \(.*\))/\1/p' ../cmake/version.cmake)
NUMBERED := -DCAEC_VERSION='"$(VERSION)"'
HEADERS := $(wildcard libcsm/*.h csm-tool/*.h pair/*.h include/uapi/linux/*.h ../realm/lib/channel.h)

# Debian's packages for arm64, as tools/linux-modules unpacks them.
ARM64 := /run/arm64/usr
FOREIGN := -isystem $(ARM64)/include -isystem $(ARM64)/include/aarch64-linux-gnu
FOREIGN_LIBRARIES := -L$(ARM64)/lib/aarch64-linux-gnu -Wl,-rpath-link,$(ARM64)/lib/aarch64-linux-gnu -lcrypto -ljansson

VERIFY := $(OUT)/lib/libcaec-verify.a
VERIFY_OBJECTS := $(patsubst ../verifier/%.c,$(OUT)/obj/verifier/%.o,$(filter-out %/main.c,$(wildcard ../verifier/*.c)))
VERIFY_FLAGS := -std=gnu11 -O2 -fPIC -DNDEBUG -Wall -Wextra -Werror -I../verifier $(FOREIGN)

all: $(OUT)/bin/csm $(OUT)/bin/csm-check $(OUT)/bin/csm-fuzz $(OUT)/bin/csm-netperf $(OUT)/bin/csm-bench $(OUT)/bin/csm-pair $(OUT)/bin/caec-verify $(OUT)/shared/csm $(LIBRARY) $(SHARED)

$(OUT)/obj/%.o: libcsm/%.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<

$(OUT)/obj/channel.o: ../realm/lib/channel.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<

$(LIBRARY): $(OBJECTS)
	@mkdir -p $(@D)
	rm -f $@
	$(AR) rcsD $@ $^

$(SHARED): $(OBJECTS) libcsm/libcsm.map
	@mkdir -p $(@D)
	$(CC) -shared -s -Wl,-soname,$(@F) -Wl,--version-script=libcsm/libcsm.map -Wl,-z,defs -o $@ $(OBJECTS)
	ln -sf $(@F) $(OUT)/lib/libcsm.so

$(OUT)/bin/csm: $(wildcard csm-tool/*.c) $(LIBRARY) $(HEADERS) ../cmake/version.cmake
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(NUMBERED) -static -s -o $@ $(wildcard csm-tool/*.c) $(LIBRARY)

$(OUT)/shared/csm: $(wildcard csm-tool/*.c) $(SHARED) $(HEADERS) ../cmake/version.cmake
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(NUMBERED) -s -o $@ $(wildcard csm-tool/*.c) $(SHARED)

# What programs that check have in common.
CHECK := check/expect.c check/random.c

$(OUT)/bin/csm-check: check/csm_check.c $(CHECK) $(CHECK:.c=.h) $(LIBRARY) $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -s -o $@ check/csm_check.c $(CHECK) $(LIBRARY)

$(OUT)/bin/csm-netperf: check/csm_netperf.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -s -o $@ $<

$(OUT)/bin/csm-fuzz: $(wildcard check/fuzz*.[ch]) $(CHECK) $(CHECK:.c=.h) csm-tool/erofs.c $(LIBRARY) $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -s -o $@ $(wildcard check/fuzz*.c) $(CHECK) csm-tool/erofs.c $(LIBRARY)

# Mbed TLS as the bare realms' bench has it, twice: with the CPU's instructions, and in C alone.
MBEDTLS := ../build/deps/mbedtls
GCM := $(addprefix $(OUT)/obj/mbedtls/,aes.o aesce.o block_cipher.o constant_time.o gcm.o platform_util.o portable.o)
GCM_FLAGS := -std=gnu11 -O3 -march=armv8.5-a+crypto+sha3 -w -I.. -isystem $(MBEDTLS)/include -isystem $(MBEDTLS) \
	-DMBEDTLS_CONFIG_FILE='"realm/bench/mbedtls_config.h"'

$(OUT)/obj/mbedtls/%.o: $(MBEDTLS)/library/%.c ../realm/bench/mbedtls_config.h
	@mkdir -p $(@D)
	$(CC) $(GCM_FLAGS) -c -o $@ $<

$(OUT)/obj/mbedtls/portable.o: ../realm/bench/portable.c ../realm/bench/mbedtls_config.h
	@mkdir -p $(@D)
	$(CC) $(GCM_FLAGS) -c -o $@ $<

$(OUT)/bin/csm-bench: $(wildcard bench/*.c bench/*.h) $(GCM) $(LIBRARY) $(HEADERS) ../common/marks.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Ibench $(FOREIGN) -isystem $(MBEDTLS)/include -DMBEDTLS_CONFIG_FILE='"realm/bench/mbedtls_config.h"' \
		-s -o $@ $(wildcard bench/*.c) $(GCM) $(LIBRARY) $(FOREIGN_LIBRARIES)

$(OUT)/bin/csm-pair: $(wildcard pair/*.c) csm-tool/text.c $(LIBRARY) $(VERIFY) $(HEADERS) ../verifier/caec_verify.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -I../verifier $(FOREIGN) -s -o $@ $(wildcard pair/*.c) csm-tool/text.c $(VERIFY) $(LIBRARY) \
		$(FOREIGN_LIBRARIES)

$(OUT)/obj/verifier/%.o: ../verifier/%.c $(wildcard ../verifier/*.h)
	@mkdir -p $(@D)
	$(CC) $(VERIFY_FLAGS) -c -o $@ $<

# Only the names of caec_verify.h leave it.
$(VERIFY): $(VERIFY_OBJECTS)
	@mkdir -p $(@D)
	$(CC) -r -nostdlib -o $(OUT)/obj/verifier/all $^
	aarch64-linux-gnu-objcopy --wildcard --keep-global-symbol='caec_*' $(OUT)/obj/verifier/all $(OUT)/obj/caec-verify.o
	rm -f $@
	$(AR) rcsD $@ $(OUT)/obj/caec-verify.o

$(OUT)/bin/caec-verify: ../verifier/main.c $(VERIFY) ../cmake/version.cmake
	@mkdir -p $(@D)
	$(CC) $(VERIFY_FLAGS) $(NUMBERED) -s -o $@ $< $(VERIFY) $(FOREIGN_LIBRARIES)
