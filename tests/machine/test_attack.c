/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hostile host against memory that realms share. Each attack says what must be refused and how that
 * shows: by the faulting access itself, or by an error code and nothing changed.
 */
#include <caec/arm.h>

#include "machine.h"
#include "puppet/csm_realms.h"

#define SECRET ABI_U64(0x5ec2e75ec2e7)

/* What the provider wrote is still there, and the consumer still sees it. */
static void check_untouched(struct puppet_csm_setup *s)
{
	uint64_t value;

	CHECK_EQ(realm_read64(s->p, CSM_WINDOW, &value), 0);
	CHECK_EQ(value, SECRET);
	CHECK_EQ(realm_read64(s->c, CSM_WINDOW, &value), 0);
	CHECK_EQ(value, SECRET);
}

static uint64_t shared_granule(struct puppet_csm_setup *s)
{
	uint64_t pa, other;

	puppet_csm_setup(s, 2, CSM_PERM_RW);
	CHECK_EQ(realm_write64(s->p, CSM_WINDOW, SECRET), 0);
	CHECK_OK(host_translate(&s->p->realm, CSM_WINDOW, &pa));
	CHECK_OK(host_translate(&s->c->realm, CSM_WINDOW, &other));
	CHECK_EQ(pa, other);
	return pa;
}

MACHINE_TEST(attack_host_access)
{
	struct puppet_csm_setup s;
	uint64_t pa = shared_granule(&s), value = 0;

	CHECK_EQ(probe_read64(pa, &value), ESR_GRANULE_PROTECTION_FAULT);
	CHECK(value != SECRET);
	CHECK_EQ(probe_write64(pa, 0), ESR_GRANULE_PROTECTION_FAULT | ESR_WNR);
	check_untouched(&s);
	realm_end(s.p);
	realm_end(s.c);
}

MACHINE_TEST(attack_host_commands)
{
	struct puppet_csm_setup s;
	uint64_t pa = shared_granule(&s), buffer = test_granule();
	struct test_realm *x = puppet_csm_realm("X");
	uint64_t ns = host_unprotected_base(&x->realm);
	uint64_t value = 0;

	CHECK_RMI(host_rmi_granule_undelegate(&rmm, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_granule_delegate(&rmm, pa), RMI_ERROR_INPUT);
	CHECK_OK(host_make_tables(&x->realm, CSM_WINDOW, GRANULE_SIZE, 3));
	CHECK_RMI(host_rmi_data_create_unknown(&rmm, x->realm.rd, pa, CSM_WINDOW), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_data_create(&rmm, x->realm.rd, pa, CSM_WINDOW, buffer, 0), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rtt_create(&rmm, x->realm.rd, pa, CSM_WINDOW + 0x40000000, 2), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_realm_create(&rmm, pa, buffer), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_create(&rmm, x->realm.rd, pa, buffer), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_realm_destroy(&rmm, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_enter(&rmm, pa, buffer), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_rec_enter(&rmm, s.c->realm.recs[0].pa, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_csm_apt_create(&rmm, x->realm.rd, pa), RMI_ERROR_INPUT);
	CHECK_RMI(host_rmi_csm_apt_extend(&rmm, x->realm.rd, pa), RMI_ERROR_INPUT);
	/* A page of the host's choice where C expects P's. */
	value = test_granule();
	CHECK_OK(host_rmi_granule_delegate(&rmm, value));
	CHECK_RMI(host_rmi_data_create_unknown(&rmm, s.c->realm.rd, value, CSM_WINDOW),
		  rmi_result(RMI_ERROR_RTT, 3));
	CHECK_OK(host_rmi_granule_undelegate(&rmm, value));
	test_granule_free(value);
	/* Mapped as host memory into a realm that is with the host: the access faults. */
	CHECK_OK(host_map_unprotected(&x->realm, ns, pa, GRANULE_SIZE, HOST_UNPROTECTED_WB_RW));
	value = 0;
	CHECK(realm_read64(x, ns, &value) != 0);
	CHECK(value != SECRET);
	CHECK_OK(host_unmap_unprotected(&x->realm, ns, GRANULE_SIZE));
	check_untouched(&s);
	test_granule_free(buffer);
	realm_end(x);
	realm_end(s.p);
	realm_end(s.c);
}

/* The host shows the APT's and the tables' granules no more than data. */
MACHINE_TEST(attack_metadata)
{
	struct puppet_csm_setup s;
	struct host_rmi_csm_entry entry;
	uint64_t value;

	shared_granule(&s);
	CHECK_EQ(probe_read64(s.p->realm.rd, &value), ESR_GRANULE_PROTECTION_FAULT);
	CHECK_EQ(probe_read64(s.p->realm.start_pa, &value), ESR_GRANULE_PROTECTION_FAULT);
	CHECK_EQ(probe_read64(s.p->realm.recs[0].pa, &value), ESR_GRANULE_PROTECTION_FAULT);
	CHECK_RMI(host_rmi_realm_destroy(&rmm, s.p->realm.rd), RMI_ERROR_REALM);
	CHECK_RMI(host_rmi_csm_entry_read(&rmm, s.c->realm.rd, 0, &entry), RMI_SUCCESS);
	CHECK_EQ(entry.role, CSM_ROLE_CONSUMER);
	CHECK_EQ(entry.state, CSM_STATE_ATTACHED);
	CHECK_EQ(entry.base, CSM_WINDOW);
	CHECK_EQ(entry.size, s.size);
	check_untouched(&s);
	realm_end(s.p);
	realm_end(s.c);
}
