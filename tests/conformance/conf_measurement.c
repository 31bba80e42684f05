/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Realm Initial Measurement: each thing that is measured, and each that isn't, read by the realm itself and compared
 * with what this suite computes (DEN0137 A7.1.1, B4.3.1.4, B4.3.9.4, B4.3.12.4, B4.3.18.4);
 * and what REMs come to (A7.1.2). The conditions of the RSI commands: conf_rsi_measurement.c.
 */
#include "guest.h"

#define BLOCK ABI_U64(0x200000)

static struct conf_guest guest;
static enum rmi_hash_algorithm algorithm;

static void begin(void)
{
	conf_guest_prepare(&guest);
	guest.realm.params->hash_algo = (uint8_t)algorithm;
}

/* The guest starts and reads its RIM: eight doublewords, little-endian. */
static void check_rim(const char *rule, const char *text)
{
	uint64_t x[GUEST_GPRS] = { RSI_MEASUREMENT_READ, 0 };

	conf_guest_start(&guest);
	conf_need_true("RSI_MEASUREMENT_READ", "the guest comes back", conf_guest_smc(&guest, x));
	conf_check("RSI_MEASUREMENT_READ", "result", x[0], RSI_SUCCESS);
	conf_check_true(rule,
			conf_text("%s: %s", algorithm == RMI_HASH_SHA_256 ? "SHA-256" : "SHA-512", text),
			memcmp(&x[1], guest.rim.value, sizeof(guest.rim.value)) == 0);
}

/* --- What is measured -------------------------------------------------------------------------------- */

static void plain(void)
{
	begin();
	conf_guest_load(&guest);
	check_rim("IXKSBZ", "a realm with pages and a REC");
}

/* Each parameter that counts has its effect, and those that don't have none: both are in one value. */
static void parameters(void)
{
	struct rmi_realm_params *p;

	begin();
	p = guest.realm.params;
	p->num_bps = 1;
	p->num_wps = 1;
	memset(p->rpv, 0x77, sizeof(p->rpv));
	if (host_feature(&rmm, RMI_FEATURE0_SVE_EN_SHIFT, 1) != 0) {
		p->flags |= RMI_REALM_FLAG_SVE;
		p->sve_vl = (uint8_t)host_feature(&rmm, RMI_FEATURE0_SVE_VL_SHIFT, RMI_FEATURE0_SVE_VL_WIDTH);
	}
	if (host_feature(&rmm, RMI_FEATURE0_PMU_EN_SHIFT, 1) != 0) {
		p->flags |= RMI_REALM_FLAG_PMU;
		p->pmu_num_ctrs = (uint8_t)host_feature(&rmm, RMI_FEATURE0_PMU_NUM_CTRS_SHIFT,
							RMI_FEATURE0_PMU_NUM_CTRS_WIDTH);
	}
	conf_guest_load(&guest);
	check_rim("RMI_REALM_CREATE.rim", "other parameters: RPV, VMID and tables don't count");
}

static void geometry(void)
{
	conf_realm_prepare_as(&guest.realm, 40, 1, 2);
	guest.realm.params->hash_algo = (uint8_t)algorithm;
	conf_guest_load(&guest);
	check_rim("RMI_REALM_CREATE.rim", "40 bits from level 1");
	conf_realm_prepare_as(&guest.realm, 33, 2, 8);
	guest.realm.params->hash_algo = (uint8_t)algorithm;
	conf_guest_load(&guest);
	check_rim("RMI_REALM_CREATE.rim", "33 bits");
}

/* --- Data -------------------------------------------------------------------------------------------- */

