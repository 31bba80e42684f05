/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RSI_ATTESTATION_TOKEN_INIT and CONTINUE: their conditions and their progress (A7.2.2, B5.3.1, B5.3.2), and as much of
 * the token as can be seen without understanding CBOR. What is in a token is a verifier's business.
 */
#include "conf_vm.h"

#include "board/gic.h"

#define CHALLENGE 64

/* Tokens longer than this are cut. */
#define TOKEN_MAX 0x4000

static struct {
	uint8_t bytes[TOKEN_MAX];
	uint64_t length;
} token;

static uint64_t page(const struct vm *vm)
{
	return vm_ram(vm) + 0x20000;
}

/* A challenge that counts up from `first`. */
static struct vm_registers init(struct vm *vm, unsigned int rec, uint8_t first)
{
	struct vm_registers in = { { RSI_ATTESTATION_TOKEN_INIT } };

	for (unsigned int i = 0; i < CHALLENGE; i++)
		((uint8_t *)&in.x[1])[i] = (uint8_t)(first + i);
	return vm_smc_wide(vm, rec, &in);
}

/* RSI_ATTESTATION_TOKEN_INIT, or the end of the case. */
static uint64_t need_init(struct vm *vm, uint8_t first)
{
	struct vm_registers out = init(vm, 0, first);

	conf_need("RSI_ATTESTATION_TOKEN_INIT", "status", out.x[0], RSI_SUCCESS);
	return out.x[1];
}

static struct vm_smc get_part(struct vm *vm, unsigned int rec, uint64_t addr, uint64_t offset, uint64_t size)
{
	return vm_smc(vm, rec, RSI_ATTESTATION_TOKEN_CONTINUE, addr, offset, size);
}

/* --- Conditions ------------------------------------------------------------------------------------------- */

struct bad {
	const char *condition, *text;
	uint64_t addr, offset, size;
};

/* With no token begun, the state is wrong too, and these conditions are not ordered. */
static void check_conditions(struct vm *vm, bool begun)
{
	uint64_t good = page(vm);
	const struct bad all[] = {
		{ "addr_align", "addr + 1", good + 1, 0, 16 },
		{ "addr_align", "addr + 0x800", good + 0x800, 0, 16 },
		{ "addr_bound", "first unprotected page, mapped", vm_shared(vm), 0, 16 },
		{ "addr_bound", "outside the IPA space", 2 * vm_unprotected(vm), 0, 16 },
		{ "offset_bound", "offset 0x1000", good, 0x1000, 0 },
		{ "offset_bound", "offset 2^63", good, ABI_U64(1) << 63, 16 },
		{ "size_overflow", "offset 8, size 2^64 - 8", good, 8, -UINT64_C(8) },
		{ "size_overflow", "offset 0xfff, size 2^64 - 1", good, 0xfff, UINT64_MAX },
		{ "size_bound", "offset 0, size 0x1001", good, 0, 0x1001 },
		{ "size_bound", "offset 0xfff, size 2", good, 0xfff, 2 },
		{ "size_bound", "offset 0, size 2^64 - 1", good, 0, UINT64_MAX },
	};

	for (unsigned int i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *rule = conf_text("RSI_ATTESTATION_TOKEN_CONTINUE.%s", all[i].condition);
		uint64_t status = get_part(vm, 0, all[i].addr, all[i].offset, all[i].size).x[0];

		if (begun)
			conf_check(rule, all[i].text, status, RSI_ERROR_INPUT);
		else
			conf_check_any(rule, conf_text("%s, no token begun", all[i].text), status,
				       RSI_ERROR_INPUT, RSI_ERROR_STATE);
	}
}

static void conditions(void)
{
	struct vm vm;

	vm_start(&vm, &(struct vm_options){ .recs = 2 });
	conf_check("RSI_ATTESTATION_TOKEN_CONTINUE.state", "no token begun",
		   get_part(&vm, 0, page(&vm), 0, GRANULE_SIZE).x[0], RSI_ERROR_STATE);
	check_conditions(&vm, false);
	conf_check_true("RSI_ATTESTATION_TOKEN_INIT", "the bound of the token's size is not 0",
			need_init(&vm, 1) != 0);
	check_conditions(&vm, true);
	conf_check_any("RWZYBV", "after the failures the token is still begun",
		       get_part(&vm, 0, page(&vm), 0, GRANULE_SIZE).x[0], RSI_INCOMPLETE, RSI_SUCCESS);
	vm_end(&vm);
}

/* --- Progress --------------------------------------------------------------------------------------------- */

