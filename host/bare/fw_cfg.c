/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * QEMU's fw_cfg device, memory-mapped: an item is selected, then read byte by byte.
 */
#include <stdint.h>

#include "fw_cfg.h"
#include "platform.h"
#include "string.h"

#define DATA (PLATFORM_FW_CFG + 0)
#define SELECTOR (PLATFORM_FW_CFG + 8) /* big-endian */

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

bool fw_cfg_string(const char *name, char *to, size_t size)
{
	unsigned int files, length = 0, item = 0;
	char entry[NAME_SIZE];
	size_t i;

	select(ITEM_DIRECTORY);
	for (files = next_big_endian(4); files > 0; files--) {
		length = next_big_endian(4);
		item = next_big_endian(2);
		next_big_endian(2);
		for (i = 0; i < NAME_SIZE; i++)
			entry[i] = (char)next();
		entry[NAME_SIZE - 1] = '\0';
		if (strcmp(entry, name) == 0)
			break;
	}
	if (files == 0)
		return false;
	select(item);
	for (i = 0; i < length && i < size - 1; i++)
		to[i] = (char)next();
	to[i] = '\0';
	return true;
}
