/* SPDX-License-Identifier: BSD-3-Clause */
#include "objects.h"

#include "common/hostcall.h"

/* --- Realms ------------------------------------------------------------------------------------------ */

void conf_realm_prepare_as(struct conf_realm *realm, unsigned int ipa_bits, int64_t start_level,
			   unsigned int start_count)
{
	static uint16_t vmid;
	struct rmi_realm_params *p;

	realm->rd = conf_delegated();
	realm->params_pa = conf_granule();
	realm->params = p = conf_content(realm->params_pa);
	p->s2sz = (uint8_t)ipa_bits;
	p->num_bps = (uint8_t)host_feature(&rmm, RMI_FEATURE0_NUM_BPS_SHIFT, RMI_FEATURE0_NUM_BPS_WIDTH);
	p->num_wps = (uint8_t)host_feature(&rmm, RMI_FEATURE0_NUM_WPS_SHIFT, RMI_FEATURE0_NUM_WPS_WIDTH);
	p->hash_algo =
		host_feature(&rmm, RMI_FEATURE0_HASH_SHA_256_SHIFT, 1) ? RMI_HASH_SHA_256 : RMI_HASH_SHA_512;
	/* Within 8 bits, for machines that have no more; 0 is left alone. */
	vmid = vmid == 0xff ? 1 : vmid + 1;
	p->vmid = vmid;
	p->rtt_base = conf_delegated_run(start_count);
	p->rtt_level_start = start_level;
	p->rtt_num_start = start_count;
}

void conf_realm_prepare(struct conf_realm *realm)
{
	conf_realm_prepare_as(realm, CONF_IPA_BITS, CONF_START_LEVEL, 1);
}

void conf_realm_create(struct conf_realm *realm)
{
	conf_expect_ok("RMI_REALM_CREATE", "a realm for the case",
		       host_rmi_realm_create(&rmm, realm->rd, realm->params_pa));
}

void conf_realm_make(struct conf_realm *realm)
{
	conf_realm_prepare(realm);
	conf_realm_create(realm);
}

void conf_realm_make_as(struct conf_realm *realm, unsigned int ipa_bits, int64_t start_level,
			unsigned int start_count)
{
	conf_realm_prepare_as(realm, ipa_bits, start_level, start_count);
	conf_realm_create(realm);
}

void conf_realm_release(struct conf_realm *realm)
{
	conf_take_back(realm->rd, 1);
	conf_take_back(realm->params->rtt_base, realm->params->rtt_num_start);
	memory_free(realm->params_pa);
}

void conf_realm_unmake(struct conf_realm *realm)
{
	conf_expect_ok("RMI_REALM_DESTROY", "the case's realm", host_rmi_realm_destroy(&rmm, realm->rd));
	conf_realm_release(realm);
}

/* --- Tables ------------------------------------------------------------------------------------------ */

static uint64_t align_down(uint64_t value, uint64_t size)
{
	return value & ~(size - 1);
}

uint64_t conf_table(struct conf_realm *realm, uint64_t ipa, int64_t level)
{
	uint64_t pa = conf_delegated();

	ipa = align_down(ipa, level_size(level - 1));
	conf_expect_ok("RMI_RTT_CREATE", conf_text("a table at level %d, IPA 0x%lx", (int)level, ipa),
		       host_rmi_rtt_create(&rmm, realm->rd, pa, ipa, level));
	return pa;
}

struct host_rmi_rtt_entry conf_entry(struct conf_realm *realm, uint64_t ipa, int64_t level)
{
	struct host_rmi_rtt_entry entry;

	conf_expect_ok("RMI_RTT_READ_ENTRY", conf_text("level %d, IPA 0x%lx", (int)level, ipa),
		       host_rmi_rtt_read_entry(&rmm, realm->rd, align_down(ipa, level_size(level)), level,
					       &entry));
	return entry;
}

void conf_tables(struct conf_realm *realm, uint64_t ipa, int64_t level)
{
	for (int64_t l = realm->params->rtt_level_start + 1; l <= level; l++)
		if (conf_entry(realm, ipa, l - 1).state != RMI_TABLE)
			conf_table(realm, ipa, l);
}

bool conf_check_entry(const char *rule, const char *text, struct conf_realm *realm, uint64_t ipa,
		      int64_t level, const struct host_rmi_rtt_entry *expected)
{
	struct host_rmi_rtt_entry entry;
	uint64_t result = host_rmi_rtt_read_entry(&rmm, realm->rd, ipa, level, &entry);

	if (result != RMI_SUCCESS)
		return conf_check_status(rule, conf_text("%s (READ_ENTRY)", text), result, RMI_SUCCESS);
	if (entry.level != expected->level)
		return conf_check(rule, conf_text("%s (level of the walk)", text), (uint64_t)entry.level,
				  (uint64_t)expected->level);
	if (entry.state != expected->state)
		return conf_check(rule, conf_text("%s (state)", text), entry.state, expected->state);
	if (expected->state != RMI_TABLE && entry.ripas != expected->ripas)
		return conf_check(rule, conf_text("%s (RIPAS)", text), entry.ripas, expected->ripas);
	return conf_check(rule, text, entry.desc, expected->desc);
}

