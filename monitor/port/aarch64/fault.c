/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of the monitor: a fault of its own is reported, and no PE serves a call again (docs/threat-model.md).
 */
#include <stdatomic.h>

#include "port/aarch64/fault.h"
#include "port/aarch64/log.h"
#include "port/aarch64/percpu.h"
#include "port/port.h"

_Atomic bool fault_stopped;

_Noreturn void fault_park(void)
{
	for (;;)
		wait_interrupt();
}

_Noreturn void monitor_fault(uint64_t vector, const uint64_t *gprs)
{
	atomic_store(&fault_stopped, true);
	log_line(LOG_ERROR, "monitor fault on PE %u, vector %lu", this_cpu()->index, vector);
	log_line(LOG_ERROR, "  esr %lx elr %lx far %lx hpfar %lx spsr %lx", read_sysreg("esr_el2"),
		 read_sysreg("elr_el2"), read_sysreg("far_el2"), read_sysreg("hpfar_el2"),
		 read_sysreg("spsr_el2"));
	for (unsigned int i = 0; i < 30; i += 3)
		log_line(LOG_ERROR, "  x%u %lx x%u %lx x%u %lx", i, gprs[i], i + 1, gprs[i + 1], i + 2,
			 gprs[i + 2]);
	log_line(LOG_ERROR, "  x30 %lx; stopped", gprs[30]);
	fault_park();
}

_Noreturn void port_panic(const char *file, int line, const char *what)
{
	atomic_store(&fault_stopped, true);
	log_line(LOG_ERROR, "%s:%d: %s does not hold on PE %u; stopped", file, line, what, this_cpu()->index);
	fault_park();
}
