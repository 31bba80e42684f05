/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REC_ENTER, and a realm's calls of RSI and PSCI (DEN0137 B4.3.13, B5.3, B6). The realm makes one call at most, then an
 * interrupt of the host comes.
 */
#include <openssl/evp.h>

#include "oracle/model/inside.h"

/* --- What calls have in common ------------------------------------------------------------------------------------ */

bool irq_pending(struct entry *e)
{
	if (e->irq > 0)
		e->irq--;
	return e->irq == 0;
}

static void skip(struct entry *e)
{
	e->rec->pc += 4;
}

static bool give_x0(struct entry *e, uint64_t x0)
{
	e->rec->gprs[0] = x0;
	skip(e);
	return true;
}

bool give(struct entry *e, uint64_t x0, uint64_t x1, uint64_t x2)
{
	e->rec->gprs[1] = x1;
	e->rec->gprs[2] = x2;
	e->rec->gprs[3] = 0;
	return give_x0(e, x0);
}

static bool give_input_error(struct entry *e)
{
	return give(e, RSI_ERROR_INPUT, 0, 0);
}

enum access { ACCESS_OK, ACCESS_INPUT, ACCESS_FAULT };

/* The realm's page for a call's buffer, where it may write. FAULT: the exit says that the host is to bring it. */
static enum access find_page(struct entry *e, uint64_t ipa, uint64_t *pa)
{
	struct oracle_place p = oracle_walk(e->realm, ipa, LEVEL_PAGE);
	bool foreign = p.entry->what == ORACLE_FOREIGN;

	if (usable_page(&p, ipa) != NULL || (foreign && p.entry->permission == CSM_PERM_RW)) {
		*pa = p.entry->pa + (ipa - p.start);
		return ACCESS_OK;
	}
	if (foreign || p.entry->ripas == RMI_EMPTY)
		return ACCESS_INPUT;
	e->exit->exit_reason = RMI_EXIT_SYNC;
	e->exit->esr = UINT64_C(0x24) << 26 | 4 | (uint64_t)p.level;
	e->exit->hpfar = ALIGN_DOWN(ipa, PAGE) >> 8;
	return ACCESS_FAULT;
}

/* A buffer of a call: aligned, protected. */
static enum access find_buffer(struct entry *e, uint64_t ipa, uint64_t size, uint64_t *pa)
{
	if (!IS_ALIGNED(ipa, size) || !oracle_is_protected(e->realm, ipa))
		return ACCESS_INPUT;
	return find_page(e, ipa, pa);
}

static const void *memory(const struct entry *e, uint64_t pa)
{
	return (const uint8_t *)e->hint->memory(ALIGN_DOWN(pa, PAGE)) + (pa & (PAGE - 1));
}

/* --- RSI --------------------------------------------------------------------------------------------------------------- */

static bool rsi_version(struct entry *e)
{
	uint64_t status = e->rec->gprs[1] == RSI_ABI_VERSION ? RSI_SUCCESS : RSI_ERROR_INPUT;

	return give(e, status, RSI_ABI_VERSION, RSI_ABI_VERSION);
}

static bool measurement_read(struct entry *e)
{
	uint64_t index = e->rec->gprs[1];

	if (index >= RSI_NUM_MEASUREMENTS)
		return give_input_error(e);
	memcpy(&e->rec->gprs[1], e->realm->measurement[index], RSI_MEASUREMENT_SIZE);
	return give_x0(e, RSI_SUCCESS);
}

/* The hash of the old value and the bytes given (docs/limits.md). */
static bool measurement_extend(struct entry *e)
{
	uint64_t index = e->rec->gprs[1], size = e->rec->gprs[2];
	bool is_256 = e->realm->hash_algo == RMI_HASH_SHA_256;
	uint8_t input[2 * RSI_MEASUREMENT_SIZE];
	size_t old = is_256 ? 32 : 64;
	uint64_t *value;

	if (index == 0 || index >= RSI_NUM_MEASUREMENTS || size > RSI_MEASUREMENT_SIZE)
		return give_input_error(e);
	value = e->realm->measurement[index];
	memcpy(input, value, old);
	memcpy(input + old, &e->rec->gprs[3], size);
	memset(value, 0, RSI_MEASUREMENT_SIZE);
	assert(EVP_Digest(input, old + size, (uint8_t *)value, NULL, is_256 ? EVP_sha256() : EVP_sha512(),
			  NULL));
	return give(e, RSI_SUCCESS, 0, 0);
}

