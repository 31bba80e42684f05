/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_VERSION and RMI_FEATURES, and ids that are no command (DEN0137 B4.2, B4.3.8, B4.3.23, B1.3).
 */
#include "conformance.h"

CONF_GROUP(version, .about = "RMI_VERSION, RMI_FEATURES, unused ids")
{
	uint64_t lower, higher;

	conf_check_status("RMI_VERSION", "1.0 asked for", rmi_version(&rmm, RMI_ABI_VERSION, &lower, &higher),
			  RMI_SUCCESS);
}
