/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Steps as text (step.h).
 */
#include "oracle/step.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <caec/csm.h>
#include <caec/psci.h>
#include <caec/rmi.h>
#include <caec/rsi.h>

#define NAME(fid, rid)         \
	{                      \
		fid, #fid, rid \
	}

const struct step_name step_names[] = {
	{ STEP_SECURE, "SECURE", 0 },
	NAME(RMI_VERSION, 0),
	NAME(RMI_FEATURES, 0),
	NAME(RMI_GRANULE_DELEGATE, 0),
	NAME(RMI_GRANULE_UNDELEGATE, 0),
	NAME(RMI_REALM_CREATE, 0),
	NAME(RMI_REALM_ACTIVATE, 0),
	NAME(RMI_REALM_DESTROY, 0),
	NAME(RMI_REC_AUX_COUNT, 0),
	NAME(RMI_REC_CREATE, 0),
	NAME(RMI_REC_DESTROY, 0),
	NAME(RMI_REC_ENTER, 0),
	NAME(RMI_PSCI_COMPLETE, 0),
	NAME(RMI_DATA_CREATE, 0),
	NAME(RMI_DATA_CREATE_UNKNOWN, 0),
	NAME(RMI_DATA_DESTROY, 0),
	NAME(RMI_RTT_CREATE, 0),
	NAME(RMI_RTT_DESTROY, 0),
	NAME(RMI_RTT_FOLD, 0),
	NAME(RMI_RTT_MAP_UNPROTECTED, 0),
	NAME(RMI_RTT_UNMAP_UNPROTECTED, 0),
	NAME(RMI_RTT_READ_ENTRY, 0),
	NAME(RMI_RTT_INIT_RIPAS, 0),
	NAME(RMI_RTT_SET_RIPAS, 0),
	NAME(RMI_CSM, 0),
	NAME(RSI_VERSION, 0),
	NAME(RSI_FEATURES, 0),
	NAME(RSI_MEASUREMENT_READ, 0),
	NAME(RSI_MEASUREMENT_EXTEND, 0),
	NAME(RSI_ATTESTATION_TOKEN_INIT, 0),
	NAME(RSI_ATTESTATION_TOKEN_CONTINUE, 0),
	NAME(RSI_REALM_CONFIG, 0),
	NAME(RSI_IPA_STATE_SET, 0),
	NAME(RSI_IPA_STATE_GET, 0),
	NAME(RSI_HOST_CALL, 0),
	NAME(SMCCC_VERSION, 0),
	NAME(PSCI_VERSION, 0),
	NAME(PSCI_FEATURES, 0),
	NAME(PSCI_CPU_SUSPEND, 0),
	NAME(PSCI_CPU_OFF, 0),
	NAME(PSCI_CPU_ON, 0),
	NAME(PSCI_CPU_ON_32, 0),
	NAME(PSCI_AFFINITY_INFO, 0),
	NAME(PSCI_AFFINITY_INFO_32, 0),
	NAME(PSCI_SYSTEM_OFF, 0),
	NAME(PSCI_SYSTEM_RESET, 0),
	NAME(RSI_CSM_CALL_UID, 0),
	NAME(RSI_CSM_CALL_REVISION, 0),
	NAME(RSI_CSM_VERSION, 0),
	NAME(RSI_CSM_REALM_ID, 0),
	NAME(RSI_CSM_CREATE, 0),
	NAME(RSI_CSM_SHARE, 2),
	NAME(RSI_CSM_REVOKE, 1),
	NAME(RSI_CSM_DESTROY, 0),
	NAME(RSI_CSM_RESERVE, 1),
	NAME(RSI_CSM_ATTACH, 1),
	NAME(RSI_CSM_DETACH, 1),
	NAME(RSI_CSM_NOTIFY, 1),
	NAME(RSI_CSM_PENDING, 0),
	NAME(RSI_CSM_QUERY, 0),
	NAME(RSI_CSM_PEER_MEASUREMENT, 1),
	NAME(RSI_CSM_DOORBELL, 0),
};
const unsigned int num_step_names = sizeof(step_names) / sizeof(step_names[0]);

const struct step_name *step_name(uint64_t fid)
{
	for (unsigned int i = 0; i < num_step_names; i++) {
		if (step_names[i].fid == fid)
			return &step_names[i];
	}
	return NULL;
}

static void print_fid(FILE *out, uint64_t fid)
{
	const struct step_name *name = step_name(fid);

	if (name != NULL)
		fputs(name->name, out);
	else
		fprintf(out, "0x%" PRIx64, fid);
}

static bool is_call(const struct step *s, unsigned int at)
{
	return s->fid == RMI_REC_ENTER && at == STEP_SMC;
}

void step_print(FILE *out, const struct step *s)
{
	print_fid(out, s->fid);
	for (unsigned int i = 0; i < s->num; i++) {
		fputc(' ', out);
		if (is_call(s, i))
			print_fid(out, s->arg[i]);
		else
			fprintf(out, "0x%" PRIx64, s->arg[i]);
	}
	fputc('\n', out);
}

static bool parse_word(const char *word, bool is_fid, uint64_t *value)
{
	char *end;

	for (unsigned int i = 0; is_fid && i < num_step_names; i++) {
		if (strcmp(word, step_names[i].name) == 0) {
			*value = step_names[i].fid;
			return true;
		}
	}
	*value = strtoull(word, &end, 0);
	return *word != 0 && *end == 0;
}

bool step_parse(const char *line, struct step *s)
{
	char copy[1024], *at = copy, *word;

	if (strlen(line) >= sizeof(copy))
		return false;
	strcpy(copy, line);
	memset(s, 0, sizeof(*s));
	word = strsep(&at, " \n");
	if (!parse_word(word, true, &s->fid))
		return false;
	while ((word = strsep(&at, " \n")) != NULL) {
		if (*word == 0)
			continue;
		if (s->num == STEP_ARGS || !parse_word(word, is_call(s, s->num), &s->arg[s->num]))
			return false;
		s->num++;
	}
	return true;
}