static void add_page(uint64_t ipa, uint64_t flags, uint8_t byte)
{
	uint64_t pa = conf_delegated(), source = conf_granule();

	memset(conf_content(source), byte, GRANULE_SIZE);
	((uint8_t *)conf_content(source))[GRANULE_SIZE - 1] ^= 1; /* the last byte counts too */
	conf_expect_ok("RMI_DATA_CREATE", conf_text("IPA 0x%lx", ipa),
		       host_rmi_data_create(&rmm, guest.realm.rd, pa, ipa, source, flags));
	conf_measure_data(&guest.rim, ipa, flags, conf_content(source));
}

static void data(void)
{
	begin();
	conf_guest_load(&guest);
	add_page(GUEST_PAGES + 5 * GRANULE_SIZE, RMI_DATA_FLAG_MEASURE, 0x11);
	add_page(GUEST_PAGES + 2 * GRANULE_SIZE, RMI_DATA_FLAG_MEASURE, 0x22);
	add_page(GUEST_PAGES + 3 * GRANULE_SIZE, 0, 0x33);
	check_rim("RMI_DATA_CREATE.rim", "pages, measured and not, in their order");
}

/* What fails measures nothing, and so does what isn't in the list of INQQTF. */
static void unmeasured(void)
{
	struct conf_realm *realm = &guest.realm;
	uint64_t source, page, ipa = GUEST_PAGES + 7 * GRANULE_SIZE, rtt, top;
	struct conf_rec rec;

	begin();
	conf_guest_load(&guest);
	source = conf_granule();
	page = conf_delegated();
	host_rmi_data_create(&rmm, realm->rd, page, GUEST_IPA, source, RMI_DATA_FLAG_MEASURE);
	host_rmi_data_create(&rmm, realm->rd, page, ipa + BLOCK, source, RMI_DATA_FLAG_MEASURE);
	host_rmi_data_create(&rmm, realm->rd, source, ipa, source, RMI_DATA_FLAG_MEASURE);
	host_rmi_data_create(&rmm, realm->rd, page, ipa, page, RMI_DATA_FLAG_MEASURE);
	host_rmi_rtt_init_ripas(&rmm, realm->rd, GUEST_IPA, ipa, &top);
	host_rmi_rtt_init_ripas(&rmm, realm->rd, GUEST_IPA + BLOCK, GUEST_IPA + BLOCK + GRANULE_SIZE, &top);
	conf_rec_prepare(&rec, realm, 1);
	host_rmi_rec_create(&rmm, realm->rd, rec.pa, rec.params_pa);
	conf_data(realm, ipa);
	conf_tables(realm, conf_unprotected(realm), 3);
	conf_expect_ok("RMI_RTT_MAP_UNPROTECTED", "a page",
		       host_rmi_rtt_map_unprotected(&rmm, realm->rd, conf_unprotected(realm), 3,
						    CONF_NS_PA | CONF_NS_ATTRIBUTES));
	conf_expect_ok("RMI_DATA_DESTROY", "the page of no content",
		       host_rmi_data_destroy(&rmm, realm->rd, ipa, &page, &top));
	conf_tables(realm, GUEST_IPA + BLOCK, 3);
	conf_expect_ok("RMI_RTT_FOLD", "an empty table",
		       host_rmi_rtt_fold(&rmm, realm->rd, GUEST_IPA + BLOCK, 3, &rtt));
	conf_destroyed(realm, GUEST_IPA + BLOCK, 3);
	check_rim("INQQTF", "commands that failed, and commands that aren't measured");
}

/* A page that is taken away again has been measured all the same (IYXLCP). */
static void taken_away(void)
{
	uint64_t pa, top, ipa = GUEST_PAGES + 9 * GRANULE_SIZE;

	begin();
	conf_guest_load(&guest);
	add_page(ipa, RMI_DATA_FLAG_MEASURE, 0x44);
	conf_expect_ok("RMI_DATA_DESTROY", "a measured page",
		       host_rmi_data_destroy(&rmm, guest.realm.rd, ipa, &pa, &top));
	add_page(ipa, 0, 0x55);
	check_rim("IYXLCP", "a page, destroyed, and another in its place");
}

