/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * QEMU's fw_cfg device, memory-mapped: an item is selected, then read byte by byte.
 */
#include <stdint.h>

#include "fw_cfg.h"
#include "platform.h"
#include "common/string.h"

#define DATA (PLATFORM_FW_CFG + 0)
#define SELECTOR (PLATFORM_FW_CFG + 8) /* big-endian */

#define DMA_ADDRESS (PLATFORM_FW_CFG + 16)
#define DMA_READ 0x2

#define ITEM_CPU_COUNT 0x05
#define ITEM_DIRECTORY 0x19
#define NAME_SIZE 56

static void select(unsigned int item)
{
	*(volatile uint16_t *)SELECTOR = __builtin_bswap16((uint16_t)item);
}

static uint8_t next(void)
{
	return *(volatile uint8_t *)DATA;
}

static unsigned int next_big_endian(unsigned int bytes)
{
	unsigned int value = 0;

	while (bytes-- > 0)
		value = value << 8 | next();
	return value;
}

unsigned int fw_cfg_cpu_count(void)
{
	unsigned int low;

	select(ITEM_CPU_COUNT);
	low = next();
	return low | (unsigned int)next() << 8;
}

/* The item number and length of a file; 0: there is none. */
static unsigned int find(const char *name, size_t *length)
{
	char entry[NAME_SIZE];

	select(ITEM_DIRECTORY);
	for (unsigned int files = next_big_endian(4); files > 0; files--) {
		unsigned int size = next_big_endian(4), item = next_big_endian(2);

		next_big_endian(2);
		for (size_t i = 0; i < NAME_SIZE; i++)
			entry[i] = (char)next();
		entry[NAME_SIZE - 1] = '\0';
		if (strcmp(entry, name) == 0) {
			*length = size;
			return item;
		}
	}
	return 0;
}

bool fw_cfg_string(const char *name, char *to, size_t size)
{
	size_t length, i;
	unsigned int item = find(name, &length);

	if (item == 0)
		return false;
	select(item);
	for (i = 0; i < length && i < size - 1; i++)
		to[i] = (char)next();
	to[i] = '\0';
	return true;
}

/* --- Files, by DMA ----------------------------------------------------------------------------------- */

bool fw_cfg_open(const char *name, size_t *size)
{
	unsigned int item = find(name, size);

	if (item != 0)
		select(item);
	return item != 0;
}

bool fw_cfg_read(void *to, size_t size)
{
	static struct {
		uint32_t control, length;
		uint64_t address;
	} request __attribute__((aligned(16)));

	request.control = __builtin_bswap32(DMA_READ);
	request.length = __builtin_bswap32((uint32_t)size);
	request.address = __builtin_bswap64((uintptr_t)to);
	__asm__ volatile("dsb sy" ::: "memory");
	*(volatile uint64_t *)DMA_ADDRESS = __builtin_bswap64((uintptr_t)&request);
	/* The device is done when it answers the write. */
	__asm__ volatile("dsb sy" ::: "memory");
	return *(volatile uint32_t *)&request.control == 0;
}
