/* SPDX-License-Identifier: BSD-3-Clause */
#include "guest.h"

#include "board/platform.h"

/* Behind what the image takes of its RAM: the registers of an SMC. */
#define WORDS (GUEST_PAGES - GRANULE_SIZE)

void conf_guest_prepare(struct conf_guest *guest)
{
	conf_realm_prepare(&guest->realm);
}

/* A page of the image, measured; behind its end a page that isn't. */
static void load_page(struct conf_guest *guest, uint64_t ipa, uint64_t source)
{
	size_t offset = ipa - GUEST_IPA, size = (size_t)(realm_image_end - realm_image_begin);
	uint64_t flags = offset < size ? RMI_DATA_FLAG_MEASURE : 0;

	memset(conf_content(source), 0, GRANULE_SIZE);
	if (offset < size)
		memcpy(conf_content(source), realm_image_begin + offset,
		       size - offset < GRANULE_SIZE ? size - offset : GRANULE_SIZE);
	conf_expect_ok("RMI_DATA_CREATE", "a page of the guest's",
		       host_rmi_data_create(&rmm, guest->realm.rd, conf_delegated(), ipa, source, flags));
	conf_measure_data(&guest->rim, ipa, flags, conf_content(source));
}

void conf_guest_load(struct conf_guest *guest)
{
	uint64_t source = conf_granule();

	conf_realm_create(&guest->realm);
	conf_measure_realm(&guest->rim, guest->realm.params);
	conf_tables(&guest->realm, GUEST_IPA, 3);
	for (uint64_t ipa = GUEST_IPA; ipa < GUEST_PAGES; ipa += GRANULE_SIZE)
		load_page(guest, ipa, source);
	memory_free(source);
}

void conf_guest_rec_prepare(struct conf_guest *guest)
{
	struct rmi_rec_params *params;

	conf_rec_prepare(&guest->rec, &guest->realm, 0);
	params = guest->rec.params;
	params->pc = GUEST_IPA;
	params->gprs[0] = REALM_PROGRAM_SCRIPT;
	params->gprs[2] = guest->realm.params->s2sz;
}

void conf_guest_rec_make(struct conf_guest *guest)
{
	conf_expect_ok("RMI_REC_CREATE", "the guest's REC",
		       host_rmi_rec_create(&rmm, guest->realm.rd, guest->rec.pa, guest->rec.params_pa));
	conf_measure_rec(&guest->rim, guest->rec.params);
}

/* Of the guest's own conduct: no check, as long as it is as it should be. */
static void expect(const char *text, bool holds)
{
	conf_expect_ok("RMI_REC_ENTER", text, holds ? RMI_SUCCESS : RMI_ERROR_REC);
}

/* --- Running ----------------------------------------------------------------------------------------- */

void conf_guest_enter(struct conf_guest *guest)
{
	do {
		conf_expect_ok("RMI_REC_ENTER", "the guest",
			       host_rmi_rec_enter(&rmm, guest->rec.pa, guest->run_pa));
	} while (guest->run->exit.exit_reason == RMI_EXIT_IRQ);
}

static bool has_called(const struct conf_guest *guest, enum hostcall service, uint64_t tag)
{
	return guest->run->exit.exit_reason == RMI_EXIT_HOST_CALL && guest->run->exit.imm == service &&
	       guest->run->exit.gprs[0] == tag;
}

/* The program waits for an operation. */
static void park(struct conf_guest *guest)
{
	memset(&guest->run->enter, 0, sizeof(guest->run->enter));
	conf_guest_enter(guest);
	expect("the guest asks what to do", has_called(guest, HOSTCALL_ASK, SCRIPT_NEXT));
}

void conf_guest_activate(struct conf_guest *guest)
{
	conf_expect_ok("RMI_REALM_ACTIVATE", "the guest", host_rmi_realm_activate(&rmm, guest->realm.rd));
	guest->run_pa = conf_granule();
	guest->run = conf_content(guest->run_pa);
	park(guest);
	conf_check_true("RMI_REC_ENTER", "the guest has come up", true);
}

