/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The realm's console: text that the host prints (HOSTCALL_PRINT). The host sees it all.
 */
#ifndef REALM_LIB_CONSOLE_H
#define REALM_LIB_CONSOLE_H

/* As printf(), with the conversions of format.h; cut at HOSTCALL_TEXT_MAX bytes. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
