/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_RTT_SET_RIPAS, for requests of a realm that runs (DEN0137 A5.4, B3.75, B4.3.21). What the realm is told:
 * conf_rsi_ripas.c.
 */
#include "guest.h"

#define PAGES (GUEST_PAGES + 0x10 * GRANULE_SIZE) /* in the guest's table of level 3 */
#define BLOCKS (GUEST_IPA + BLOCK)                /* behind it, in that of level 2 */
#define BLOCK ABI_U64(0x200000)

static struct conf_guest guest;

/* The guest asks; the host has it to answer. */
static void request(uint64_t base, uint64_t top, enum rsi_ripas ripas, uint64_t flags)
{
	uint64_t x[GUEST_GPRS] = { RSI_IPA_STATE_SET, base, top, ripas, flags };

	conf_need_true("RSI_IPA_STATE_SET", "a request leaves the realm", !conf_guest_smc(&guest, x));
	conf_need("RSI_IPA_STATE_SET", "exit reason", guest.run->exit.exit_reason, RMI_EXIT_RIPAS_CHANGE);
}

/* And goes on, with what it is told: where it came to. */
static uint64_t response(void)
{
	uint64_t x[GUEST_GPRS];

	memset(&guest.run->enter, 0, sizeof(guest.run->enter));
	conf_guest_enter(&guest);
	conf_need_true("RSI_IPA_STATE_SET", "the realm goes on", conf_guest_back(&guest, x));
	conf_check("RSI_IPA_STATE_SET", "result", x[0], RSI_SUCCESS);
	return x[1];
}

static struct conf_command command(uint64_t base, uint64_t top)
{
	return (struct conf_command){ CONF_COMMAND(RMI_RTT_SET_RIPAS),
				      { 0, guest.realm.rd, guest.rec.pa, base, top } };
}

static void reaches(const char *text, uint64_t base, uint64_t top, uint64_t out_top)
{
	const struct conf_command c = command(base, top);
	struct host_rmi_regs regs = conf_fails(&c, "out_top", text, RMI_SUCCESS);

	conf_check("RMI_RTT_SET_RIPAS.out_top", conf_text("%s: out_top", text), regs.x[1], out_top);
}

static void stops(const char *condition, const char *text, uint64_t base, uint64_t top, unsigned int level)
{
	const struct conf_command c = command(base, top);

	conf_fails(&c, condition, text, rmi_result(RMI_ERROR_RTT, level));
}

/* --- Conditions -------------------------------------------------------------------------------------- */

static void no_request(void)
{
	struct conf_command c;

	conf_guest_make(&guest);
	c = command(PAGES, PAGES + GRANULE_SIZE);
	conf_fails(&c, "base_bound", "the realm has asked for nothing", RMI_ERROR_INPUT);
	c = command(0, GRANULE_SIZE);
	conf_fails(&c, "top_bound", "nor for that", RMI_ERROR_INPUT);
}

static void conditions(void)
{
	struct conf_command good;

	conf_guest_make(&guest);
	request(PAGES, PAGES + 4 * GRANULE_SIZE, RSI_RAM, 0);
	good = command(PAGES, PAGES + 4 * GRANULE_SIZE);
	conf_break_rd(&good);
	conf_break_granule(&good, "rec", "rec_gran_state", 2, CONF_REC);
	conf_break(&good, "size_valid", 4, PAGES, RMI_ERROR_INPUT);
	conf_break(&good, "size_valid", 4, PAGES - GRANULE_SIZE, RMI_ERROR_INPUT);
	conf_break(&good, "size_valid", 4, 0, RMI_ERROR_INPUT);
	conf_break(&good, "base_bound", 3, PAGES + GRANULE_SIZE, RMI_ERROR_INPUT);
	conf_break(&good, "base_bound", 3, PAGES - GRANULE_SIZE, RMI_ERROR_INPUT);
	conf_break(&good, "base_bound", 3, PAGES + 8, RMI_ERROR_INPUT);
	conf_break(&good, "base_bound", 3, 0, RMI_ERROR_INPUT);
	conf_break(&good, "top_bound", 4, PAGES + 5 * GRANULE_SIZE, RMI_ERROR_INPUT);
	conf_break(&good, "top_bound", 4, conf_unprotected(&guest.realm), RMI_ERROR_INPUT);
	conf_break(&good, "top_bound", 4, ~(uint64_t)(GRANULE_SIZE - 1), RMI_ERROR_INPUT);
	conf_break(&good, "top_gran_align", 4, PAGES + GRANULE_SIZE + 1, RMI_ERROR_INPUT);
	conf_break(&good, "top_gran_align", 4, PAGES + GRANULE_SIZE + 0x800, RMI_ERROR_INPUT);
	conf_check_kind("RWZYBV", "after all that, the first page", &guest.realm, PAGES, 3, KIND_EMPTY, 0);
	conf_check("RMI_RTT_SET_RIPAS.out_top", "all of the range", conf_works(&good).x[1],
		   PAGES + 4 * GRANULE_SIZE);
	for (unsigned int i = 0; i < 4; i++)
		conf_check_kind("RMI_RTT_SET_RIPAS.rtte_ripas", conf_text("page %u", i), &guest.realm,
				PAGES + i * GRANULE_SIZE, 3, KIND_RAM, 0);
	conf_check_kind("RWZYBV", "the page behind", &guest.realm, PAGES + 4 * GRANULE_SIZE, 3, KIND_EMPTY,
			0);
	conf_fails(&good, "base_bound", "a second time", RMI_ERROR_INPUT);
	conf_check("RMI_RTT_SET_RIPAS.ripas_addr", "what the realm is told", response(),
		   PAGES + 4 * GRANULE_SIZE);
	conf_fails(&good, "base_bound", "when the realm has gone on", RMI_ERROR_INPUT);
}

