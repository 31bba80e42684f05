# SPDX-License-Identifier: BSD-3-Clause
# libcsm and the programs, for arm64; OUT says where to. Called by tools/linux-modules.
CC := aarch64-linux-gnu-gcc-14
AR := aarch64-linux-gnu-ar
CFLAGS := -std=gnu11 -O2 -Wall -Wextra -Werror -Wconversion -Wno-sign-conversion \
	-Iinclude/uapi -Ilibcsm -I../realm/lib -I../include -I..
LIBRARY := $(OUT)/lib/libcsm.a
OBJECTS := $(addprefix $(OUT)/obj/,object.o link.o channel.o)
VERSION := $(shell sed -n 's/^set(CAEC_VERSION \(.*\))/\1/p' ../cmake/version.cmake)
HEADERS := $(wildcard libcsm/*.h csm-tool/*.h include/uapi/linux/*.h ../realm/lib/channel.h)

all: $(OUT)/bin/csm $(OUT)/bin/csm-check $(OUT)/bin/csm-fuzz $(OUT)/bin/csm-netperf $(LIBRARY)

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

# Static: the realm's image has no libraries.
$(OUT)/bin/csm: $(wildcard csm-tool/*.c) $(LIBRARY) $(HEADERS) ../cmake/version.cmake
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -DCAEC_VERSION='"$(VERSION)"' -static -s -o $@ $(wildcard csm-tool/*.c) $(LIBRARY)

$(OUT)/bin/csm-check: check/csm_check.c check/random.c check/random.h $(LIBRARY) $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -s -o $@ check/csm_check.c check/random.c $(LIBRARY)

$(OUT)/bin/csm-netperf: check/csm_netperf.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -s -o $@ $<

$(OUT)/bin/csm-fuzz: $(wildcard check/fuzz*.[ch]) check/random.c check/random.h csm-tool/erofs.c $(LIBRARY) $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -s -o $@ $(wildcard check/fuzz*.c) check/random.c csm-tool/erofs.c $(LIBRARY)
