/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a realm's command runs: in bounded steps, and with room for its entries, for which the host is asked once (internal.h).
 */
#include "csm/internal.h"

void csm_run(csm_step_fn *step, const struct csm_call *call, struct csm_answer *a)
{
	struct csm_call c = *call;

	while (step(&c, a) == CSM_STEP_MORE) {
		c.asked = 0; /* an answer of the host counts once */
		if (port_irq_pending()) {
			csm_done(a, RSI_INCOMPLETE);
			return;
		}
	}
}

bool csm_need_room(struct apt *apt, uint32_t count, const struct csm_call *call, struct csm_answer *a)
{
	if (apt_has_room(apt, count))
		return true;
	if (call->asked == CSM_EVENT_APT_FULL)
		csm_done(a, RSI_CSM_ERROR_MEMORY);
	else
		csm_ask(a, CSM_EVENT_APT_FULL, 0, 0, 0);
	return false;
}
