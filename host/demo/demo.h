/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `./caec demo`: a story in numbered chapters. Each chapter says what is tried; each line under it is a claim
 * about what was seen, and ends in `ok` only if the values seen are those that it names.
 *
 * P provides a region, C consumes it, I is a realm that nobody shares with. The realms know each other's
 * identifiers because this host tells them: in earnest their owners would, having verified the peer's
 * attestation token. A host that lies about identifiers makes shares that nobody can attach.
 */
#ifndef HOST_DEMO_DEMO_H
#define HOST_DEMO_DEMO_H

#include "puppet/script.h"

/* Where P has its two regions, and C maps them: nothing needs to be the same but the size. */
#define DEMO_P_REGION ABI_U64(0x100000000)
#define DEMO_P_SECOND ABI_U64(0x100400000)
#define DEMO_C_REGION ABI_U64(0x140000000)
#define DEMO_C_SECOND ABI_U64(0x140600000)
#define DEMO_I_REGION ABI_U64(0x180000000)
#define DEMO_PAGES ABI_U64(16)
#define DEMO_SIZE (DEMO_PAGES * GRANULE_SIZE)

/* Words in the first region; the messages use five pages from its first and five from its ninth. */
#define DEMO_SECRET_AT (ABI_U64(15) * GRANULE_SIZE)
#define DEMO_COUNTER_AT (ABI_U64(14) * GRANULE_SIZE)
#define DEMO_SECRET UINT64_C(0x5ec2e75ec2e75ec2)

struct demo {
	struct test_realm *p, *c, *i;
	struct csm_rid p_rid, c_rid, i_rid;
	uint64_t region, second;     /* CSM ids in P */
	uint64_t region_n, second_n; /* shares to C */
	uint64_t secret_pa;          /* of the page that holds the secret */
};

/* --- The story (story.c) --------------------------------------------------------------------------------------- */

void chapter(const char *title);
bool claim(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The verdict. Fatal if a claim does not hold. */
void story_ends(void);

/* --- Chapters (demo_attack.c) ------------------------------------------------------------------------ */

void demo_host_reads_and_writes(struct demo *d);
void demo_host_commands(struct demo *d);
void demo_intruder(struct demo *d);
void demo_read_only(struct demo *d);
void demo_revoke(struct demo *d);

/* demo_local.c: realms that check each other. */
void demo_local(void);

#endif