/* How long a token may be the model does not know. */
static bool token_init(struct entry *e)
{
	uint64_t bound = e->hint->gprs[1];

	assert(bound > 0 && bound < 16 * PAGE);
	e->rec->attests = true;
	return give(e, RSI_SUCCESS, bound, 0);
}

/* The platform here has no key: no signature can be made. */
static bool token_continue(struct entry *e)
{
	uint64_t addr = e->rec->gprs[1], offset = e->rec->gprs[2], size = e->rec->gprs[3];

	if (!IS_ALIGNED(addr, PAGE) || !oracle_is_protected(e->realm, addr) || offset >= PAGE ||
	    size > PAGE - offset)
		return give_input_error(e);
	return give(e, e->rec->attests ? RSI_ERROR_UNKNOWN : RSI_ERROR_STATE, 0, 0);
}

static bool realm_config(struct entry *e)
{
	struct rsi_realm_config config = { .ipa_width = e->realm->ipa_bits,
					   .hash_algo = e->realm->hash_algo };
	uint64_t pa;

	switch (find_buffer(e, e->rec->gprs[1], sizeof(config), &pa)) {
	case ACCESS_INPUT:
		return give_input_error(e);
	case ACCESS_FAULT:
		return false;
	default:
		memcpy(config.rpv, e->realm->rpv, sizeof(config.rpv));
		assert(memcmp(memory(e, pa), &config, sizeof(config)) == 0);
		return give(e, RSI_SUCCESS, 0, 0);
	}
}

static bool host_call(struct entry *e)
{
	uint64_t addr = e->rec->gprs[1], pa;
	const struct rsi_host_call *call;

	switch (find_buffer(e, addr, sizeof(*call), &pa)) {
	case ACCESS_INPUT:
		return give_input_error(e);
	case ACCESS_FAULT:
		return false;
	default:
		break;
	}
	call = memory(e, pa);
	e->exit->exit_reason = RMI_EXIT_HOST_CALL;
	e->exit->imm = call->imm;
	memcpy(e->exit->gprs, call->gprs, sizeof(e->exit->gprs));
	e->rec->host_call_pending = true;
	e->rec->host_call = addr;
	skip(e);
	return false;
}

bool host_call_resume(struct entry *e, const uint64_t *gprs)
{
	const struct rsi_host_call *call;
	uint64_t pa;

	switch (find_page(e, e->rec->host_call, &pa)) {
	case ACCESS_FAULT:
		return false;
	case ACCESS_INPUT:
		e->rec->gprs[0] = RSI_ERROR_INPUT;
		break;
	default:
		call = memory(e, pa);
		/* What the realm calls next may write there, too. */
		assert(e->writes_later || memcmp(call->gprs, gprs, sizeof(call->gprs)) == 0);
		e->rec->gprs[0] = RSI_SUCCESS;
	}
	e->rec->host_call_pending = false;
	return true;
}

static bool rsi_range_is_valid(const struct entry *e, uint64_t base, uint64_t top)
{
	return IS_ALIGNED(base | top, PAGE) && base < top && top <= oracle_size(e->realm) / 2;
}

static bool ipa_state_set(struct entry *e)
{
	struct oracle_rec *rec = e->rec;
	uint64_t base = rec->gprs[1], top = rec->gprs[2];
	uint8_t ripas = (uint8_t)rec->gprs[3];

	if (!rsi_range_is_valid(e, base, top) || ripas > RSI_RAM ||
	    oracle_range_at(rec->realm, base, top) != NULL)
		return give_input_error(e);
	rec->ripas_pending = true;
	rec->ripas_base = e->exit->ripas_base = base;
	rec->ripas_top = e->exit->ripas_top = top;
	rec->ripas = e->exit->ripas_value = ripas;
	rec->ripas_destroyed = rec->gprs[4] & RSI_IPA_STATE_FLAG_DESTROYED;
	e->exit->exit_reason = RMI_EXIT_RIPAS_CHANGE;
	skip(e);
	return false;
}