/* --- RECs -------------------------------------------------------------------------------------------- */

/* REC 0 is what conf_guest_start() makes; others come behind it, so the realm isn't activated before them. */
static void recs(void)
{
	struct conf_rec more;
	uint64_t x[GUEST_GPRS] = { RSI_MEASUREMENT_READ, 0 };

	begin();
	conf_guest_load(&guest);
	conf_guest_rec_prepare(&guest);
	for (unsigned int i = 3; i < 8; i++)
		guest.rec.params->gprs[i] = ABI_U64(0x0123456789abcdef) * (i + 3);
	conf_guest_rec_make(&guest);
	conf_rec_prepare(&more, &guest.realm, 1);
	more.params->flags = 0;
	conf_expect_ok("RMI_REC_CREATE", "REC 1, not runnable",
		       host_rmi_rec_create(&rmm, guest.realm.rd, more.pa, more.params_pa));
	conf_measure_rec(&guest.rim, more.params);
	conf_rec_prepare(&more, &guest.realm, 2);
	conf_expect_ok("RMI_REC_CREATE", "REC 2, runnable",
		       host_rmi_rec_create(&rmm, guest.realm.rd, more.pa, more.params_pa));
	conf_measure_rec(&guest.rim, more.params);
	conf_expect_ok("RMI_REC_DESTROY", "REC 2", host_rmi_rec_destroy(&rmm, more.pa));

	conf_guest_activate(&guest);
	conf_need_true("RSI_MEASUREMENT_READ", "the guest comes back", conf_guest_smc(&guest, x));
	conf_check_true("RMI_REC_CREATE.rim",
			conf_text("%s: runnable RECs with registers, one that isn't runnable",
				  algorithm == RMI_HASH_SHA_256 ? "SHA-256" : "SHA-512"),
			memcmp(&x[1], guest.rim.value, sizeof(guest.rim.value)) == 0);
}

/* --- RIPAS ------------------------------------------------------------------------------------------- */

/* One call, of entries of `size`. */
static void init_ripas(uint64_t base, uint64_t top, uint64_t size)
{
	uint64_t out_top;

	conf_expect_ok("RMI_RTT_INIT_RIPAS", conf_text("[0x%lx, 0x%lx)", base, top),
		       host_rmi_rtt_init_ripas(&rmm, guest.realm.rd, base, top, &out_top));
	for (uint64_t ipa = base; ipa < out_top; ipa += size)
		conf_measure_ripas(&guest.rim, ipa, ipa + size < top ? ipa + size : top);
}

static void ripas(void)
{
	uint64_t base = GUEST_PAGES;

	begin();
	conf_guest_load(&guest);
	init_ripas(base, base + GRANULE_SIZE, GRANULE_SIZE);
	init_ripas(base + 3 * GRANULE_SIZE, base + 9 * GRANULE_SIZE, GRANULE_SIZE);
	init_ripas(base, base + 4 * GRANULE_SIZE, GRANULE_SIZE); /* some of it a second time */
	check_rim("RMI_RTT_INIT_RIPAS.rim", "entry by entry, level 3");

	begin();
	conf_guest_load(&guest);
	init_ripas(GUEST_IPA + BLOCK, GUEST_IPA + 5 * BLOCK, BLOCK);
	init_ripas(GUEST_IPA + 8 * BLOCK, GUEST_IPA + 9 * BLOCK + GRANULE_SIZE, BLOCK); /* one entry of it */
	check_rim("RMI_RTT_INIT_RIPAS.rim", "entries of level 2");

	begin();
	conf_guest_load(&guest);
	init_ripas(GUEST_IPA + 0x40000000, GUEST_IPA + 0xc0000000, 0x40000000);
	check_rim("RMI_RTT_INIT_RIPAS.rim", "entries of level 1");
}

/* --- REMs -------------------------------------------------------------------------------------------- */

