/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The monitor without CSM (CMake's CAEC_CSM=OFF): what stands in place of csm/, rmi_csm.c and rsi_csm.c. Nobody shares,
 * and the calls are not there. By this build one sees what CSM adds, and that it changes nothing for who does not use it
 * (I10, tests/check/base).
 */
#include "call/rmi.h"
#include "call/rsi.h"
#include "csm/csm.h"

/* As an id that is no command's: the caller's registers stay. */
uint64_t rmi_csm(const uint64_t *arg, uint64_t *out)
{
	for (unsigned int i = 1; i <= 3; i++)
		out[i] = arg[i];
	return SMCCC_NOT_SUPPORTED;
}

bool rsi_csm_call(struct rec *rec, uint32_t fid, struct rmi_rec_exit *exit)
{
	(void)fid;
	(void)exit;
	return realm_return(rec, SMCCC_NOT_SUPPORTED);
}

/* No call waits for the host. */
bool rsi_csm_resume(struct rec *rec, bool rejected, struct rmi_rec_exit *exit)
{
	(void)rejected;
	return rsi_csm_call(rec, 0, exit);
}

void csm_sharing_begin(struct granule *rd, struct csm_sharing_walk *w)
{
	(void)rd;
	*w = (struct csm_sharing_walk){ 0 };
}

bool csm_sharing_next(struct csm_sharing_walk *w, struct csm_sharing *item)
{
	(void)w;
	(void)item;
	return false;
}

bool csm_range_overlaps(struct granule *rd, uint64_t base, uint64_t top)
{
	(void)rd;
	(void)base;
	(void)top;
	return false;
}

bool csm_consumer_overlaps(struct granule *rd, uint64_t base, uint64_t top)
{
	return csm_range_overlaps(rd, base, top);
}

bool csm_consumer_covers(struct granule *rd, uint64_t base, uint64_t top)
{
	return csm_range_overlaps(rd, base, top);
}

bool csm_admits_data(struct granule *rd, struct ipa addr)
{
	(void)rd;
	(void)addr;
	return true;
}

void csm_data_created(struct granule *rd, struct ipa addr)
{
	(void)rd;
	(void)addr;
}

bool csm_data_is_shared(struct granule *rd, const struct granule *data)
{
	(void)rd;
	(void)data;
	return false;
}

/* Asked of what is shared only. */
bool csm_data_release(struct granule *rd, struct ipa addr, struct granule *data)
{
	(void)rd;
	(void)addr;
	(void)data;
	return true;
}

/* No entry is another realm's. */
void csm_block_split(struct pa first)
{
	(void)first;
}

void csm_block_made(struct pa first)
{
	(void)first;
}
