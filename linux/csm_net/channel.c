// SPDX-License-Identifier: BSD-3-Clause
/*
 * The channel of bare realms and of libcsm, compiled into this module.
 */
#include "../../realm/lib/channel.c"
