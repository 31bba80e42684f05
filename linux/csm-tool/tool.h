/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CSM_TOOL_TOOL_H
#define CSM_TOOL_TOOL_H

#include "../libcsm/libcsm.h"

/* docs/exit-status.md; csm(1). */
enum {
	STATUS_OK = 0,
	STATUS_USAGE = 1,
	STATUS_FAILED = 8,
	STATUS_NO_CSM = 9,
	STATUS_DENIED = 10,
	STATUS_GONE = 11,
	STATUS_NOT_FOUND = 12,
	STATUS_HOST = 13,
	STATUS_PEER = 14,
};

/* That goes with an error (negative, as libcsm has it); 0 with 0. */
int status_of(int error);

/* Says why and ends with the status that goes with the error (negative, as libcsm has it). Where it is 0: returns. */
void check(int error, const char *what);
_Noreturn void fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Arguments; anything else ends in usage. */
struct caec_csm_rid rid_argument(const char *text);
uint64_t number_argument(const char *text);          /* decimal, or 0x...; K, M, G behind it */
uint32_t permission_argument(const char *text);      /* ro, rw or rx */
bool object_flag(const char *text, uint32_t *flags); /* --dax, --sigbus; false: something else */

/* A number of 32 bits, decimal, at the beginning of *text, which goes on behind it. False: there is none. */
bool take_number(const char **text, unsigned int *number);

/* A row of answers: tab-separated values, or with --json an object. Ends with NULL, NULL. */
void row(const char *name, ...);
extern bool json;
const char *number_text(uint64_t value); /* static: up to eight at a time */
const char *permission_text(uint32_t permission);
const char *rid_text(const struct caec_csm_rid *rid);

extern int csm; /* /dev/csm */

/* `ID` of a region, or `RID N` of an attachment. */
void object_argument(int argc, char **argv, struct csm *o);

/* An ioctl of a driver's control device, whose structure begins with the version. 0 or -errno; ends where there is no device. */
int control_at(const char *device, const char *module, unsigned long command, void *argument);

/* Commands. argv[0] is the first argument; its number has been checked. */
int command_serve(int argc, char **argv);
int command_mount(int argc, char **argv);
int command_umount(int argc, char **argv);
int command_block(int argc, char **argv);
int command_unblock(int argc, char **argv);
int command_send(int argc, char **argv);
int command_recv(int argc, char **argv);
int command_net(int argc, char **argv);

#endif
