/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PL031 (pl031.h). Registers: DDI0224C chapter 3.
 */
#include "pl031.h"

enum {
	DR = 0x00,   /* the time */
	MR = 0x04,   /* when the alarm goes off */
	LR = 0x08,   /* a write sets the time */
	CR = 0x0c,   /* bit 0: on. It always is: writing 0 has no effect once it is (3.3.4) */
	IMSC = 0x10, /* bit 0 of all these: the alarm */
	RIS = 0x14,
	MIS = 0x18,
	ICR = 0x1c,
	ID = 0xfe0,
	ID_END = 0x1000,
};

/* PeriphID0-3, PCellID0-3. */
static const uint8_t ids[8] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

static uint32_t time_of(const struct pl031 *rtc)
{
	return rtc->now(rtc->context) + rtc->offset;
}

static void update(struct pl031 *rtc)
{
	bool line;

	if (rtc->set && time_of(rtc) >= rtc->match) {
		rtc->set = false;
		rtc->raw = true;
	}
	line = rtc->raw && rtc->mask;
	if (line != rtc->line) {
		rtc->line = line;
		rtc->platform->set_irq(rtc->platform->context, rtc->intid, line);
	}
}

static uint32_t read_register(const struct pl031 *rtc, uint64_t offset)
{
	if (offset >= ID)
		return ids[(offset - ID) / 4];
	switch (offset) {
	case DR:
		return time_of(rtc);
	case MR:
		return rtc->match;
	case LR:
		return rtc->offset;
	case CR:
		return 1;
	case IMSC:
		return rtc->mask;
	case RIS:
		return rtc->raw;
	case MIS:
		return rtc->raw && rtc->mask;
	default:
		return 0;
	}
}

static void write_register(struct pl031 *rtc, uint64_t offset, uint32_t value)
{
	switch (offset) {
	case MR:
		rtc->match = value;
		rtc->set = true;
		break;
	case LR:
		rtc->offset = value - rtc->now(rtc->context);
		break;
	case IMSC:
		rtc->mask = (value & 1) != 0;
		break;
	case ICR:
		rtc->raw = rtc->raw && (value & 1) == 0;
		break;
	default:
		break;
	}
}

static bool access(struct device *device, uint64_t offset, unsigned int bytes, bool is_write, uint64_t *value)
{
	struct pl031 *rtc = DEVICE_OF(struct pl031, device, device);

	if (bytes != 4 || offset % 4 != 0)
		return false;
	if (is_write)
		write_register(rtc, offset, (uint32_t)*value);
	update(rtc);
	if (!is_write)
		*value = read_register(rtc, offset);
	return true;
}

void pl031_init(struct pl031 *rtc, uint64_t base, unsigned int intid, const struct device_platform *platform,
		uint32_t (*now)(void *context), void *context)
{
	*rtc = (struct pl031){
		.device = { "pl031", base, PL031_SIZE, access },
		.platform = platform,
		.intid = intid,
		.now = now,
		.context = context,
	};
}
