/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_IPA_STATE_SET and RSI_IPA_STATE_GET, from the request over the host's answer to what the realm finds (A5.4, A4.3.8,
 * B5.3.5, B5.3.6).
 */
#include "conf_vm.h"

#define KEEP_DESTROYED 0
#define PAGES 4
#define SIZE (PAGES * GRANULE_SIZE)

/* A range of RIPAS RAM with memory, and one that is EMPTY. */
static uint64_t ram(const struct vm *vm)
{
	return vm_ram(vm) + 0x10000;
}

static const char *const ripas_names[] = { "EMPTY", "RAM" };

/* The realm asks; the record is the request. */
static void request(struct vm *vm, uint64_t base, uint64_t top, enum rsi_ripas ripas, uint64_t flags)
{
	vm_begin(vm, 0, SCRIPT_SMC, RSI_IPA_STATE_SET, base, top, ripas, flags);
	vm_record(vm, 0, "RQSSKK", conf_text("request for %s", ripas_names[ripas]),
		  &(struct rmi_rec_exit){ .exit_reason = RMI_EXIT_RIPAS_CHANGE,
					  .ripas_base = base,
					  .ripas_top = top,
					  .ripas_value = (uint8_t)ripas });
}

/* The host enters again: what the call returns. */
static void check_outcome(struct vm *vm, bool reject, uint64_t new_base, enum rsi_response response,
			  const char *what)
{
	uint64_t r[6];

	vm_enter_of(vm, 0)->flags = reject ? RMI_REC_ENTER_FLAG_RIPAS_REJECT : 0;
	vm_finish(vm, 0, r);
	conf_check("RSI_IPA_STATE_SET", conf_text("%s: status", what), r[0], RSI_SUCCESS);
	conf_check("RSI_IPA_STATE_SET.new_base", conf_text("%s: new_base", what), r[1], new_base);
	conf_check("RSI_IPA_STATE_SET.response", conf_text("%s: response", what), r[2], response);
}

/* RMI_RTT_SET_RIPAS until `top`, with tables where they are wanted; returns how far it came. */
static uint64_t grant(struct vm *vm, uint64_t base, uint64_t top)
{
	host_make_tables(vm->realm, base, top - base, 3);
	while (base < top) {
		uint64_t out = base;
		uint64_t result =
			host_rmi_rtt_set_ripas(&rmm, vm->realm->rd, vm->realm->recs[0].pa, base, top, &out);

		if (result != RMI_SUCCESS || out <= base)
			return base;
		base = out;
	}
	return base;
}

static void check_ripas(struct vm *vm, uint64_t base, uint64_t top, enum rsi_ripas ripas, const char *what)
{
	while (base < top) {
		struct vm_smc s = vm_smc(vm, 0, RSI_IPA_STATE_GET, base, top);

		if (!conf_check("RSI_IPA_STATE_GET", conf_text("%s: status at 0x%lx", what, base), s.x[0],
				RSI_SUCCESS) ||
		    !conf_check("RSI_IPA_STATE_GET", conf_text("%s: RIPAS at 0x%lx", what, base), s.x[2],
				ripas) ||
		    !conf_check_true("RSI_IPA_STATE_GET", conf_text("%s: out_top 0x%lx", what, s.x[1]),
				     s.x[1] > base && s.x[1] <= top))
			return;
		base = s.x[1];
	}
}

/* --- Granted ---------------------------------------------------------------------------------------------- */

