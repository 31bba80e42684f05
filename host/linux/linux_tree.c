/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A device tree, written in one go with libfdt.
 */
#include "linux_tree.h"

#include <libfdt.h>
#include <string.h>

#include "linux_layout.h"
#include "devices/pl011.h"
#include "devices/pl031.h"
#include "devices/vgic.h"
#include "devices/virtio.h"
#include "lib/csm.h"
#include "common/format.h"

#define PHANDLE_GIC 1
#define PHANDLE_CLOCK 2

#define IRQ_SPI 0
#define IRQ_PPI 1
#define IRQ_EDGE_RISING 1
#define IRQ_LEVEL_HIGH 4

/* Errors add up: the tree is good if none was. */
struct writer {
	void *fdt;
	int error;
};

static void note(struct writer *w, int result)
{
	if (result != 0 && w->error == 0)
		w->error = result;
}

static void begin(struct writer *w, const char *name)
{
	note(w, fdt_begin_node(w->fdt, name));
}

static void begin_at(struct writer *w, const char *name, uint64_t address)
{
	char text[48];

	format_text(text, sizeof(text), "%s@%lx", name, address);
	begin(w, text);
}

static void end(struct writer *w)
{
	note(w, fdt_end_node(w->fdt));
}

static void cell(struct writer *w, const char *name, uint32_t value)
{
	note(w, fdt_property_u32(w->fdt, name, value));
}

static void text(struct writer *w, const char *name, const char *value)
{
	note(w, fdt_property(w->fdt, name, value, (int)strlen(value) + 1));
}

static void bytes(struct writer *w, const char *name, const void *value, size_t size)
{
	note(w, fdt_property(w->fdt, name, value, (int)size));
}

static void cells(struct writer *w, const char *name, const uint32_t *values, unsigned int count)
{
	fdt32_t data[16];

	for (unsigned int i = 0; i < count; i++)
		data[i] = cpu_to_fdt32(values[i]);
	bytes(w, name, data, count * sizeof(data[0]));
}

