# SPDX-License-Identifier: BSD-3-Clause
# csm-agents for arm64, with libcsm as linux/programs.mk has made it in OUT/lib. AGENTS: where tools/llama --agents has put llama.cpp and
# SQLite. Called in linux/ by tools/agents.
CC := aarch64-linux-gnu-gcc-14
ARM64 := /run/arm64/usr
AGENTS := /run/deps/agents/usr
LIBRARIES := lib/aarch64-linux-gnu
# Versions of symbols of a newer C library are the loader's business.
CFLAGS := -std=gnu11 -O2 -Wall -Wextra -Werror -Wconversion -Wno-sign-conversion \
	-Iinclude/uapi -Ilibcsm -I../realm/lib -I../include -I.. -I. \
	-isystem $(AGENTS)/include -isystem $(ARM64)/include -isystem $(ARM64)/include/aarch64-linux-gnu
SOURCES := $(wildcard agents/*.c) pair/stream.c csm-tool/text.c

$(OUT)/bin/csm-agents: $(SOURCES) $(wildcard agents/*.h) pair/stream.h csm-tool/tool.h libcsm/libcsm.h $(OUT)/lib/libcsm.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -s -o $@ $(SOURCES) $(OUT)/lib/libcsm.a -L$(AGENTS)/$(LIBRARIES) -L$(ARM64)/$(LIBRARIES) \
		-Wl,--allow-shlib-undefined -l:libllama.so.0 -l:libggml.so.0 -l:libggml-base.so.0 -l:libsqlite3.so.0 -lssl -lcrypto