void conf_guest_start(struct conf_guest *guest)
{
	conf_guest_rec_prepare(guest);
	conf_guest_rec_make(guest);
	conf_guest_activate(guest);
}

void conf_guest_make(struct conf_guest *guest)
{
	conf_guest_prepare(guest);
	conf_guest_load(guest);
	conf_guest_start(guest);
}

void conf_guest_order(struct conf_guest *guest, uint64_t operation, uint64_t a, uint64_t b)
{
	memset(&guest->run->enter, 0, sizeof(guest->run->enter));
	guest->run->enter.gprs[0] = operation;
	guest->run->enter.gprs[1] = a;
	guest->run->enter.gprs[2] = b;
}

/* The exit is the end of an operation, with these results: it is parked again. */
static bool finish(struct conf_guest *guest, uint64_t r[2])
{
	if (!has_called(guest, HOSTCALL_REPORT, SCRIPT_DONE))
		return false;
	memcpy(r, &guest->run->exit.gprs[1], 2 * sizeof(r[0]));
	park(guest);
	return true;
}

static bool operate(struct conf_guest *guest, uint64_t operation, uint64_t a, uint64_t b, uint64_t r[2])
{
	conf_guest_order(guest, operation, a, b);
	conf_guest_enter(guest);
	return finish(guest, r);
}

bool conf_guest_load64(struct conf_guest *guest, uint64_t ipa, uint64_t *value, uint64_t *fault)
{
	uint64_t r[2] = { 0 };
	bool back = operate(guest, SCRIPT_READ64, ipa, 0, r);

	*value = r[0];
	*fault = r[1];
	return back;
}

bool conf_guest_store64(struct conf_guest *guest, uint64_t ipa, uint64_t value, uint64_t *fault)
{
	uint64_t r[2] = { 0 };
	bool back = operate(guest, SCRIPT_WRITE64, ipa, value, r);

	*fault = r[0];
	return back;
}

/* --- SMCs: the registers travel through the guest's memory ------------------------------------------- */

bool conf_guest_back(struct conf_guest *guest, uint64_t x[GUEST_GPRS])
{
	uint64_t r[2], fault = 0;

	if (!finish(guest, r))
		return false;
	for (unsigned int i = 0; i < GUEST_GPRS; i++)
		expect("the guest's registers",
		       conf_guest_load64(guest, WORDS + 8 * i, &x[i], &fault) && fault == 0);
	return true;
}

bool conf_guest_smc(struct conf_guest *guest, uint64_t x[GUEST_GPRS])
{
	uint64_t fault = 0;

	for (unsigned int i = 0; i < GUEST_GPRS; i++)
		expect("the guest's registers",
		       conf_guest_store64(guest, WORDS + 8 * i, x[i], &fault) && fault == 0);
	conf_guest_order(guest, SCRIPT_SMC_WIDE, WORDS, 0);
	conf_guest_enter(guest);
	return conf_guest_back(guest, x);
}

/* --- The end ----------------------------------------------------------------------------------------- */

void conf_guest_unload(struct conf_guest *guest)
{
	uint64_t rd = guest->realm.rd, pa, top, end = conf_ipa_end(&guest->realm);

	for (uint64_t ipa = 0; ipa < conf_unprotected(&guest->realm); ipa = top)
		if (host_rmi_data_destroy(&rmm, rd, ipa, &pa, &top) != RMI_SUCCESS)
			conf_leave_unless(top > ipa); /* none there, and where the next may be */
	for (int64_t level = 3; level > 0; level--)
		for (uint64_t ipa = 0; ipa < end; ipa = top)
			if (host_rmi_rtt_destroy(&rmm, rd, ipa, level, &pa, &top) != RMI_SUCCESS)
				conf_leave_unless(top > ipa);
}