#define CALLS_MAX 100000 /* more than that, and there is no progress */
#define GUARD UINT64_C(0x5e5e5e5e5e5e5e5e)

/* What one call wrote is what it says, and nothing beside it changed. */
static void take(struct vm *vm, uint64_t offset, uint64_t length, uint64_t size)
{
	static uint8_t content[GRANULE_SIZE];
	unsigned int touched = 0;

	vm_copy_out(vm, content, page(vm), sizeof(content));
	for (unsigned int i = 0; i < GRANULE_SIZE; i++)
		touched += (i < offset || i >= offset + size) && content[i] != (uint8_t)GUARD;
	if (touched != 0)
		conf_check("B5.3.1",
			   conf_text("offset 0x%lx, size 0x%lx: bytes written elsewhere", offset, size),
			   touched, 0);
	for (uint64_t i = 0; i < length && token.length < TOKEN_MAX; i++)
		token.bytes[token.length++] = content[offset + i];
}

static void fill_with_guard(struct vm *vm)
{
	static uint64_t content[GRANULE_SIZE / sizeof(uint64_t)];

	for (unsigned int i = 0; i < GRANULE_SIZE / sizeof(uint64_t); i++)
		content[i] = GUARD;
	vm_copy_in(vm, page(vm), content, sizeof(content));
}

/* The rest of the token, in parts of at most `size` bytes at `offset`; the status of the last call. */
static uint64_t get_rest(struct vm *vm, uint64_t offset, uint64_t size)
{
	unsigned int calls = 0;
	struct vm_smc s;

	fill_with_guard(vm);
	do {
		s = get_part(vm, 0, page(vm), offset, size);
		if (s.x[0] != RSI_INCOMPLETE && s.x[0] != RSI_SUCCESS)
			return s.x[0];
		if (s.x[1] > size) {
			conf_check_true("B5.3.1", conf_text("0x%lx bytes of 0x%lx", s.x[1], size), false);
			return s.x[0];
		}
		if (s.x[1] != 0) {
			take(vm, offset, s.x[1], size);
			fill_with_guard(vm);
		}
	} while (s.x[0] == RSI_INCOMPLETE && ++calls < CALLS_MAX);
	return s.x[0];
}

static bool token_has(const void *bytes, size_t size)
{
	for (size_t i = 0; i + size <= token.length; i++)
		if (memcmp(&token.bytes[i], bytes, size) == 0)
			return true;
	return false;
}

static bool token_has_challenge(uint8_t first)
{
	uint8_t challenge[CHALLENGE];

	for (unsigned int i = 0; i < CHALLENGE; i++)
		challenge[i] = (uint8_t)(first + i);
	return token_has(challenge, sizeof(challenge));
}

static void check_token(struct vm *vm, uint8_t first, uint64_t bound, const char *what)
{
	static const uint8_t begins[] = { 0xd9, 0x01, 0x8f, 0xa2 }; /* tag 399, a map of two (A7.2.3) */
	struct vm_registers in = { { RSI_MEASUREMENT_READ, 0 } }, rim = vm_smc_wide(vm, 0, &in);
	uint8_t rpv[64];

	for (unsigned int i = 0; i < sizeof(rpv); i++)
		rpv[i] = (uint8_t)(0x90 + i);
	conf_check_true("RSI_ATTESTATION_TOKEN_INIT",
			conf_text("%s: 0x%lx bytes, at most 0x%lx as INIT said", what, token.length, bound),
			token.length != 0 && token.length <= bound);
	conf_check_true("IPTKYD", conf_text("%s: it begins as a token does", what),
			memcmp(token.bytes, begins, sizeof(begins)) == 0);
	conf_check_true("IWTKDD", conf_text("%s: it has the challenge", what), token_has_challenge(first));
	conf_check_true("IFZQSM", conf_text("%s: it has the RIM", what), token_has(&rim.x[1], 32));
	conf_check_true("IBKZPD", conf_text("%s: it has the RPV", what), token_has(rpv, sizeof(rpv)));
}

static const struct vm_options options = { .rpv = 0x90 };