/* A REC of another realm: [rec_bound, rec_gran_state] < [rec_owner]. */
static void owner(void)
{
	struct conf_command c;

	conf_guest_make(&guest);
	conf_zoo();
	request(PAGES, PAGES + GRANULE_SIZE, RSI_RAM, 0);
	c = command(PAGES, PAGES + GRANULE_SIZE);
	c.x[1] = conf_zoo_realm.rd;
	/* No order is given between the owner and what the request's range or the walk say. */
	conf_check_status_any("RMI_RTT_SET_RIPAS.rec_owner", "the REC is another realm's",
			      host_rmi_call(&rmm, c.fid, c.x[1], c.x[2], c.x[3], c.x[4], 0).x[0],
			      RMI_ERROR_REC, rmi_result(RMI_ERROR_RTT, 0), rmi_result(RMI_ERROR_RTT, 1),
			      rmi_result(RMI_ERROR_RTT, 2));
	conf_break(&c, "[rec_bound<rec_owner]", 2, CONF_NO_MEMORY, RMI_ERROR_INPUT);
	for (enum conf_state s = 0; s < CONF_STATES; s++)
		if (s != CONF_REC && conf_granule_in[s] != 0)
			conf_break(&c, "[rec_gran_state<rec_owner]", 2, conf_granule_in[s], RMI_ERROR_INPUT);
	conf_check_kind("RWZYBV", "the page", &guest.realm, PAGES, 3, KIND_EMPTY, 0);
	c.x[1] = guest.realm.rd;
	conf_works(&c);
}

/* The owner alone: the range is one that the other realm could do. */
static void owner_alone(void)
{
	struct conf_command c;
	struct conf_realm other;

	conf_guest_make(&guest);
	conf_realm_make(&other);
	conf_tables(&other, PAGES, 3);
	request(PAGES, PAGES + GRANULE_SIZE, RSI_RAM, 0);
	c = command(PAGES, PAGES + GRANULE_SIZE);
	conf_break(&c, "rec_owner", 1, other.rd, RMI_ERROR_REC);
	conf_check_kind("RWZYBV", "the other realm's page", &other, PAGES, 3, KIND_EMPTY, 0);
}

/* What doesn't fit an entry of level 2, where the walk ends. */
static void entries_too_large(void)
{
	struct conf_command c;

	conf_guest_make(&guest);
	request(BLOCKS + GRANULE_SIZE, BLOCKS + 2 * BLOCK, RSI_RAM, 0);
	stops("base_align", "the second page of an entry of level 2", BLOCKS + GRANULE_SIZE, BLOCKS + BLOCK,
	      2);
	c = command(BLOCKS + GRANULE_SIZE, BLOCKS + BLOCK);
	conf_break_rd_first(&c, "base_align");
	conf_break(&c, "[base_bound<base_align]", 3, BLOCKS + 2 * GRANULE_SIZE, RMI_ERROR_INPUT);
	response();

	request(BLOCKS, BLOCKS + BLOCK, RSI_RAM, 0);
	stops("no_progress", "less than an entry of level 2", BLOCKS, BLOCKS + GRANULE_SIZE, 2);
	c = command(BLOCKS, BLOCKS + GRANULE_SIZE);
	conf_break_rd_first(&c, "no_progress");
	conf_break(&c, "[top_gran_align<no_progress]", 4, BLOCKS + 0x800, RMI_ERROR_INPUT);
	conf_break(&c, "[top_gran_align<no_progress]", 4, BLOCKS + GRANULE_SIZE + 1, RMI_ERROR_INPUT);
	conf_check_kind("RWZYBV", "the entry", &guest.realm, BLOCKS, 2, KIND_EMPTY, 0);
	reaches("a whole entry", BLOCKS, BLOCKS + BLOCK, BLOCKS + BLOCK);
	conf_check_kind("RMI_RTT_SET_RIPAS.rtte_ripas", "level 2", &guest.realm, BLOCKS, 2, KIND_RAM, 0);
	conf_check("RMI_RTT_SET_RIPAS.ripas_addr", "what the realm is told", response(), BLOCKS + BLOCK);
}

