# SPDX-License-Identifier: BSD-3-Clause
# host-check with its realm inside (for programs.mk).
PAYLOAD := check/payload/start.S check/payload/payload.c ../realm/lib/csm.c ../realm/lib/csm_query.c ../realm/lib/rsi.c \
	../common/string.c
PAYLOAD_FLAGS := -std=gnu11 -O1 -Wall -Wextra -Werror -ffreestanding -fno-builtin -nostdlib -static -mgeneral-regs-only \
	-mstrict-align -mno-outline-atomics -fno-stack-protector -fno-tree-loop-distribute-patterns -fno-pic -no-pie \
	-Wl,--build-id=none,--no-warn-rwx-segments -I../include -I.. -I../realm -Icheck/payload

all: $(OUT)/bin/host-check

$(OUT)/obj/payload.bin: $(PAYLOAD) check/payload/payload.h check/payload/payload.ld
	@mkdir -p $(@D)
	$(CC) $(PAYLOAD_FLAGS) -T check/payload/payload.ld -o $(OUT)/obj/payload.elf $(PAYLOAD)
	aarch64-linux-gnu-objcopy -O binary $(OUT)/obj/payload.elf $@

$(OUT)/bin/host-check: $(wildcard check/host/*.[chS]) check/random.c check/random.h $(OUT)/obj/payload.bin include/uapi/linux/caec_host.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Icheck -Icheck/payload -Wa,-I$(OUT)/obj -static -s -o $@ $(wildcard check/host/*.[cS]) check/random.c \
		-lpthread