/* The whole of it, in parts of several sizes and at several places of the page. */
static void whole(void)
{
	static const struct {
		uint64_t offset, size;
	} parts[] = { { 0, GRANULE_SIZE }, { 0, 0x800 }, { 0xf01, 0xff }, { 0xfff, 1 }, { 8, 333 } };

	for (unsigned int i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *what = conf_text("parts of 0x%lx at 0x%lx", parts[i].size, parts[i].offset);
		uint64_t bound;
		struct vm vm;

		/* Parts of one byte are slow: the first hundred of them. */
		vm_start(&vm, &options);
		bound = need_init(&vm, 7);
		token.length = 0;
		if (parts[i].size == 1) {
			for (unsigned int n = 0; n < 100; n++) {
				struct vm_smc s;

				fill_with_guard(&vm);
				s = get_part(&vm, 0, page(&vm), 0xfff, 1);
				conf_leave_unless(s.x[0] == RSI_INCOMPLETE && s.x[1] <= 1);
				take(&vm, 0xfff, s.x[1], 1);
			}
			what = "a hundred bytes by themselves, then the rest";
			conf_check("RSI_ATTESTATION_TOKEN_CONTINUE", conf_text("%s: last status", what),
				   get_rest(&vm, 0, GRANULE_SIZE), RSI_SUCCESS);
		} else {
			conf_check("RSI_ATTESTATION_TOKEN_CONTINUE", conf_text("%s: last status", what),
				   get_rest(&vm, parts[i].offset, parts[i].size), RSI_SUCCESS);
		}
		check_token(&vm, 7, bound, what);
		conf_check("RSI_ATTESTATION_TOKEN_CONTINUE.complete", conf_text("%s: one call more", what),
			   get_part(&vm, 0, page(&vm), 0, GRANULE_SIZE).x[0], RSI_ERROR_STATE);
		vm_end(&vm);
	}
}

/* INIT ends what was begun before it. */
static void restarted(void)
{
	uint64_t bound;
	struct vm vm;

	vm_start(&vm, &options);
	need_init(&vm, 10);
	bound = need_init(&vm, 100);
	token.length = 0;
	conf_check("SXMLMF", "begun twice: last status", get_rest(&vm, 0, GRANULE_SIZE), RSI_SUCCESS);
	check_token(&vm, 100, bound, "begun twice");
	conf_check_true("SXMLMF", "begun twice: it does not have the first challenge",
			!token_has_challenge(10));

	need_init(&vm, 20);
	for (unsigned int i = 0; i < CALLS_MAX && get_part(&vm, 0, page(&vm), 0, 64).x[1] == 0; i++)
		;
	bound = need_init(&vm, 120);
	token.length = 0;
	conf_check("SXMLMF", "begun again after the first part: last status", get_rest(&vm, 0, GRANULE_SIZE),
		   RSI_SUCCESS);
	check_token(&vm, 120, bound, "begun again after the first part");
	vm_end(&vm);
}

/* REM values are in it: those of a realm that extended them are others. */
static void measured(void)
{
	struct vm_registers in = { { RSI_MEASUREMENT_EXTEND, 2, 64, 1, 2, 3 } }, rem;
	struct vm vm;

	vm_start(&vm, &options);
	vm_smc_wide(&vm, 0, &in);
	in = (struct vm_registers){ { RSI_MEASUREMENT_READ, 2 } };
	rem = vm_smc_wide(&vm, 0, &in);
	need_init(&vm, 1);
	token.length = 0;
	conf_check("RSI_ATTESTATION_TOKEN_CONTINUE", "last status", get_rest(&vm, 0, GRANULE_SIZE),
		   RSI_SUCCESS);
	conf_check_true("IDSNFB", "it has the extended REM", token_has(&rem.x[1], 32));
	vm_end(&vm);
}

/* The page is not there: the host supplies it, and nothing of the token is lost. */
static void page_missing(void)
{
	uint64_t bound, ipa, length, r[6];
	unsigned int calls = 0;
	struct vm vm;

	vm_start(&vm, &options);
	ipa = vm_hole(&vm) + 0x6000;
	bound = need_init(&vm, 33);
	token.length = 0;
	do {
		vm_begin(&vm, 0, SCRIPT_SMC, RSI_ATTESTATION_TOKEN_CONTINUE, ipa, 0, GRANULE_SIZE);
		if (!vm_is_done(&vm, 0))
			break;
		vm_finish(&vm, 0, r);
	} while (r[0] == RSI_INCOMPLETE && r[1] == 0 && ++calls < CALLS_MAX);
	conf_need("RRYVFL", "buffer at RIPAS RAM, UNASSIGNED: class of the exit",
		  ESR_EC(vm_exit(&vm, 0)->esr), EC_DATA_ABORT_LOWER);
	conf_check("RRYVFL", "buffer at RIPAS RAM, UNASSIGNED: hpfar", vm_exit(&vm, 0)->hpfar,
		   ipa >> 12 << 4);
	conf_expect_ok("set-up", "a page", host_populate(vm.realm, ipa, GRANULE_SIZE));
	vm_finish(&vm, 0, r);
	conf_check_any("RSI_ATTESTATION_TOKEN_CONTINUE", "with the page there: status", r[0], RSI_INCOMPLETE,
		       RSI_SUCCESS);
	length = r[1] < GRANULE_SIZE ? r[1] : GRANULE_SIZE;
	vm_copy_out(&vm, token.bytes, ipa, GRANULE_SIZE);
	token.length = length;
	if (r[0] == RSI_INCOMPLETE)
		conf_check("RSI_ATTESTATION_TOKEN_CONTINUE", "the rest: last status",
			   get_rest(&vm, 0, GRANULE_SIZE), RSI_SUCCESS);
	check_token(&vm, 33, bound, "the page came late");
	vm_end(&vm);
}