/* --- Data -------------------------------------------------------------------------------------------- */

static void place(struct conf_realm *realm, uint64_t ipa, uint64_t pa)
{
	conf_expect_ok("RMI_DATA_CREATE_UNKNOWN", conf_text("a page at IPA 0x%lx", ipa),
		       host_rmi_data_create_unknown(&rmm, realm->rd, pa, ipa));
}

uint64_t conf_data(struct conf_realm *realm, uint64_t ipa)
{
	uint64_t pa = conf_delegated();

	conf_tables(realm, ipa, 3);
	place(realm, ipa, pa);
	return pa;
}

uint64_t conf_data_content(struct conf_realm *realm, uint64_t ipa, const void *content)
{
	uint64_t pa = conf_delegated(), source = conf_granule();

	conf_tables(realm, ipa, 3);
	memcpy(conf_content(source), content, GRANULE_SIZE);
	conf_expect_ok("RMI_DATA_CREATE", conf_text("a page at IPA 0x%lx", ipa),
		       host_rmi_data_create(&rmm, realm->rd, pa, ipa, source, 0));
	memory_free(source);
	return pa;
}

uint64_t conf_data_run(struct conf_realm *realm, uint64_t ipa)
{
	uint64_t pa = conf_delegated_run(512);

	conf_tables(realm, ipa, 3);
	for (unsigned int i = 0; i < 512; i++)
		place(realm, ipa + i * GRANULE_SIZE, pa + i * GRANULE_SIZE);
	return pa;
}

void conf_ram(struct conf_realm *realm, uint64_t base, uint64_t top)
{
	while (base < top) {
		uint64_t out_top = base;
		uint64_t result = host_rmi_rtt_init_ripas(&rmm, realm->rd, base, top, &out_top);

		if (rmi_result_status(result) == RMI_ERROR_RTT && rmi_result_index(result) < 3) {
			conf_table(realm, base, (int64_t)rmi_result_index(result) + 1);
			continue;
		}
		conf_expect_ok("RMI_RTT_INIT_RIPAS", conf_text("[0x%lx, 0x%lx)", base, top), result);
		conf_leave_unless(out_top > base);
		base = out_top;
	}
}

/* --- RECs -------------------------------------------------------------------------------------------- */

void conf_rec_prepare(struct conf_rec *rec, struct conf_realm *realm, unsigned int index)
{
	struct rmi_rec_params *p;

	rec->pa = conf_delegated();
	rec->params_pa = conf_granule();
	rec->params = p = conf_content(rec->params_pa);
	conf_expect_ok("RMI_REC_AUX_COUNT", "for the case's REC",
		       host_rmi_rec_aux_count(&rmm, realm->rd, &rec->aux_count));
	conf_leave_unless(rec->aux_count <= RMI_MAX_AUX);
	p->flags = RMI_REC_CREATE_FLAG_RUNNABLE;
	p->mpidr = (index & 0xf) | (uint64_t)(index >> 4) << 8;
	p->pc = REALM_IMAGE_IPA;
	p->num_aux = rec->aux_count;
	for (unsigned int i = 0; i < rec->aux_count; i++)
		p->aux[i] = conf_delegated();
}

void conf_rec_make(struct conf_rec *rec, struct conf_realm *realm, unsigned int index)
{
	conf_rec_prepare(rec, realm, index);
	conf_expect_ok("RMI_REC_CREATE", conf_text("REC %u for the case", index),
		       host_rmi_rec_create(&rmm, realm->rd, rec->pa, rec->params_pa));
}

void conf_rec_release(struct conf_rec *rec)
{
	conf_take_back(rec->pa, 1);
	for (unsigned int i = 0; i < rec->aux_count; i++)
		conf_take_back(rec->params->aux[i], 1);
	memory_free(rec->params_pa);
}

void conf_rec_unmake(struct conf_rec *rec)
{
	conf_expect_ok("RMI_REC_DESTROY", "the case's REC", host_rmi_rec_destroy(&rmm, rec->pa));
	conf_rec_release(rec);
}

/* --- A granule in each state ------------------------------------------------------------------------- */

uint64_t conf_granule_in[CONF_STATES];
struct conf_realm conf_zoo_realm;

void conf_zoo(void)
{
	struct conf_realm *realm = &conf_zoo_realm;
	struct conf_rec rec;

	if (conf_granule_in[CONF_RTT] != 0)
		return;
	conf_realm_make(realm);
	conf_rec_make(&rec, realm, 0);
	conf_granule_in[CONF_UNDELEGATED] = conf_granule();
	conf_granule_in[CONF_DELEGATED] = conf_delegated();
	conf_granule_in[CONF_RD] = realm->rd;
	conf_granule_in[CONF_REC] = rec.pa;
	conf_granule_in[CONF_REC_AUX] = rec.aux_count != 0 ? rec.params->aux[0] : 0;
	conf_granule_in[CONF_DATA] = conf_data(realm, 0);
	conf_granule_in[CONF_RTT] = realm->params->rtt_base;
}

const char *conf_state_name(enum conf_state state)
{
	static const char *const names[CONF_STATES] = { "UNDELEGATED", "DELEGATED", "RD", "REC",
							"REC_AUX",     "DATA",      "RTT" };

	return names[state];
}
