/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * caec-vmm: realms as processes of a Linux host (caec-vmm(1)).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "config.h"
#include "measure/numbers.h"
#include "measure/option.h"
#include "run.h"

static const char help[] =
	"usage: caec-vmm run [option...]\n"
	"       caec-vmm measure [option...] [--json] [--save FOLDER]\n"
	"       caec-vmm list [--json]\n"
	"       caec-vmm info NAME [--json]\n"
	"       caec-vmm host [--json]\n"
	"       caec-vmm stop NAME [--timeout SECONDS] [--force]\n"
	"       caec-vmm console NAME\n"
	"       caec-vmm vsock NAME PORT [--listen]\n"
	"       caec-vmm --help | --version\n"
	"Runs a realm as a process of this host, or says what measurement it would have; looks at realms "
	"that run.\n"
	"\n"
	"  --kernel FILE          an arm64 Image; needed\n"
	"  --initrd FILE          an initial RAM disk\n"
	"  --append TEXT          for the kernel's command line\n"
	"  --memory MIB           512; also with K, M or G behind it\n"
	"  --cpus N               2\n"
	"  --disk FILE[,ro]       a file or block device, /dev/vda, /dev/vdb ...; ro: it can't be written "
	"to\n"
	"  --net none|user|user,host|tap=INTERFACE\n"
	"                         user: by this process's own sockets; host: 10.0.2.2 is this host's "
	"loopback\n"
	"  --vsock CID            sockets between the realm, by this number, and programs of this host,\n"
	"                         which are at 2\n"
	"  --console stdio|pty|socket   stdio: Ctrl-A X stops the realm\n"
	"  --console-device pl011|virtio   what the realm has for it: ttyAMA0 or hvc0\n"
	"  --csm on|off           confidential shared memory: on\n"
	"  --csm-allow NAME,...   realms that it may share with: any\n"
	"  --csm-limit SIZE       memory for what it shares, beside its own: 256M\n"
	"  --name NAME            realm\n"
	"  --hash sha-256|sha-512, --num-bps N, --num-wps N   as caec-measure has them\n"
	"  --expect-rim HEX       refuse to start a realm with another measurement\n"
	"  --user NAME            whose rights it runs with, if started by root: caec-vmm, or else nobody\n"
	"  --config FILE          the same from a JSON file; options change what it says\n"
	"  --state FOLDER         of all realms: /run/caec\n"
	"  --quiet                run: nothing on standard error but why it failed\n"
	"\n"
	"Exit status: 0 (run: the realm turned itself off), 1 usage, 2 malformed, 6 policy (another "
	"measurement),\n"
	"8 failure (a file, memory), 9 unsupported (no caec_host), 12 not-found (no such realm), 13 host (it "
	"refused),\n"
	"15 ended (the realm did not turn itself off).\n";

enum command {
	COMMAND_RUN,
	COMMAND_MEASURE,
	COMMAND_LIST,
	COMMAND_INFO,
	COMMAND_HOST,
	COMMAND_STOP,
	COMMAND_CONSOLE,
	COMMAND_VSOCK
};

static const struct name commands[] = { { "run", COMMAND_RUN },         { "measure", COMMAND_MEASURE },
					{ "list", COMMAND_LIST },       { "info", COMMAND_INFO },
					{ "host", COMMAND_HOST },       { "stop", COMMAND_STOP },
					{ "console", COMMAND_CONSOLE }, { "vsock", COMMAND_VSOCK } };

struct options {
	enum command command;
	bool json, force, quiet, listens;
	const char *save, *name, *port;
	unsigned int timeout;
	uint64_t number; /* the port */
	struct config config;
	struct fault fault;
};

static bool makes_realm(const struct options *o)
{
	return o->command == COMMAND_RUN || o->command == COMMAND_MEASURE;
}

static bool names_realm(const struct options *o)
{
	return !makes_realm(o) && o->command != COMMAND_LIST && o->command != COMMAND_HOST;
}

/* --- Options --------------------------------------------------------------------------------------------- */

static bool set_switch(struct options *o, const char *text)
{
	if (strcmp(text, "--json") == 0 && o->command != COMMAND_RUN && o->command != COMMAND_STOP &&
	    o->command != COMMAND_CONSOLE && o->command != COMMAND_VSOCK)
		o->json = true;
	else if (strcmp(text, "--force") == 0 && o->command == COMMAND_STOP)
		o->force = true;
	else if (strcmp(text, "--listen") == 0 && o->command == COMMAND_VSOCK)
		o->listens = true;
	else if (strcmp(text, "--quiet") == 0 && o->command == COMMAND_RUN)
		o->quiet = true;
	else
		return false;
	return true;
}

