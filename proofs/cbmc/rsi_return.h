/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Results of a realm's call: x0 to x3 are written, the others stay (`rsi-measurement-read` and others run the monitor's own).
 */
#ifndef RSI_RETURN_H
#define RSI_RETURN_H

#include "calling_rec.h"

bool rsi_return(struct rec *rec, uint64_t x0, uint64_t x1, uint64_t x2)
{
	rec->gprs[1] = x1;
	rec->gprs[2] = x2;
	rec->gprs[3] = 0;
	return realm_return(rec, x0);
}

#endif
