/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REALM_CREATE: each failure condition alone, and what success leaves (DEN0137 A2.1, A3.1, B4.3.9).
 * Which IPA widths go with which tables: conf_realm_geometry.c.
 */
#include "commands.h"

static struct conf_realm realm; /* prepared, not created */
static struct conf_command good;

/* A new one; the former's granules stay where they are. */
static void begin_as(unsigned int ipa_bits, int64_t start_level, unsigned int start_count)
{
	conf_realm_prepare_as(&realm, ipa_bits, start_level, start_count);
	good = (struct conf_command){ CONF_COMMAND(RMI_REALM_CREATE), { 0, realm.rd, realm.params_pa } };
}

static void begin(void)
{
	begin_as(CONF_IPA_BITS, CONF_START_LEVEL, 1);
}

/* Nothing that was tried has changed anything: it works, and can be undone. */
static void end(void)
{
	if (conf_works(&good).x[0] == RMI_SUCCESS)
		conf_realm_unmake(&realm);
}

static unsigned int feature(unsigned int shift, unsigned int width)
{
	return host_feature(&rmm, shift, width);
}

/* The parameters as they are now must be refused; then they are as they were before `saved` was taken. */
static void refused(const char *condition, const char *text, const struct rmi_realm_params *saved)
{
	conf_fails(&good, condition, text, RMI_ERROR_INPUT);
	memcpy(realm.params, saved, sizeof(*saved));
}

/* The parameters as they are now must do. */
static void accepted(const char *rule, const char *text)
{
	if (conf_check_status(rule, text, host_rmi_realm_create(&rmm, realm.rd, realm.params_pa),
			      RMI_SUCCESS))
		conf_expect_ok("RMI_REALM_DESTROY", text, host_rmi_realm_destroy(&rmm, realm.rd));
}