/*
 * base_align and no_progress are about an entry whose RIPAS is another than that asked for: if it is that already, neither
 * is true and the command succeeds (RVHFHD).
 */
static void nothing_to_do(void)
{
	struct conf_command c;
	struct host_rmi_regs regs;

	conf_guest_make(&guest);
	request(BLOCKS + GRANULE_SIZE, BLOCKS + 2 * BLOCK, RSI_EMPTY, 0);
	c = command(BLOCKS + GRANULE_SIZE, BLOCKS + BLOCK);
	regs = conf_fails(&c, "base_align", "from the middle of an entry that is EMPTY already", RMI_SUCCESS);
	conf_check("RMI_RTT_SET_RIPAS.out_top", "its end", regs.x[1], BLOCKS + BLOCK);
	response();

	request(BLOCKS, BLOCKS + BLOCK, RSI_EMPTY, 0);
	c = command(BLOCKS, BLOCKS + GRANULE_SIZE);
	regs = conf_fails(&c, "no_progress", "less than an entry that is EMPTY already", RMI_SUCCESS);
	/* Aligned down to the entry (B3.75); or the next page whose RIPAS is to be modified (IJHJGZ). */
	conf_check_any("RMI_RTT_SET_RIPAS.out_top", "less than an entry that is EMPTY already: out_top",
		       regs.x[1], BLOCKS, BLOCKS + GRANULE_SIZE);
	conf_check_kind("RWZYBV", "the entry", &guest.realm, BLOCKS, 2, KIND_EMPTY, 0);
	reaches("all of it", regs.x[1], BLOCKS + BLOCK, BLOCKS + BLOCK);
	response();
}

/* --- How far ----------------------------------------------------------------------------------------- */

static void progress(void)
{
	uint64_t base = GUEST_IPA + 0x1fe * GRANULE_SIZE, top = BLOCKS + 6 * BLOCK;

	conf_guest_make(&guest);
	conf_tables(&guest.realm, BLOCKS + 3 * BLOCK, 3);
	request(base, top, RSI_RAM, 0);
	reaches("one page, as the host pleases", base, base + GRANULE_SIZE, base + GRANULE_SIZE);
	reaches("to the end of the table of level 3", base + GRANULE_SIZE, top, BLOCKS);
	reaches("to the TABLE", BLOCKS, top, BLOCKS + 3 * BLOCK);
	reaches("to the end of that", BLOCKS + 3 * BLOCK, top, BLOCKS + 4 * BLOCK);
	conf_check_table("RMI_RTT_SET_RIPAS.rtte_ripas", "it", &guest.realm, BLOCKS + 3 * BLOCK, 3, KIND_RAM,
			 0);
	reaches("to the top", BLOCKS + 4 * BLOCK, top, top);
	conf_check_kind("RWZYBV", "the entry behind", &guest.realm, top, 2, KIND_EMPTY, 0);
	conf_check("RMI_RTT_SET_RIPAS.ripas_addr", "what the realm is told", response(), top);
}

/* The host answers before it is done: the rest isn't allowed any more. */
static void partial(void)
{
	struct conf_command c;

	conf_guest_make(&guest);
	request(PAGES, PAGES + 4 * GRANULE_SIZE, RSI_RAM, 0);
	reaches("two of four pages", PAGES, PAGES + 2 * GRANULE_SIZE, PAGES + 2 * GRANULE_SIZE);
	conf_check("RMI_RTT_SET_RIPAS.ripas_addr", "what the realm is told", response(),
		   PAGES + 2 * GRANULE_SIZE);
	c = command(PAGES + 2 * GRANULE_SIZE, PAGES + 4 * GRANULE_SIZE);
	conf_fails(&c, "top_bound", "the rest of it, later", RMI_ERROR_INPUT);
	conf_check_kind("RWZYBV", "the third page", &guest.realm, PAGES + 2 * GRANULE_SIZE, 3, KIND_EMPTY, 0);
}

/* --- From each state to each (A5.3.5) ---------------------------------------------------------------- */

