# SPDX-License-Identifier: BSD-3-Clause
# caec-vmm for arm64: OUT says where to, LIBRARIES is where Debian's arm64 packages are unpacked, VERSION is CAEC's. Called by
# tools/linux-modules, with linux/vmm as the folder it runs in.
CC := aarch64-linux-gnu-gcc-14
TOP := ../..
MBEDTLS := $(TOP)/build/deps/mbedtls
CFLAGS := -std=gnu11 -O2 -fno-common -fno-strict-aliasing -fstack-protector-strong -D_FORTIFY_SOURCE=2 -DNDEBUG \
	-fPIE -ffile-prefix-map=/caec=. -DCAEC_VERSION='"$(VERSION)"' -DMBEDTLS_CONFIG_FILE='"sha_config.h"' \
	-I. -I$(TOP) -I$(TOP)/include -I$(TOP)/host -I../include/uapi -I$(TOP)/measure -I$(TOP)/monitor \
	-I$(TOP)/monitor/port/native -isystem $(MBEDTLS)/include -isystem $(LIBRARIES)/usr/include \
	-isystem $(LIBRARIES)/usr/include/slirp
WARNINGS := -Wall -Wextra -Werror -Wconversion -Wsign-conversion -Wshadow
LDFLAGS := -pie -Wl,-z,relro,-z,now -L$(LIBRARIES)/usr/lib/aarch64-linux-gnu \
	-Wl,-rpath-link,$(LIBRARIES)/usr/lib/aarch64-linux-gnu

SOURCES := $(wildcard *.c) $(TOP)/common/format.c $(TOP)/host/linux/linux_tree.c \
	$(addprefix $(TOP)/host/devices/,pl011.c pl031.c virtio_block.c virtio_console.c virtio_entropy.c virtio_mmio.c virtio_net.c \
	virtio_queue.c virtio_state.c virtio_vsock.c) $(addprefix $(TOP)/measure/,files.c numbers.c option.c packed.c rim.c) $(TOP)/host/lib/plan.c \
	$(TOP)/monitor/port/native/native.c $(TOP)/monitor/model/measurement.c $(TOP)/monitor/port/crypto_mbedtls.c
VENDOR := $(addprefix $(MBEDTLS)/library/,aes.c constant_time.c platform_util.c sha256.c sha512.c)
HEADERS := $(wildcard *.h ../include/uapi/linux/*.h $(TOP)/host/*/*.h $(TOP)/measure/*.h $(TOP)/include/caec/*.h)

# Two sources may have the same name: the folder is part of an object's.
object = $(OUT)/obj/vmm/$(subst /,-,$(patsubst $(TOP)/%,%,$(1:.c=.o)))
OBJECTS := $(foreach source,$(SOURCES) $(VENDOR),$(call object,$(source)))

all: $(OUT)/bin/caec-vmm $(OUT)/bin/kvm-guest $(OUT)/man/caec-vmm.1 $(OUT)/lib/systemd/system/caec-vmm@.service

define compile
$(call object,$(1)): $(1) $(HEADERS)
	@mkdir -p $$(@D)
	$(CC) $(CFLAGS) $(2) -c -o $$@ $$<
endef
$(foreach source,$(SOURCES),$(eval $(call compile,$(source),$(WARNINGS))))
$(foreach source,$(VENDOR),$(eval $(call compile,$(source),-w)))

$(OUT)/bin/caec-vmm: $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -s -o $@ $^ -lfdt -ljansson -lseccomp -lslirp

# A plain guest of KVM's, for the bench: the same but for realm.c.
KVM_GUEST := ../bench/kvm/guest.c
$(eval $(call compile,$(KVM_GUEST),$(WARNINGS)))
$(OUT)/bin/kvm-guest: $(filter-out $(call object,realm.c),$(OBJECTS)) $(call object,$(KVM_GUEST))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -Wl,--wrap=ioctl -s -o $@ $^ -lfdt -ljansson -lseccomp -lslirp

$(OUT)/man/caec-vmm.1: caec-vmm.1.in
	@mkdir -p $(@D)
	sed 's/@CAEC_VERSION@/$(VERSION)/' $< >$@

$(OUT)/lib/systemd/system/%: %
	@mkdir -p $(@D)
	cp $< $@