void ripas_resume(struct entry *e, bool rejected)
{
	struct oracle_rec *rec = e->rec;
	bool refused = rejected && rec->ripas == RMI_RAM && rec->ripas_base != rec->ripas_top;

	if (!rec->ripas_pending)
		return;
	rec->gprs[0] = RSI_SUCCESS;
	rec->gprs[1] = rec->ripas_base;
	rec->gprs[2] = refused ? RSI_REJECT : RSI_ACCEPT;
	rec->gprs[3] = 0;
	rec->ripas_pending = false;
	rec->ripas_base = rec->ripas_top = 0;
}

/* As far as the RIPAS is the same, in the table in which it begins. */
static bool ipa_state_get(struct entry *e)
{
	uint64_t base = e->rec->gprs[1], top = e->rec->gprs[2], at;
	struct oracle_place p;
	uint8_t ripas;

	if (!rsi_range_is_valid(e, base, top))
		return give_input_error(e);
	p = oracle_walk(e->realm, base, LEVEL_PAGE);
	ripas = p.entry->what == ORACLE_FOREIGN ? RMI_RAM : p.entry->ripas;
	at = p.start;
	for (unsigned int i = p.index; i < ORACLE_ENTRIES && at < top; i++, at += p.size) {
		const struct oracle_entry *next = &p.table->entry[i];

		if (next->what == ORACLE_TABLE ||
		    (next->what == ORACLE_FOREIGN ? RMI_RAM : next->ripas) != ripas)
			break;
	}
	return give(e, RSI_SUCCESS, MIN(at, top), ripas);
}

bool realm_smc(struct entry *e)
{
	uint32_t fid = (uint32_t)e->rec->gprs[0] & ~(uint32_t)SMCCC_SVE_HINT;

	switch (fid) {
	case RSI_VERSION:
		return rsi_version(e);
	case RSI_FEATURES:
		return give(e, RSI_SUCCESS, 0, 0);
	case RSI_MEASUREMENT_READ:
		return measurement_read(e);
	case RSI_MEASUREMENT_EXTEND:
		return measurement_extend(e);
	case RSI_ATTESTATION_TOKEN_INIT:
		return token_init(e);
	case RSI_ATTESTATION_TOKEN_CONTINUE:
		return token_continue(e);
	case RSI_REALM_CONFIG:
		return realm_config(e);
	case RSI_IPA_STATE_SET:
		return ipa_state_set(e);
	case RSI_IPA_STATE_GET:
		return ipa_state_get(e);
	case RSI_HOST_CALL:
		return host_call(e);
	case SMCCC_VERSION:
		return give_x0(e, SMCCC_VERSION_1_3);
	default:
		return (fid & 0xbfffffe0) == PSCI_VERSION ? psci(e, fid) : do_csm_call(e);
	}
}

/* --- PSCI ------------------------------------------------------------------------------------------------------------ */

static bool psci_give(struct entry *e, int64_t status)
{
	return give_x0(e, (uint64_t)status);
}

static bool psci_leave(struct entry *e, uint32_t fid, uint64_t target)
{
	e->exit->exit_reason = RMI_EXIT_PSCI;
	e->exit->gprs[0] = fid;
	e->exit->gprs[1] = target & UINT64_C(0xff00ffff0f);
	skip(e);
	return false;
}

uint64_t rec_number(const struct oracle_realm *r, uint64_t mpidr)
{
	uint64_t number = (mpidr & 0xf) | (mpidr >> 8 & 0xffff) << 4 | (mpidr >> 32 & 0xff) << 20;

	if ((mpidr & ~UINT64_C(0xffffffff0f)) != 0 || number >= r->next_rec)
		return UINT64_MAX;
	return number;
}

static bool ask_about(struct entry *e, uint32_t fid, int64_t if_self)
{
	uint64_t target = e->rec->gprs[1], number = rec_number(e->realm, target);

	if (number == UINT64_MAX)
		return psci_give(e, PSCI_INVALID_PARAMETERS);
	if (number == e->rec->number)
		return psci_give(e, if_self);
	e->rec->psci_pending = true;
	return psci_leave(e, fid, target);
}

static bool psci_features(struct entry *e)
{
	static const uint32_t known[] = { SMCCC_VERSION,    PSCI_VERSION,          PSCI_CPU_SUSPEND_32,
					  PSCI_CPU_SUSPEND, PSCI_CPU_OFF,          PSCI_CPU_ON_32,
					  PSCI_CPU_ON,      PSCI_AFFINITY_INFO_32, PSCI_AFFINITY_INFO,
					  PSCI_SYSTEM_OFF,  PSCI_SYSTEM_RESET,     PSCI_FEATURES };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i] == (uint32_t)e->rec->gprs[1])
			return psci_give(e, PSCI_SUCCESS);
	}
	return psci_give(e, PSCI_NOT_SUPPORTED);
}