static void extend(uint64_t index, struct conf_measurement rems[2], uint64_t size)
{
	uint64_t x[GUEST_GPRS] = { RSI_MEASUREMENT_EXTEND, index, size };

	for (unsigned int i = 0; i < 64; i++)
		((uint8_t *)&x[3])[i] = (uint8_t)(0x21 * index + 7 * i + size);
	for (unsigned int i = 0; i < 2; i++)
		conf_measure_extend(&rems[i], &x[3], size, i == 1);
	conf_need_true("RSI_MEASUREMENT_EXTEND", "the guest comes back", conf_guest_smc(&guest, x));
	conf_check("RSI_MEASUREMENT_EXTEND", conf_text("REM %lu, %lu bytes: result", index, size), x[0],
		   RSI_SUCCESS);
	x[0] = RSI_MEASUREMENT_READ;
	x[1] = index;
	conf_need_true("RSI_MEASUREMENT_READ", "the guest comes back", conf_guest_smc(&guest, x));
	conf_check_true("RSI_MEASUREMENT_EXTEND.realm_meas", conf_text("REM %lu, %lu bytes", index, size),
			memcmp(&x[1], rems[0].value, 64) == 0 || memcmp(&x[1], rems[1].value, 64) == 0);
}

static void rem_extend(void)
{
	static const uint64_t sizes[] = { 32, 1, 48, 64, 0, 63 };

	begin();
	conf_guest_load(&guest);
	conf_guest_start(&guest);
	for (uint64_t index = 1; index <= 4; index++) {
		struct conf_measurement rems[2] = { { .algorithm = algorithm }, { .algorithm = algorithm } };

		for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			extend(index, rems, sizes[i]);
	}
}

/* --- An ACTIVE realm's doesn't change (IFQHFC) ------------------------------------------------------- */

static void active(void)
{
	uint64_t x[GUEST_GPRS] = { RSI_MEASUREMENT_READ, 0 }, first[GUEST_GPRS], rtt, top;

	begin();
	conf_guest_load(&guest);
	conf_guest_start(&guest);
	conf_need_true("RSI_MEASUREMENT_READ", "the guest comes back", conf_guest_smc(&guest, x));
	memcpy(first, x, sizeof(first));
	conf_data(&guest.realm, GUEST_PAGES + 7 * GRANULE_SIZE);
	conf_tables(&guest.realm, GUEST_IPA + BLOCK, 3);
	conf_expect_ok("RMI_RTT_DESTROY", "a table",
		       host_rmi_rtt_destroy(&rmm, guest.realm.rd, GUEST_IPA + BLOCK, 3, &rtt, &top));
	x[0] = RSI_MEASUREMENT_READ;
	x[1] = 0;
	conf_need_true("RSI_MEASUREMENT_READ", "the guest comes back", conf_guest_smc(&guest, x));
	conf_check_true("IFQHFC", "the RIM of an ACTIVE realm", memcmp(x, first, sizeof(first)) == 0);
}

static void all(void)
{
	conf_case(plain);
	conf_case(parameters);
	conf_case(geometry);
	conf_case(data);
	conf_case(unmeasured);
	conf_case(taken_away);
	conf_case(recs);
	conf_case(ripas);
	conf_case(rem_extend);
	conf_case(active);
}

CONF_GROUP(measurement, .about = "the Realm Initial Measurement, computed here and read in the realm")
{
	if (host_feature(&rmm, RMI_FEATURE0_HASH_SHA_256_SHIFT, 1) != 0) {
		algorithm = RMI_HASH_SHA_256;
		all();
	} else {
		conf_skip("RKPBQM", "SHA-256 is not offered");
	}
	if (host_feature(&rmm, RMI_FEATURE0_HASH_SHA_512_SHIFT, 1) != 0) {
		algorithm = RMI_HASH_SHA_512;
		all();
	} else {
		conf_skip("RKPBQM", "SHA-512 is not offered");
	}
}