/* Interrupts of the host, as many as there is time for: the realm is told INCOMPLETE, and 0 bytes. */
static void interrupted(void)
{
	unsigned int calls = 0, exits = 0, wrong = 0;
	struct vm vm;
	uint64_t bound, r[6];

	vm_start(&vm, &options);
	bound = need_init(&vm, 55);
	token.length = 0;
	do {
		fill_with_guard(&vm);
		timer_preempt_after(sysreg_read(cntfrq_el0) / 5000);
		vm.want_irq = true;
		vm_begin(&vm, 0, SCRIPT_SMC, RSI_ATTESTATION_TOKEN_CONTINUE, page(&vm), 0, GRANULE_SIZE);
		vm.want_irq = false;
		timer_stop();
		gic_handle();
		if (!vm_is_done(&vm, 0)) {
			vm_finish(&vm, 0, r);
			exits++;
			/* One that came before or after the call itself says nothing. */
			wrong += r[0] == RSI_INCOMPLETE && r[1] > GRANULE_SIZE;
		} else {
			vm_finish(&vm, 0, r);
		}
		if (r[0] == RSI_INCOMPLETE || r[0] == RSI_SUCCESS)
			take(&vm, 0, r[1], GRANULE_SIZE);
	} while (r[0] == RSI_INCOMPLETE && ++calls < CALLS_MAX);
	conf_check("ICXSJP", conf_text("%u exits for interrupts: last status", exits), r[0], RSI_SUCCESS);
	conf_check("ICXSJP", "lengths that make no sense", wrong, 0);
	check_token(&vm, 55, bound, "interrupted");
	vm_end(&vm);
}

/* --- RECs ------------------------------------------------------------------------------------------------- */

/* REC 1 is turned on by REC 0 and runs on this CPU too. */
static void turn_on(struct vm *vm)
{
	uint64_t entry, r[6];

	vm_do(vm, 0, r, SCRIPT_SYSREG, SCRIPT_SECONDARY_ENTRY);
	entry = r[0];
	vm_begin(vm, 0, SCRIPT_SMC, PSCI_CPU_ON, 1, entry, 0);
	conf_expect_ok("RMI_PSCI_COMPLETE", "CPU_ON",
		       host_rmi_psci_complete(&rmm, vm->realm->recs[0].pa, vm->realm->recs[1].pa,
					      PSCI_SUCCESS));
	vm_finish(vm, 0, r);
	vm_boot(vm, 1);
}

static void per_rec(void)
{
	uint64_t bound;
	struct vm vm;

	vm_start(&vm, &(struct vm_options){ .recs = 2, .rpv = 0x90 });
	turn_on(&vm);
	bound = need_init(&vm, 44);
	conf_check("IJKJCQ", "another REC has no token begun",
		   get_part(&vm, 1, page(&vm) + GRANULE_SIZE, 0, GRANULE_SIZE).x[0], RSI_ERROR_STATE);
	conf_check("IJKJCQ", "it begins one of its own", init(&vm, 1, 200).x[0], RSI_SUCCESS);
	token.length = 0;
	conf_check("IJKJCQ", "the first REC's: last status", get_rest(&vm, 0, GRANULE_SIZE), RSI_SUCCESS);
	check_token(&vm, 44, bound, "the first REC's");
	conf_check_true("IJKJCQ", "it does not have the other REC's challenge", !token_has_challenge(200));
	conf_check_any("IJKJCQ", "the other REC's is still there",
		       get_part(&vm, 1, page(&vm) + GRANULE_SIZE, 0, GRANULE_SIZE).x[0], RSI_INCOMPLETE,
		       RSI_SUCCESS);
	vm_end(&vm);
}

CONF_GROUP(rsi_token, .about = "RSI_ATTESTATION_TOKEN_INIT and CONTINUE")
{
	conf_case(conditions);
	conf_case(whole);
	conf_case(restarted);
	conf_case(measured);
	conf_case(page_missing);
	conf_case(interrupted);
	conf_case(per_rec);
}
