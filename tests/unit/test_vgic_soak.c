/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The vGIC (host/devices/vgic.h) at random: SPIs on 3 vCPUs with 2 list registers each, half levels, half
 * edges. A vCPU acknowledges, handles (which lowers a level), ends; somebody writes registers. What must hold:
 * no interrupt is with two vCPUs; every edge is handled after it came; a level is handled until it is low; a
 * vCPU that was not kicked, and sees no maintenance interrupt, has nothing to come out for.
 */
#include "vgic_world.h"

/*
 * SPIs on 3 vCPUs with 2 list registers each, half levels, half edges. A vCPU acknowledges, handles (which
 * lowers a level), ends. What must hold: no interrupt is with two vCPUs; every edge is handled after it came;
 * a level is handled until it is low; a vCPU that was not kicked, and sees no maintenance interrupt, has
 * nothing to come out for.
 */
#define SOAK_CPUS 3
#define SOAK_FIRST 60
#define SOAK_IRQS 12

struct soak {
	struct vgic_world *w;
	uint64_t random;
	bool wanted[SOAK_IRQS];  /* an edge that no handler began after; a level that is high */
	bool handled[SOAK_IRQS]; /* between acknowledge and end */
	uint32_t stack[SOAK_CPUS][SOAK_IRQS];
	unsigned int depth[SOAK_CPUS];
	uint32_t due; /* vCPUs that were kicked and have not been out since */
	unsigned int handlers;
};

static unsigned int soak_random(struct soak *s, unsigned int limit)
{
	s->random = s->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned int)(s->random >> 33) % limit;
}

static bool soak_is_edge(unsigned int i)
{
	return i % 2 != 0;
}

static void soak_raise(struct soak *s, unsigned int i)
{
	s->wanted[i] = true;
	if (soak_is_edge(i))
		vgic_set_spi(&s->w->vgic, SOAK_FIRST + i, false);
	vgic_set_spi(&s->w->vgic, SOAK_FIRST + i, true);
}

static void soak_acknowledge(struct soak *s, unsigned int cpu)
{
	uint32_t intid = acknowledge(s->w, cpu, soak_random(s, 2) == 0);
	unsigned int i = intid - SOAK_FIRST;

	if (intid == SPURIOUS)
		return;
	assert_true(i < SOAK_IRQS);
	assert_false(s->handled[i]);
	s->handled[i] = true;
	s->handlers++;
	s->stack[cpu][s->depth[cpu]++] = i;
	s->wanted[i] = false;
	if (!soak_is_edge(i))
		vgic_set_spi(&s->w->vgic, intid, false);
}

/* The last acknowledged, or (EOImode = 1) any. */
static void soak_end(struct soak *s, unsigned int cpu)
{
	unsigned int at, i;

	if (s->depth[cpu] == 0)
		return;
	at = soak_random(s, s->depth[cpu]);
	i = s->stack[cpu][at];
	s->stack[cpu][at] = s->stack[cpu][--s->depth[cpu]];
	s->handled[i] = false;
	end(s->w, cpu, SOAK_FIRST + i);
	/* All that was acknowledged is in its list registers until it ends. */
	assert_int_equal(s->w->eoi_count[cpu], 0);
}

static void soak_exit(struct soak *s, unsigned int cpu)
{
	s->due &= ~(UINT32_C(1) << cpu);
	leave(s->w, cpu);
	s->due |= take_kicks(s->w) & ~(UINT32_C(1) << cpu);
	enter(s->w, cpu);
	assert_false(maintenance(s->w, cpu));
}

static void soak_registers(struct soak *s)
{
	unsigned int i = soak_random(s, SOAK_IRQS), cpu = soak_random(s, SOAK_CPUS);

	switch (soak_random(s, 4)) {
	case 0:
		dist_write(s->w, IROUTER + 8 * (SOAK_FIRST + i), 8, cpu);
		break;
	case 1:
		set_priority(s->w, 0, SOAK_FIRST + i, (uint8_t)soak_random(s, 256));
		break;
	case 2:
		set_bit(s->w, 0, ICENABLER, SOAK_FIRST + i);
		break;
	default:
		set_bit(s->w, 0, ISENABLER, SOAK_FIRST + i);
		break;
	}
}

/* Whatever is wanted must be somewhere where it can't be forgotten. */
static void soak_check(struct soak *s)
{
	for (unsigned int i = 0; i < SOAK_IRQS; i++) {
		unsigned int holders = 0;

		for (unsigned int cpu = 0; cpu < SOAK_CPUS; cpu++)
			holders += lr_of(s->w, cpu, SOAK_FIRST + i) != NULL;
		assert_true(holders <= 1);
	}
}

/* No more events: every vCPU exits only for a kick or a maintenance interrupt, until all is quiet. */
static void soak_settle(struct soak *s)
{
	bool busy = true;

	for (unsigned int i = 0; i < SOAK_IRQS; i++)
		set_bit(s->w, 0, ISENABLER, SOAK_FIRST + i);
	s->due |= take_kicks(s->w);
	for (unsigned int round = 0; busy; round++) {
		assert_true(round < 1000);
		busy = false;
		for (unsigned int cpu = 0; cpu < SOAK_CPUS; cpu++) {
			unsigned int before = s->handlers;

			soak_acknowledge(s, cpu);
			s->due |= take_kicks(s->w);
			busy |= s->handlers != before || s->depth[cpu] != 0;
			soak_end(s, cpu);
			if ((s->due >> cpu & 1) != 0 || maintenance(s->w, cpu)) {
				busy = true;
				soak_exit(s, cpu);
			}
		}
	}
	for (unsigned int i = 0; i < SOAK_IRQS; i++) {
		assert_false(s->wanted[i]);
		assert_false(s->handled[i]);
	}
}

static void test_soak(void **state)
{
	struct soak s = { .w = *state, .random = 7 };

	world_start(s.w, SOAK_CPUS, 2);
	for (unsigned int i = 0; i < SOAK_IRQS; i++)
		set_up(s.w, i % SOAK_CPUS, SOAK_FIRST + i, soak_is_edge(i), (uint8_t)(i * 8));
	for (unsigned int cpu = 0; cpu < SOAK_CPUS; cpu++)
		enter(s.w, cpu);
	for (unsigned int round = 0; round < 200000; round++) {
		unsigned int cpu = soak_random(&s, SOAK_CPUS);

		switch (soak_random(&s, 6)) {
		case 0:
			soak_raise(&s, soak_random(&s, SOAK_IRQS));
			break;
		case 1:
			soak_registers(&s);
			break;
		case 2:
			soak_end(&s, cpu);
			break;
		case 3:
			if ((s.due >> cpu & 1) != 0 || maintenance(s.w, cpu))
				soak_exit(&s, cpu);
			break;
		default:
			soak_acknowledge(&s, cpu);
			break;
		}
		s.due |= take_kicks(s.w);
		soak_check(&s);
		if (round % 500 == 499)
			soak_settle(&s);
	}
	assert_true(s.handlers > 10000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_soak, world_setup, world_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