bool psci(struct entry *e, uint32_t fid)
{
	uint64_t *x = e->rec->gprs;

	if (fid == PSCI_CPU_ON_32 || fid == PSCI_AFFINITY_INFO_32) {
		for (unsigned int i = 1; i <= 3; i++)
			x[i] = (uint32_t)x[i];
	}
	switch (fid) {
	case PSCI_VERSION:
		return give_x0(e, PSCI_VERSION_1_1);
	case PSCI_FEATURES:
		return psci_features(e);
	case PSCI_CPU_SUSPEND_32:
	case PSCI_CPU_SUSPEND:
		x[0] = PSCI_SUCCESS;
		return psci_leave(e, fid, 0);
	case PSCI_CPU_OFF:
		e->rec->runnable = false;
		return psci_leave(e, fid, 0);
	case PSCI_CPU_ON_32:
	case PSCI_CPU_ON:
		if (!oracle_is_protected(e->realm, x[2]))
			return psci_give(e, PSCI_INVALID_ADDRESS);
		return ask_about(e, fid, PSCI_ALREADY_ON);
	case PSCI_AFFINITY_INFO_32:
	case PSCI_AFFINITY_INFO:
		if ((uint32_t)x[2] != 0)
			return psci_give(e, PSCI_INVALID_PARAMETERS);
		return ask_about(e, fid, PSCI_AFFINITY_ON);
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
		e->realm->state = ORACLE_OFF;
		return psci_leave(e, fid, 0);
	default:
		return psci_give(e, PSCI_NOT_SUPPORTED);
	}
}

/* --- REC_ENTER ------------------------------------------------------------------------------------------------------- */

static void check_enter(const struct oracle_rec *rec, const struct rmi_rec_enter *enter,
			struct oracle_answer *a)
{
	enum oracle_realm_state state = oracle.realm[rec->realm].state;

	may_fail(a, state == ORACLE_NEW, rmi_result(RMI_ERROR_REALM, 0));
	may_fail(a, state == ORACLE_OFF, rmi_result(RMI_ERROR_REALM, 1));
	/* No exit here is an abort that could be emulated. */
	may_fail(a,
		 !rec->runnable || rec->psci_pending || (enter->gicv3_hcr & ~RMI_GICV3_HCR_ENTER_MASK) != 0 ||
			 ((enter->flags & RMI_REC_ENTER_FLAG_EMUL_MMIO) &&
			  !(enter->flags & RMI_REC_ENTER_FLAG_INJECT_SEA)),
		 RMI_ERROR_REC);
}

/* Gives the realm what it waits for. False: it can't go on. */
static bool resume(struct entry *e, const struct rmi_rec_enter *enter)
{
	ripas_resume(e, enter->flags & RMI_REC_ENTER_FLAG_RIPAS_REJECT);
	if (e->rec->host_call_pending && !host_call_resume(e, enter->gprs))
		return false;
	if (e->rec->csm_pending)
		return do_csm_resume(e, enter->flags & RMI_REC_ENTER_FLAG_CSM_REJECT);
	return true;
}

void rec_enter(const uint64_t *x, const struct rmi_rec_enter *enter, const uint64_t *smc,
	       const struct oracle_hint *hint, struct oracle_answer *a)
{
	struct oracle_rec *rec = oracle_rec_at(x[1]);
	struct entry e = { .rec = rec, .hint = hint, .exit = &a->exit, .irq = hint->irq };

	may_fail(a, rec == NULL || !is_host_memory(x[2]), RMI_ERROR_INPUT);
	if (fails(a))
		return;
	check_enter(rec, enter, a);
	if (fails(a))
		return;
	e.realm = &oracle.realm[rec->realm];
	e.writes_later = smc != NULL && ((uint32_t)smc[0] & ~(uint32_t)SMCCC_SVE_HINT) == RSI_REALM_CONFIG;
	if (!resume(&e, enter))
		return;
	if (smc != NULL) {
		memcpy(rec->gprs, smc, 18 * sizeof(smc[0]));
		if (!realm_smc(&e))
			return;
	}
	a->exit.exit_reason = RMI_EXIT_IRQ;
}