#define CELLS(w, name, ...)                               \
	cells(w, name, (const uint32_t[]){ __VA_ARGS__ }, \
	      sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* The two cells of an address or a size. */
#define CELL2(value) (uint32_t)((value) >> 32), (uint32_t)(value)

static void chosen(struct writer *w, const struct linux_tree *t)
{
	const uint64_t initrd = LINUX_RAM_BASE + LINUX_INITRD_OFFSET;

	begin(w, "chosen");
	text(w, "bootargs", t->arguments);
	text(w, "stdout-path", "/uart");
	if (t->initrd_size != 0) {
		note(w, fdt_property_u64(w->fdt, "linux,initrd-start", initrd));
		note(w, fdt_property_u64(w->fdt, "linux,initrd-end", initrd + t->initrd_size));
	}
	end(w);
}

static void cpus(struct writer *w, const struct linux_tree *t)
{
	begin(w, "cpus");
	cell(w, "#address-cells", 1);
	cell(w, "#size-cells", 0);
	for (unsigned int i = 0; i < t->cpus; i++) {
		begin_at(w, "cpu", vgic_affinity(i));
		text(w, "device_type", "cpu");
		text(w, "compatible", "arm,armv8");
		text(w, "enable-method", "psci");
		cell(w, "reg", vgic_affinity(i));
		end(w);
	}
	end(w);
	begin(w, "psci");
	text(w, "compatible", "arm,psci-1.0");
	text(w, "method", "smc");
	end(w);
}

static void gic_and_timer(struct writer *w, const struct linux_tree *t)
{
	begin_at(w, "interrupt-controller", LINUX_GIC_DIST);
	text(w, "compatible", "arm,gic-v3");
	cell(w, "#interrupt-cells", 3);
	bytes(w, "interrupt-controller", NULL, 0);
	CELLS(w, "reg", CELL2(LINUX_GIC_DIST), CELL2((uint64_t)VGIC_DIST_SIZE), CELL2(LINUX_GIC_REDIST),
	      CELL2((uint64_t)VGIC_REDIST_SIZE * t->cpus));
	cell(w, "phandle", PHANDLE_GIC);
	end(w);
	begin(w, "timer");
	text(w, "compatible", "arm,armv8-timer");
	/* Secure, EL1 physical, virtual, EL2: as PPI numbers. The first and the last are not there. */
	CELLS(w, "interrupts", IRQ_PPI, 13, IRQ_LEVEL_HIGH, IRQ_PPI, 14, IRQ_LEVEL_HIGH, IRQ_PPI, 11,
	      IRQ_LEVEL_HIGH, IRQ_PPI, 10, IRQ_LEVEL_HIGH);
	bytes(w, "always-on", NULL, 0);
	end(w);
}

static void uart(struct writer *w)
{
	static const char compatible[] = "arm,pl011\0arm,primecell";
	static const char names[] = "uartclk\0apb_pclk";

	begin(w, "clock");
	text(w, "compatible", "fixed-clock");
	cell(w, "#clock-cells", 0);
	cell(w, "clock-frequency", PL011_CLOCK);
	cell(w, "phandle", PHANDLE_CLOCK);
	end(w);
	begin(w, "uart");
	bytes(w, "compatible", compatible, sizeof(compatible));
	CELLS(w, "reg", CELL2(LINUX_UART), CELL2((uint64_t)PL011_SIZE));
	CELLS(w, "interrupts", IRQ_SPI, LINUX_UART_INTID - VGIC_PRIVATE_IRQS, IRQ_LEVEL_HIGH);
	CELLS(w, "clocks", PHANDLE_CLOCK, PHANDLE_CLOCK);
	bytes(w, "clock-names", names, sizeof(names));
	end(w);
}

static void rtc(struct writer *w)
{
	static const char compatible[] = "arm,pl031\0arm,primecell";

	begin_at(w, "rtc", LINUX_RTC);
	bytes(w, "compatible", compatible, sizeof(compatible));
	CELLS(w, "reg", CELL2(LINUX_RTC), CELL2((uint64_t)PL031_SIZE));
	CELLS(w, "interrupts", IRQ_SPI, LINUX_RTC_INTID - VGIC_PRIVATE_IRQS, IRQ_LEVEL_HIGH);
	cell(w, "clocks", PHANDLE_CLOCK);
	text(w, "clock-names", "apb_pclk");
	end(w);
}

static void virtio(struct writer *w, const struct linux_tree *t)
{
	for (unsigned int i = 0; i < t->virtio_count; i++) {
		begin_at(w, "virtio_mmio", LINUX_VIRTIO(i));
		text(w, "compatible", "virtio,mmio");
		CELLS(w, "reg", CELL2(LINUX_VIRTIO(i)), CELL2((uint64_t)VIRTIO_MMIO_SIZE));
		CELLS(w, "interrupts", IRQ_SPI, LINUX_VIRTIO_INTID(i) - VGIC_PRIVATE_IRQS, IRQ_LEVEL_HIGH);
		bytes(w, "dma-coherent", NULL, 0);
		end(w);
	}
}

/* Our own binding: addresses without RAM for what is shared with other realms, and the doorbell. */
static void csm(struct writer *w)
{
	begin_at(w, "csm", LINUX_WINDOW_BASE);
	text(w, "compatible", "caec,csm");
	CELLS(w, "reg", CELL2(LINUX_WINDOW_BASE), CELL2(LINUX_WINDOW_SIZE));
	CELLS(w, "interrupts", IRQ_SPI, HOST_DOORBELL_INTID - VGIC_PRIVATE_IRQS, IRQ_EDGE_RISING);
	end(w);
}

size_t linux_tree_make(const struct linux_tree *t, void *to)
{
	struct writer w = { .fdt = to };

	note(&w, fdt_create(to, LINUX_TREE_SIZE));
	note(&w, fdt_finish_reservemap(to));
	begin(&w, "");
	cell(&w, "#address-cells", 2);
	cell(&w, "#size-cells", 2);
	cell(&w, "interrupt-parent", PHANDLE_GIC);
	text(&w, "compatible", "caec,realm");
	text(&w, "model", "CAEC realm");
	chosen(&w, t);
	begin_at(&w, "memory", LINUX_RAM_BASE);
	text(&w, "device_type", "memory");
	CELLS(&w, "reg", CELL2(LINUX_RAM_BASE), CELL2(t->ram_size));
	end(&w);
	cpus(&w, t);
	gic_and_timer(&w, t);
	uart(&w);
	rtc(&w);
	virtio(&w, t);
	if (t->csm)
		csm(&w);
	end(&w);
	note(&w, fdt_finish(to));
	return w.error == 0 ? fdt_totalsize(to) : 0;
}
