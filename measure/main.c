/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * caec-measure: prints the Realm Initial Measurement that a realm will have when it is built as described.
 */
#include <stdio.h>
#include <string.h>

#include "description.h"
#include "option.h"
#include "packed.h"
#include "rim.h"

static const char help[] =
	"usage: caec-measure [--description FILE] [--KEY VALUE...] [--steps | --json]\n"
	"       caec-measure --help | --version\n"
	"Prints the Realm Initial Measurement (RIM) of a realm that CAEC's host builds as described.\n"
	"\n"
	"  --image FILE           loaded at the start of RAM\n"
	"  --load FILE@IPA        loaded there; any number of times, in this order, after the image\n"
	"  --load-unmeasured FILE@IPA   the same, but of its content the RIM says nothing\n"
	"  --ram-size N           needed; numbers are decimal or 0x..., sizes may end in K, M, G\n"
	"  --ram-base IPA         0x80000000\n"
	"  --ram IPA+SIZE         more RAM, for firmware, say; any number of times, in this order, after "
	"that\n"
	"  --entry IPA            REC 0's first instruction: the start of RAM\n"
	"  --x0 N ... --x7 N      its registers: 0\n"
	"  --hash NAME            sha-256 or sha-512: sha-256\n"
	"  --ipa-bits N           width of the IPA space: 40\n"
	"  --flags LIST           of lpa2, sve, pmu: none\n"
	"  --sve-vl N             longest vector, as ZCR_ELx.LEN: 0\n"
	"  --pmu-num-ctrs N       event counters: 0\n"
	"  --num-bps N            breakpoints minus one: 5, as QEMU has them\n"
	"  --num-wps N            watchpoints minus one: 3\n"
	"\n"
	"  --description FILE     the same from a file, a line `KEY VALUE` for each; options change what it "
	"says\n"
	"  --steps                also what is measured, step by step\n"
	"  --json                 an object: rim, hash, extensions\n"
	"\n"
	"Exit status: 0, 1 usage, 2 malformed (what is described can't be), 8 failure (a file, memory).\n";

struct options {
	bool steps, json, help, version;
	struct description description;
};

static void print_hex(const struct rim *rim)
{
	for (size_t i = 0; i < rim->size; i++)
		printf("%02x", rim->value[i]);
}

static void print_step(const struct host_step *step, const struct rim *rim)
{
	if (step == NULL)
		printf("create                                          ");
	else if (step->kind == HOST_STEP_RIPAS)
		printf("ripas  0x%012llx 0x%012llx level %d   ", (unsigned long long)step->base,
		       (unsigned long long)step->top, (int)step->level);
	else if (step->kind == HOST_STEP_DATA)
		printf("data   0x%012llx %14zu bytes     ", (unsigned long long)step->base, step->size);
	else
		printf("rec                                             ");
	print_hex(rim);
	printf("\n");
}

static int complain(enum exit_status status, const char *what)
{
	const char *kind = status == STATUS_USAGE       ? "usage"
			   : status == STATUS_MALFORMED ? "malformed"
							: "failure";

	fprintf(stderr, "caec-measure: %s: %s\n", kind, what);
	if (status == STATUS_USAGE)
		fprintf(stderr, "Try: caec-measure --help\n");
	return (int)status;
}

/* --- Options ----------------------------------------------------------------------------------------- */

static bool set_switch(const char *argument, struct options *o)
{
	if (strcmp(argument, "--steps") == 0)
		o->steps = true;
	else if (strcmp(argument, "--json") == 0)
		o->json = true;
	else if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)
		o->help = true;
	else if (strcmp(argument, "--version") == 0)
		o->version = true;
	else
		return false;
	return true;
}

static int set_option(struct description *d, const struct option *option)
{
	char what[OPTION_KEY_MAX + 32];

	if (!description_has(option->key)) {
		snprintf(what, sizeof(what), "there is no such option: --%s", option->key);
		return complain(STATUS_USAGE, what);
	}
	if (!description_set(d, option->key, option->value, NULL))
		return complain(d->status, d->fault);
	return 0;
}

/* One pass over the options: `files` says whether it is for --description or for all others. */
static int parse(char **arguments, struct options *o, bool files)
{
	int status = 0;

	description_next_source(&o->description);
	for (int n = 1; arguments[n] != NULL && status == 0; n++) {
		struct option option;

		if (set_switch(arguments[n], o))
			continue;
		if (!option_get(arguments, &n, &option))
			return complain(STATUS_USAGE, "what is wanted is --KEY VALUE");
		if ((strcmp(option.key, "description") == 0) != files)
			continue;
		if (!files)
			status = set_option(&o->description, &option);
		else if (!description_read(&o->description, option.value))
			status = complain(o->description.status, o->description.fault);
	}
	return status;
}

/* A CPU can't begin in a compressed file: whoever unpacks it loads, and measures, something else. */
static void warn_of_packed(const struct description *d)
{
	struct host_piece piece;
	const char *name = description_start(d, &piece),
		   *format = name ? packed_as(piece.content, piece.size) : NULL;

	if (format)
		fprintf(stderr,
			"caec-measure: warning: '%s', with the entry point in it, is compressed (%s); it is "
			"measured as "
			"it is\n",
			name, format);
}

/* --- Output ------------------------------------------------------------------------------------------ */

static void print_rim(const struct options *o)
{
	const struct host_realm_config *config = &o->description.config;
	struct rim rim = rim_compute(config, o->steps ? print_step : NULL);

	if (o->json)
		printf("{\"rim\": \"");
	print_hex(&rim);
	if (o->json)
		printf("\", \"hash\": \"%s\", \"extensions\": %llu}",
		       config->hash_algo == RMI_HASH_SHA_256 ? "sha-256" : "sha-512",
		       (unsigned long long)rim.extensions);
	printf("\n");
}

int main(int count, char **arguments)
{
	static struct options o;
	int status;

	if (count < 2)
		return complain(STATUS_USAGE, "nothing is described");
	description_init(&o.description);
	/* Files first, wherever they stand: the options change what they say. */
	status = parse(arguments, &o, true);
	if (status == 0)
		status = parse(arguments, &o, false);
	if (status != 0)
		return status;
	if (o.help) {
		fputs(help, stdout);
		return 0;
	}
	if (o.version) {
		puts("caec-measure " CAEC_VERSION);
		return 0;
	}
	if (o.steps && o.json)
		return complain(STATUS_USAGE, "--steps and --json do not go together");
	if (!description_finish(&o.description))
		return complain(o.description.status, o.description.fault);
	warn_of_packed(&o.description);
	print_rim(&o);
	return fflush(stdout) != 0 || ferror(stdout)
		       ? complain(STATUS_FAILURE, "the output could not be written")
		       : 0;
}