/* Both directions, for a range that has memory and for one that has none. */
static void granted(void)
{
	struct vm vm;
	uint64_t a, b;

	vm_start(&vm, NULL);
	a = ram(&vm);
	b = vm_empty(&vm);
	conf_check("set-up", "a page of RAM: fault", vm_store(&vm, 0, a, 0x1234), 0);
	request(&vm, a, a + SIZE, RSI_EMPTY, KEEP_DESTROYED);
	conf_check("RMI_RTT_SET_RIPAS", "the host grants all of it", grant(&vm, a, a + SIZE), a + SIZE);
	check_outcome(&vm, false, a + SIZE, RSI_ACCEPT, "RAM to EMPTY");
	check_ripas(&vm, a, a + SIZE, RSI_EMPTY, "RAM to EMPTY");
	check_ripas(&vm, a - SIZE, a, RSI_RAM, "before the range");
	check_ripas(&vm, a + SIZE, a + 2 * SIZE, RSI_RAM, "behind the range");
	conf_check_true("RJVQQR", "an access in the range is an external abort",
			is_sea(vm_load(&vm, 0, a).fault, EC_DATA_ABORT));
	conf_check("RQSQLF", "an access behind the range: fault", vm_load(&vm, 0, a + SIZE).fault, 0);
	request(&vm, a, a + SIZE, RSI_RAM, KEEP_DESTROYED);
	conf_check("RMI_RTT_SET_RIPAS", "the host grants all of it", grant(&vm, a, a + SIZE), a + SIZE);
	/* Nothing is left that could be rejected. */
	check_outcome(&vm, true, a + SIZE, RSI_ACCEPT, "EMPTY to RAM, with a rejection that comes too late");
	check_ripas(&vm, a, a + SIZE, RSI_RAM, "EMPTY to RAM");
	conf_check("RQSQLF", "an access in the range: fault", vm_load(&vm, 0, a).fault, 0);

	check_ripas(&vm, b, b + SIZE, RSI_EMPTY, "never touched");
	request(&vm, b, b + SIZE, RSI_RAM, KEEP_DESTROYED);
	grant(&vm, b, b + SIZE);
	check_outcome(&vm, false, b + SIZE, RSI_ACCEPT, "EMPTY to RAM without memory");
	check_ripas(&vm, b, b + SIZE, RSI_RAM, "EMPTY to RAM without memory");
	conf_expect_ok("set-up", "memory for it", host_populate(vm.realm, b, SIZE));
	conf_check("RQSQLF", "an access once there is memory: fault", vm_store(&vm, 0, b, 1), 0);
	vm_end(&vm);
}

/* --- Not granted, or in part ------------------------------------------------------------------------------ */

static void refused(void)
{
	struct vm vm;
	uint64_t a, b;

	vm_start(&vm, NULL);
	a = ram(&vm);
	b = vm_empty(&vm);
	request(&vm, b, b + SIZE, RSI_RAM, KEEP_DESTROYED);
	check_outcome(&vm, true, b, RSI_REJECT, "RAM rejected");
	request(&vm, b, b + SIZE, RSI_RAM, KEEP_DESTROYED);
	check_outcome(&vm, false, b, RSI_ACCEPT, "RAM neither granted nor rejected");
	request(&vm, a, a + SIZE, RSI_EMPTY, KEEP_DESTROYED);
	check_outcome(&vm, true, a, RSI_ACCEPT, "EMPTY can't be rejected");
	check_ripas(&vm, b, b + SIZE, RSI_EMPTY, "after the rejections");
	check_ripas(&vm, a, a + SIZE, RSI_RAM, "after the rejection of EMPTY");

	request(&vm, b, b + SIZE, RSI_RAM, KEEP_DESTROYED);
	conf_check("IJHJGZ", "the host grants half", grant(&vm, b, b + SIZE / 2), b + SIZE / 2);
	check_outcome(&vm, false, b + SIZE / 2, RSI_ACCEPT, "RAM for half of it");
	request(&vm, b + SIZE / 2, b + SIZE, RSI_RAM, KEEP_DESTROYED);
	conf_check("IJHJGZ", "the host grants a page", grant(&vm, b + SIZE / 2, b + 3 * SIZE / 4),
		   b + 3 * SIZE / 4);
	check_outcome(&vm, true, b + 3 * SIZE / 4, RSI_REJECT, "RAM for a page, the rest rejected");
	check_ripas(&vm, b, b + 3 * SIZE / 4, RSI_RAM, "what was granted");
	check_ripas(&vm, b + 3 * SIZE / 4, b + SIZE, RSI_EMPTY, "what was not");
	vm_end(&vm);
}