static bool set_timeout(struct options *o, const char *value)
{
	uint64_t seconds;

	if (!number_parse(value, false, &seconds) || seconds == 0 || seconds > 3600)
		return fault_set(&o->fault, VMM_USAGE, "timeout: '%s' is not a number from 1 to 3600", value);
	o->timeout = (unsigned int)seconds;
	return true;
}

/* Options that not every command has. */
static bool set_option(struct options *o, const struct option *option)
{
	if (strcmp(option->key, "save") == 0 && o->command == COMMAND_MEASURE) {
		o->save = option->value;
		return true;
	}
	if (strcmp(option->key, "timeout") == 0 && o->command == COMMAND_STOP)
		return set_timeout(o, option->value);
	if (makes_realm(o) || strcmp(option->key, "state") == 0)
		return config_set(&o->config, option->key, option->value, &o->fault);
	return fault_set(&o->fault, VMM_USAGE, "there is no such option: --%s", option->key);
}

/* What is no option: a realm's name, and with vsock a port. */
static bool set_word(struct options *o, const char *text)
{
	if (o->name == NULL)
		o->name = text;
	else if (o->command == COMMAND_VSOCK && o->port == NULL)
		o->port = text;
	else
		return fault_set(&o->fault, VMM_USAGE, "one realm's name, not '%s' as well", text);
	return true;
}

/* One pass over the options: `files` says whether it is for --config or for all others. */
static bool parse(struct options *o, char **arguments, bool files)
{
	bool ok = true;

	config_next_source(&o->config);
	for (int n = 0; arguments[n] != NULL && ok; n++) {
		struct option option;
		const char *text = arguments[n];

		if (set_switch(o, text))
			continue;
		if (strncmp(text, "--", 2) != 0 && names_realm(o)) {
			ok = files || set_word(o, text);
			continue;
		}
		if (!option_get(arguments, &n, &option))
			return fault_set(&o->fault, VMM_USAGE, "what is wanted is --KEY VALUE, not '%s'",
					 text);
		if ((makes_realm(o) && strcmp(option.key, "config") == 0) != files)
			continue;
		ok = files ? config_read(&o->config, option.value, &o->fault) : set_option(o, &option);
	}
	return ok;
}

static bool finish(struct options *o)
{
	if (makes_realm(o))
		return config_finish(&o->config, &o->fault);
	if (names_realm(o) && (o->name == NULL || !config_is_name(o->name)))
		return fault_set(&o->fault, VMM_USAGE, "a realm's name is wanted");
	if (o->command == COMMAND_VSOCK &&
	    (o->port == NULL || !number_parse(o->port, false, &o->number) || o->number > UINT32_MAX))
		return fault_set(&o->fault, VMM_USAGE, "a port is wanted: a number below 2^32");
	return true;
}

/* --- Commands -------------------------------------------------------------------------------------------- */

static int run(const struct options *o)
{
	const struct client client = { .state = o->config.state != NULL ? o->config.state : CONFIG_STATE,
				       .name = o->name,
				       .json = o->json,
				       .force = o->force,
				       .timeout = o->timeout,
				       .port = (unsigned int)o->number,
				       .listens = o->listens };

	switch (o->command) {
	case COMMAND_RUN:
		return run_realm(&o->config, o->quiet);
	case COMMAND_MEASURE:
		return run_measure(&o->config, o->json, o->save);
	case COMMAND_LIST:
		return client_list(&client);
	case COMMAND_INFO:
		return client_info(&client);
	case COMMAND_HOST:
		return client_host(&client);
	case COMMAND_STOP:
		return client_stop(&client);
	case COMMAND_VSOCK:
		return client_vsock(&client);
	default:
		return client_console(&client);
	}
}

static bool wants_help(char **arguments)
{
	for (; *arguments != NULL; arguments++)
		if (strcmp(*arguments, "--help") == 0 || strcmp(*arguments, "-h") == 0)
			return true;
	return false;
}

int main(int count, char **arguments)
{
	static struct options o = { .timeout = 60 };
	uint64_t command;
	int status;

	if (count > 1 && wants_help(arguments + 1)) {
		fputs(help, stdout);
		return 0;
	}
	if (count == 2 && strcmp(arguments[1], "--version") == 0) {
		puts("caec-vmm " CAEC_VERSION);
		return 0;
	}
	if (count < 2 ||
	    !name_parse(arguments[1], commands, sizeof(commands) / sizeof(commands[0]), &command)) {
		fault_set(&o.fault, VMM_USAGE, count < 2 ? "a command is wanted" : "there is no command '%s'",
			  arguments[1]);
		return fault_report(&o.fault);
	}
	o.command = (enum command)command;
	config_init(&o.config);
	/* Files first, wherever they stand: the options change what they say. */
	if (!parse(&o, arguments + 2, true) || !parse(&o, arguments + 2, false) || !finish(&o))
		status = fault_report(&o.fault);
	else
		status = run(&o);
	config_free(&o.config);
	return status;
}