static void change(enum conf_kind before, enum rsi_ripas ripas, uint64_t flags, enum conf_kind after)
{
	uint64_t base = BLOCKS + 4 * BLOCK, pa;
	const char *text = conf_text("%s, %s asked for, flags %lu", kind_name(before),
				     ripas == RSI_RAM ? "RAM" : "EMPTY", flags);

	conf_guest_prepare(&guest);
	conf_guest_load(&guest);
	pa = conf_fill(&guest.realm, base, 3, before);
	conf_guest_start(&guest);
	request(base, base + BLOCK, ripas, flags);
	reaches(text, base, base + BLOCK, base + BLOCK);
	conf_check_table("RMI_RTT_SET_RIPAS.rtte_ripas", text, &guest.realm, base, 3, after, pa);
	response();
}

static void changes(void)
{
	static const struct {
		enum conf_kind before, ram, empty;
	} rows[] = {
		{ KIND_EMPTY, KIND_RAM, KIND_EMPTY },
		{ KIND_RAM, KIND_RAM, KIND_EMPTY },
		{ KIND_ASSIGNED_EMPTY, KIND_ASSIGNED_RAM, KIND_ASSIGNED_EMPTY },
		{ KIND_ASSIGNED_RAM, KIND_ASSIGNED_RAM, KIND_ASSIGNED_EMPTY },
	};

	for (unsigned int i = 0; i < 4; i++) {
		for (uint64_t flags = 0; flags <= RSI_IPA_STATE_FLAG_DESTROYED; flags++) {
			change(rows[i].before, RSI_RAM, flags, rows[i].ram);
			change(rows[i].before, RSI_EMPTY, flags, rows[i].empty);
		}
	}
	change(KIND_DESTROYED, RSI_RAM, RSI_IPA_STATE_FLAG_DESTROYED, KIND_RAM);
	change(KIND_DESTROYED, RSI_EMPTY, RSI_IPA_STATE_FLAG_DESTROYED, KIND_EMPTY);
	change(KIND_ASSIGNED_DESTROYED, RSI_RAM, RSI_IPA_STATE_FLAG_DESTROYED, KIND_ASSIGNED_RAM);
	change(KIND_ASSIGNED_DESTROYED, RSI_EMPTY, RSI_IPA_STATE_FLAG_DESTROYED, KIND_ASSIGNED_EMPTY);
}

/* The realm doesn't want what has been DESTROYED: the command goes as far as that and no farther (IGXDDX). */
static void destroyed(void)
{
	uint64_t data, top;

	conf_guest_prepare(&guest);
	conf_guest_load(&guest);
	conf_ram(&guest.realm, PAGES + 3 * GRANULE_SIZE, PAGES + 4 * GRANULE_SIZE);
	conf_data(&guest.realm, PAGES + 3 * GRANULE_SIZE);
	conf_expect_ok("RMI_DATA_DESTROY", "a page of RAM",
		       host_rmi_data_destroy(&rmm, guest.realm.rd, PAGES + 3 * GRANULE_SIZE, &data, &top));
	conf_guest_start(&guest);
	request(PAGES, PAGES + 8 * GRANULE_SIZE, RSI_RAM, 0);
	reaches("up to the page that is DESTROYED", PAGES, PAGES + 8 * GRANULE_SIZE,
		PAGES + 3 * GRANULE_SIZE);
	stops("no_progress", "from there", PAGES + 3 * GRANULE_SIZE, PAGES + 8 * GRANULE_SIZE, 3);
	conf_check_kind("IGXDDX", "it", &guest.realm, PAGES + 3 * GRANULE_SIZE, 3, KIND_DESTROYED, 0);
	conf_check_kind("RWZYBV", "the page behind", &guest.realm, PAGES + 4 * GRANULE_SIZE, 3, KIND_EMPTY,
			0);
	conf_check("RMI_RTT_SET_RIPAS.ripas_addr", "what the realm is told", response(),
		   PAGES + 3 * GRANULE_SIZE);
	request(PAGES + 3 * GRANULE_SIZE, PAGES + 8 * GRANULE_SIZE, RSI_RAM, RSI_IPA_STATE_FLAG_DESTROYED);
	reaches("with the realm's consent", PAGES + 3 * GRANULE_SIZE, PAGES + 8 * GRANULE_SIZE,
		PAGES + 8 * GRANULE_SIZE);
	conf_check_kind("RMI_RTT_SET_RIPAS.rtte_ripas", "it", &guest.realm, PAGES + 3 * GRANULE_SIZE, 3,
			KIND_RAM, 0);
	response();
}

CONF_GROUP(rtt_set_ripas, .about = "RMI_RTT_SET_RIPAS: conditions, how far it goes, from each state")
{
	conf_case(no_request);
	conf_case(conditions);
	conf_case(owner);
	conf_case(owner_alone);
	conf_case(entries_too_large);
	conf_case(nothing_to_do);
	conf_case(progress);
	conf_case(partial);
	conf_case(changes);
	conf_case(destroyed);
}