/* The host gets no further than the request, in space or in time. */
static void bounded(void)
{
	uint64_t b, out = 0, rec, r[6];
	struct vm vm;

	vm_start(&vm, NULL);
	b = vm_empty(&vm);
	rec = vm.realm->recs[0].pa;
	host_make_tables(vm.realm, b, SIZE, 3);
	conf_check_status("RMI_RTT_SET_RIPAS.base_bound", "no request",
			  host_rmi_rtt_set_ripas(&rmm, vm.realm->rd, rec, b, b + SIZE, &out),
			  RMI_ERROR_INPUT);
	request(&vm, b, b + SIZE, RSI_RAM, KEEP_DESTROYED);
	conf_check_status("RMI_RTT_SET_RIPAS.base_bound", "from behind the base",
			  host_rmi_rtt_set_ripas(&rmm, vm.realm->rd, rec, b + GRANULE_SIZE, b + SIZE, &out),
			  RMI_ERROR_INPUT);
	conf_check_status("RMI_RTT_SET_RIPAS.base_bound", "from before the base",
			  host_rmi_rtt_set_ripas(&rmm, vm.realm->rd, rec, b - GRANULE_SIZE, b + SIZE, &out),
			  RMI_ERROR_INPUT);
	conf_check_status("RMI_RTT_SET_RIPAS.top_bound", "beyond the top",
			  host_rmi_rtt_set_ripas(&rmm, vm.realm->rd, rec, b, b + SIZE + GRANULE_SIZE, &out),
			  RMI_ERROR_INPUT);
	check_outcome(&vm, false, b, RSI_ACCEPT, "nothing was granted");
	conf_check_status("RQRMMN", "the request, after an exit for another reason",
			  host_rmi_rtt_set_ripas(&rmm, vm.realm->rd, rec, b, b + SIZE, &out),
			  RMI_ERROR_INPUT);
	vm_do(&vm, 0, r, CONFORM_COUNTERS);
	check_ripas(&vm, b, b + SIZE, RSI_EMPTY, "nothing was granted");
	vm_end(&vm);
}

/* A page that the host destroyed: the realm says whether it may come back. */
static void destroyed(void)
{
	uint64_t a, p, data, top;
	struct vm vm;

	vm_start(&vm, NULL);
	a = ram(&vm);
	p = a + 2 * GRANULE_SIZE;
	conf_expect_ok("RMI_DATA_DESTROY", "a page",
		       host_rmi_data_destroy(&rmm, vm.realm->rd, p, &data, &top));
	conf_take_back(data, 1);
	check_ripas(&vm, p, p + GRANULE_SIZE, RSI_DESTROYED, "the page");
	check_ripas(&vm, a, p, RSI_RAM, "the pages before it");
	for (unsigned int ripas = RSI_EMPTY; ripas <= RSI_RAM; ripas++) {
		request(&vm, p, a + SIZE, (enum rsi_ripas)ripas, KEEP_DESTROYED);
		conf_check("IGXDDX", "how far the host gets with a DESTROYED page first",
			   grant(&vm, p, a + SIZE), p);
		check_outcome(&vm, false, p, RSI_ACCEPT, "a DESTROYED page first");
		check_ripas(&vm, p, p + GRANULE_SIZE, RSI_DESTROYED, "the page");
	}
	request(&vm, a, a + SIZE, RSI_RAM, KEEP_DESTROYED);
	conf_check("IGXDDX", "how far the host gets with a DESTROYED page in between",
		   grant(&vm, a, a + SIZE), p);
	check_outcome(&vm, true, p, RSI_REJECT, "a DESTROYED page in between, rejected");
	request(&vm, a, a + SIZE, RSI_RAM, RSI_IPA_STATE_FLAG_DESTROYED);
	conf_check("IVVFMX", "how far the host gets where DESTROYED may change", grant(&vm, a, a + SIZE),
		   a + SIZE);
	check_outcome(&vm, false, a + SIZE, RSI_ACCEPT, "DESTROYED may change");
	check_ripas(&vm, a, a + SIZE, RSI_RAM, "all of it");
	vm_end(&vm);
}

/* --- Refused by the RMM ----------------------------------------------------------------------------------- */

