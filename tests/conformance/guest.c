/* SPDX-License-Identifier: BSD-3-Clause */
#include "guest.h"

extern const uint8_t conf_guest_code[GRANULE_SIZE];

/* guest_code.S */
enum { OP_SMC, OP_LOAD, OP_STORE, OP_WAIT };
#define GPR_OP 18

void conf_guest_prepare(struct conf_guest *guest)
{
	conf_realm_prepare(&guest->realm);
}

void conf_guest_load(struct conf_guest *guest)
{
	uint64_t pa = conf_delegated(), source = conf_granule();

	conf_realm_create(&guest->realm);
	conf_measure_realm(&guest->rim, guest->realm.params);
	conf_tables(&guest->realm, GUEST_IPA, 3);
	memcpy(conf_content(source), conf_guest_code, GRANULE_SIZE);
	conf_expect_ok("RMI_DATA_CREATE", "the guest's page",
		       rmi_data_create(&rmm, guest->realm.rd, pa, GUEST_IPA, source, RMI_DATA_FLAG_MEASURE));
	conf_measure_data(&guest->rim, GUEST_IPA, RMI_DATA_FLAG_MEASURE, conf_guest_code);
	memory_free(source);
}

void conf_guest_start(struct conf_guest *guest)
{
	uint64_t x[GUEST_GPRS];

	conf_rec_prepare(&guest->rec, &guest->realm, 0);
	guest->rec.params->pc = GUEST_IPA;
	conf_expect_ok("RMI_REC_CREATE", "the guest's REC",
		       rmi_rec_create(&rmm, guest->realm.rd, guest->rec.pa, guest->rec.params_pa));
	conf_measure_rec(&guest->rim, guest->rec.params);
	conf_expect_ok("RMI_REALM_ACTIVATE", "the guest", rmi_realm_activate(&rmm, guest->realm.rd));
	guest->run_pa = conf_granule();
	guest->run = conf_content(guest->run_pa);
	conf_guest_enter(guest);
	conf_need_true("RMI_REC_ENTER", "the guest has come up", conf_guest_back(guest, x));
}

void conf_guest_make(struct conf_guest *guest)
{
	conf_guest_prepare(guest);
	conf_guest_load(guest);
	conf_guest_start(guest);
}

void conf_guest_enter(struct conf_guest *guest)
{
	do {
		conf_expect_ok("RMI_REC_ENTER", "the guest",
			       rmi_rec_enter(&rmm, guest->rec.pa, guest->run_pa));
	} while (guest->run->exit.exit_reason == RMI_EXIT_IRQ);
}

bool conf_guest_back(struct conf_guest *guest, uint64_t x[GUEST_GPRS])
{
	if (guest->run->exit.exit_reason != RMI_EXIT_HOST_CALL)
		return false;
	memcpy(x, guest->run->exit.gprs, GUEST_GPRS * sizeof(x[0]));
	return true;
}

static void place(struct conf_guest *guest, uint64_t op, const uint64_t x[GUEST_GPRS])
{
	memset(&guest->run->enter, 0, sizeof(guest->run->enter));
	memcpy(guest->run->enter.gprs, x, GUEST_GPRS * sizeof(x[0]));
	guest->run->enter.gprs[GPR_OP] = op;
}

static bool order(struct conf_guest *guest, uint64_t op, uint64_t x[GUEST_GPRS])
{
	place(guest, op, x);
	conf_guest_enter(guest);
	return conf_guest_back(guest, x);
}

bool conf_guest_smc(struct conf_guest *guest, uint64_t x[GUEST_GPRS])
{
	return order(guest, OP_SMC, x);
}

bool conf_guest_load64(struct conf_guest *guest, uint64_t ipa, uint64_t *value, uint64_t *fault)
{
	uint64_t x[GUEST_GPRS] = { 0, ipa };
	bool back = order(guest, OP_LOAD, x);

	*value = x[0];
	*fault = x[17];
	return back;
}

bool conf_guest_store64(struct conf_guest *guest, uint64_t ipa, uint64_t value, uint64_t *fault)
{
	uint64_t x[GUEST_GPRS] = { value, ipa };
	bool back = order(guest, OP_STORE, x);

	*fault = x[17];
	return back;
}

void conf_guest_order_wait(struct conf_guest *guest, uint64_t started, uint64_t go_on)
{
	const uint64_t x[GUEST_GPRS] = { 0, go_on, started };

	place(guest, OP_WAIT, x);
}