/* refused() with one field changed. */
#define REFUSED(condition, field, value)                                                                  \
	do {                                                                                              \
		static struct rmi_realm_params saved_;                                                    \
		memcpy(&saved_, realm.params, sizeof(saved_));                                            \
		realm.params->field = (value);                                                            \
		refused(condition, conf_text(#field " = 0x%lx", (uint64_t)realm.params->field), &saved_); \
	} while (0)

/* --- Addresses --------------------------------------------------------------------------------------- */

static void addresses(void)
{
	begin();
	conf_break_granule(&good, "rd", "rd_state", 1, CONF_DELEGATED);
	conf_break_ns(&good, "params", 2);
	end();
}

/* The RD among the starting tables, all of them DELEGATED (B3.1: both ends belong to the range). */
static void alias(void)
{
	uint64_t run = conf_delegated_run(16);

	begin_as(42, 1, 8);
	realm.params->rtt_base = run + 8 * GRANULE_SIZE;
	for (unsigned int i = 8; i < 16; i++)
		conf_break(&good, "alias", 1, run + i * GRANULE_SIZE, RMI_ERROR_INPUT);
	good.x[1] = realm.rd = run + 7 * GRANULE_SIZE;
	accepted("RMI_REALM_CREATE.alias", "the granule before the tables is none of them");
	realm.params->rtt_base = run;
	good.x[1] = realm.rd = run + 8 * GRANULE_SIZE;
	accepted("RMI_REALM_CREATE.alias", "nor is the one behind");
}

static void rtt_align(void)
{
	static const uint64_t off[] = { 1, 8, 0x800 };
	uint64_t run = conf_delegated_run(32);

	begin();
	for (unsigned int i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		REFUSED("rtt_align", rtt_base, realm.params->rtt_base + off[i]);
	end();
	begin_as(43, 1, 16);
	for (unsigned int i = 1; i < 16; i++)
		REFUSED("rtt_align", rtt_base, run + i * GRANULE_SIZE);
	end();
}

static void rtt_state(void)
{
	static const uint64_t no_memory[] = { 0, CONF_NO_MEMORY, CONF_BEYOND_MEMORY,
					      ABI_U64(0xfffffffffffff000) };

	begin();
	conf_zoo();
	for (enum conf_state s = 0; s < CONF_STATES; s++)
		if (s != CONF_DELEGATED && conf_granule_in[s] != 0)
			REFUSED("rtt_state", rtt_base, conf_granule_in[s]);
	for (unsigned int i = 0; i < sizeof(no_memory) / sizeof(no_memory[0]); i++)
		REFUSED("rtt_state", rtt_base, no_memory[i]);
	end();
}

/* One of several isn't DELEGATED: each of them in turn. */
static void rtt_state_of_one(void)
{
	begin_as(41, 1, 4);
	for (unsigned int i = 0; i < 4; i++) {
		uint64_t pa = realm.params->rtt_base + i * GRANULE_SIZE;

		conf_expect_ok("RMI_GRANULE_UNDELEGATE", "a starting table",
			       host_rmi_granule_undelegate(&rmm, pa));
		conf_fails(&good, "rtt_state", conf_text("table %u of 4 is UNDELEGATED", i), RMI_ERROR_INPUT);
		conf_expect_ok("RMI_GRANULE_DELEGATE", "a starting table",
			       host_rmi_granule_delegate(&rmm, pa));
	}
	end();
}

/* --- Parameters -------------------------------------------------------------------------------------- */

static void hash(void)
{
	static const char *const names[] = { "SHA-256", "SHA-512" };

	begin();
	REFUSED("params_valid", hash_algo, 2);
	REFUSED("params_valid", hash_algo, 0x80);
	REFUSED("params_valid", hash_algo, 0xff);
	for (uint8_t algo = 0; algo < 2; algo++) {
		if (feature(RMI_FEATURE0_HASH_SHA_256_SHIFT + algo, 1) == 0) {
			REFUSED("params_supp", hash_algo, algo);
		} else {
			realm.params->hash_algo = algo;
			accepted("RKPBQM", conf_text("%s is offered", names[algo]));
		}
	}
	end();
}

static void debug(void)
{
	unsigned int bps = feature(RMI_FEATURE0_NUM_BPS_SHIFT, RMI_FEATURE0_NUM_BPS_WIDTH);
	unsigned int wps = feature(RMI_FEATURE0_NUM_WPS_SHIFT, RMI_FEATURE0_NUM_WPS_WIDTH);

	begin();
	REFUSED("params_supp", num_bps, 0);
	REFUSED("params_supp", num_bps, (uint8_t)(bps + 1));
	REFUSED("params_supp", num_bps, 0xff);
	REFUSED("params_supp", num_wps, 0);
	REFUSED("params_supp", num_wps, (uint8_t)(wps + 1));
	REFUSED("params_supp", num_wps, 0xff);
	for (unsigned int n = 1; n <= bps; n++) {
		realm.params->num_bps = (uint8_t)n;
		accepted("RCJQTB", conf_text("%u of %u breakpoints", n + 1, bps + 1));
	}
	for (unsigned int n = 1; n <= wps; n++) {
		realm.params->num_wps = (uint8_t)n;
		accepted("RPLMDH", conf_text("%u of %u watchpoints", n + 1, wps + 1));
	}
	end();
}

static void sve(void)
{
	unsigned int vl = feature(RMI_FEATURE0_SVE_VL_SHIFT, RMI_FEATURE0_SVE_VL_WIDTH);

	begin();
	if (feature(RMI_FEATURE0_SVE_EN_SHIFT, 1) == 0) {
		REFUSED("params_supp", flags, RMI_REALM_FLAG_SVE);
		end();
		return;
	}
	realm.params->flags = RMI_REALM_FLAG_SVE;
	REFUSED("params_supp", sve_vl, (uint8_t)(vl + 1));
	REFUSED("params_supp", sve_vl, 0x10);
	REFUSED("params_supp", sve_vl, 0xff);
	realm.params->sve_vl = 0;
	accepted("RFZZDS", "SVE, 128 bits");
	realm.params->sve_vl = (uint8_t)vl;
	accepted("RFZZDS", conf_text("SVE, %u bits, all that there are", (vl + 1) * 128));
	end();
}

static void pmu(void)
{
	unsigned int counters = feature(RMI_FEATURE0_PMU_NUM_CTRS_SHIFT, RMI_FEATURE0_PMU_NUM_CTRS_WIDTH);

	begin();
	if (feature(RMI_FEATURE0_PMU_EN_SHIFT, 1) == 0) {
		REFUSED("params_supp", flags, RMI_REALM_FLAG_PMU);
		end();
		return;
	}
	realm.params->flags = RMI_REALM_FLAG_PMU;
	realm.params->pmu_num_ctrs = (uint8_t)counters;
	REFUSED("params_supp", pmu_num_ctrs, (uint8_t)(counters + 1));
	REFUSED("params_supp", pmu_num_ctrs, 0x20);
	REFUSED("params_supp", pmu_num_ctrs, 0xff);
	accepted("RXVRGD", conf_text("all of %u counters", counters));
	if (counters > 1) {
		realm.params->pmu_num_ctrs = (uint8_t)(counters - 1);
		accepted("RXVRGD", "all but one");
	}
	end();
}

static void lpa2(void)
{
	begin();
	if (feature(RMI_FEATURE0_LPA2_SHIFT, 1) == 0) {
		REFUSED("params_supp", flags, RMI_REALM_FLAG_LPA2);
	} else {
		realm.params->flags = RMI_REALM_FLAG_LPA2;
		accepted("INKLXQ", "with LPA2");
	}
	end();
}

/* --- VMIDs ------------------------------------------------------------------------------------------- */

/* ID_AA64MMFR1_EL1.VMIDBits (DDI0487 D23): 2 says 16 bits. */
static bool has_vmid16(void)
{
	return (sysreg_read(id_aa64mmfr1_el1) >> 4 & 0xf) == 2;
}

static void vmid(void)
{
	struct conf_realm other;

	conf_realm_make(&other);
	begin();
	REFUSED("vmid_valid", vmid, other.params->vmid);
	realm.params->vmid = 0;
	accepted("VmidIsValid", "VMID 0");
	realm.params->vmid = 0xff;
	accepted("VmidIsValid", "VMID 0xff");
	for (unsigned int i = 0x100; i <= 0xffff; i += 0x1eff) {
		if (has_vmid16()) {
			realm.params->vmid = (uint16_t)i;
			accepted("VmidIsValid", conf_text("VMID 0x%x", i));
		} else {
			REFUSED("vmid_valid", vmid, (uint16_t)i);
		}
	}
	realm.params->vmid = other.params->vmid;
	conf_fails(&good, "vmid_valid", "in use until its realm is destroyed", RMI_ERROR_INPUT);
	conf_realm_unmake(&other);
	accepted("RMI_REALM_DESTROY.vmid", "in use no more");
}

/* --- Success ----------------------------------------------------------------------------------------- */

/* Entries of one half of the starting tables that aren't as they should be. */
static unsigned int wrong_entries(uint64_t base, uint64_t end_ipa)
{
	int64_t level = realm.params->rtt_level_start;
	unsigned int wrong = 0;

	for (uint64_t ipa = base; ipa < end_ipa; ipa += level_size(level)) {
		struct host_rmi_rtt_entry e;

		if (host_rmi_rtt_read_entry(&rmm, realm.rd, ipa, level, &e) != RMI_SUCCESS ||
		    e.level != level || e.state != RMI_UNASSIGNED || e.desc != 0 || e.ripas != RMI_EMPTY)
			wrong++;
	}
	return wrong;
}

static void check_states(const char *rule, const char *text, uint64_t pa, unsigned int count)
{
	unsigned int refusals = 0;

	for (unsigned int i = 0; i < count; i++)
		refusals += host_rmi_granule_undelegate(&rmm, pa + i * GRANULE_SIZE) == RMI_ERROR_INPUT;
	conf_check(rule, text, refusals, count);
}

static void success_as(unsigned int ipa_bits, int64_t start_level, unsigned int start_count)
{
	struct host_rmi_rtt_entry e;
	uint64_t top;

	begin_as(ipa_bits, start_level, start_count);
	memset(realm.params->rpv, 0xa5, sizeof(realm.params->rpv));
	conf_leave_unless(conf_works(&good).x[0] == RMI_SUCCESS);
	top = conf_ipa_end(&realm);
	check_states("RMI_REALM_CREATE.rd_state", "the RD is no longer DELEGATED", realm.rd, 1);
	check_states("RMI_REALM_CREATE.rtt_state", "nor are its tables", realm.params->rtt_base, start_count);
	conf_check("RMI_REALM_CREATE.rtte_p_states", "protected entries that aren't UNASSIGNED, EMPTY",
		   wrong_entries(0, conf_unprotected(&realm)), 0);
	conf_check("RMI_REALM_CREATE.rtte_up_states", "unprotected entries that aren't UNASSIGNED_NS",
		   wrong_entries(conf_unprotected(&realm), top), 0);
	conf_check_status("RMI_REALM_CREATE.ipa_width", conf_text("0x%lx is no IPA", top),
			  host_rmi_rtt_read_entry(&rmm, realm.rd, top, start_level, &e), RMI_ERROR_INPUT);
	conf_check_status("RMI_REALM_CREATE.rtt_level", "no level above the first",
			  host_rmi_rtt_read_entry(&rmm, realm.rd, 0, start_level - 1, &e), RMI_ERROR_INPUT);
	conf_fails(&good, "rd_state", "a second time", RMI_ERROR_INPUT);
	conf_realm_unmake(&realm);
}

static void success(void)
{
	success_as(40, 0, 1);
	success_as(40, 1, 2);
	success_as(39, 1, 1);
	success_as(32, 2, 4);
	success_as(34, 2, 16);
}

/* Many realms at a time, each its own: the first is the first to go. */
static void many(void)
{
	static struct conf_realm realms[20];

	for (unsigned int i = 0; i < 20; i++) {
		conf_realm_prepare_as(&realms[i], 32, 2, 4);
		conf_check_status("RMI_REALM_CREATE", conf_text("realm %u of 20", i + 1),
				  host_rmi_realm_create(&rmm, realms[i].rd, realms[i].params_pa),
				  RMI_SUCCESS);
	}
	for (unsigned int i = 0; i < 20; i++)
		conf_realm_unmake(&realms[i]);
}

CONF_GROUP(realm_create, .about = "RMI_REALM_CREATE: conditions, parameters, success")
{
	conf_case(addresses);
	conf_case(alias);
	conf_case(rtt_align);
	conf_case(rtt_state);
	conf_case(rtt_state_of_one);
	conf_case(hash);
	conf_case(debug);
	conf_case(sve);
	conf_case(pmu);
	conf_case(lpa2);
	conf_case(vmid);
	conf_case(success);
	conf_case(many);
}