struct range {
	const char *condition, *text;
	uint64_t base, top;
};

static void conditions(void)
{
	struct vm vm;
	uint64_t a, half;

	vm_start(&vm, NULL);
	a = ram(&vm);
	half = vm_unprotected(&vm);
	{
		const struct range ranges[] = {
			{ "base_align", "base + 1", a + 1, a + SIZE },
			{ "base_align", "base + 0x800", a + 0x800, a + SIZE },
			{ "top_align", "top + 1", a, a + SIZE + 1 },
			{ "top_align", "top + 0xfff", a, a + SIZE + 0xfff },
			{ "size_valid", "top = base", a, a },
			{ "size_valid", "top < base", a + SIZE, a },
			{ "size_valid", "top = 0", a, 0 },
			{ "rgn_bound", "over the end of the protected half", half - GRANULE_SIZE,
			  half + GRANULE_SIZE },
			{ "rgn_bound", "first unprotected page", half, half + GRANULE_SIZE },
			{ "rgn_bound", "all of the IPA space", 0, 2 * half },
			{ "rgn_bound", "outside the IPA space", 2 * half, 2 * half + GRANULE_SIZE },
			{ "rgn_bound", "to the end of 64 bits", a, ~UINT64_C(0xfff) },
		};

		for (unsigned int i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
			const struct range *n = &ranges[i];

			conf_check(conf_text("RSI_IPA_STATE_SET.%s", n->condition), n->text,
				   vm_smc(&vm, 0, RSI_IPA_STATE_SET, n->base, n->top, RSI_RAM, 0).x[0],
				   RSI_ERROR_INPUT);
			conf_check(conf_text("RSI_IPA_STATE_GET.%s",
					     n->condition[0] == 't' ? "end_align" : n->condition),
				   n->text, vm_smc(&vm, 0, RSI_IPA_STATE_GET, n->base, n->top).x[0],
				   RSI_ERROR_INPUT);
		}
	}
	for (unsigned int ripas = RSI_DESTROYED; ripas < 0x100; ripas = ripas * 3 - 3)
		conf_check("RSI_IPA_STATE_SET.ripas_valid", conf_text("RIPAS %u", ripas),
			   vm_smc(&vm, 0, RSI_IPA_STATE_SET, a, a + SIZE, ripas, 0).x[0], RSI_ERROR_INPUT);
	conf_check("RSI_IPA_STATE_SET.ripas_valid", "RIPAS 255",
		   vm_smc(&vm, 0, RSI_IPA_STATE_SET, a, a + SIZE, 255, 0).x[0], RSI_ERROR_INPUT);
	vm_end(&vm);
}

/* The whole protected half, piece by piece: no piece is empty, and they agree with what the realm was made of. */
static void whole(void)
{
	uint64_t base = 0, ram_bytes = 0, pieces = 0;
	struct vm vm;

	vm_start(&vm, NULL);
	while (base < vm_unprotected(&vm)) {
		struct vm_smc s = vm_smc(&vm, 0, RSI_IPA_STATE_GET, base, vm_unprotected(&vm));

		conf_need_true("RSI_IPA_STATE_GET", conf_text("from 0x%lx: to 0x%lx", base, s.x[1]),
			       s.x[0] == RSI_SUCCESS && s.x[1] > base && s.x[1] <= vm_unprotected(&vm));
		if (s.x[2] == RSI_RAM)
			ram_bytes += s.x[1] - base;
		pieces++;
		base = s.x[1];
	}
	conf_check("RSI_IPA_STATE_GET", "bytes of RIPAS RAM", ram_bytes, VM_RAM_SIZE + VM_HOLE_SIZE);
	conf_check_true("RSI_IPA_STATE_GET", "in more than one piece", pieces > 1);
	vm_end(&vm);
}

CONF_GROUP(rsi_ripas, .about = "RSI_IPA_STATE_SET and GET, and the host's answers")
{
	conf_case(granted);
	conf_case(refused);
	conf_case(bounded);
	conf_case(destroyed);
	conf_case(conditions);
	conf_case(whole);
}
