/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * caec-vmm run, from its files to its end, with a module and a realm that the test plays (fake_module.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_module.h"
#include "linux/linux_layout.h"
#include "linux/linux_tree.h"
#include "run.h"

#define UART (LINUX_ALIAS + LINUX_UART)
#define RTC (LINUX_ALIAS + LINUX_RTC)
#define VIRTIO(n) (LINUX_ALIAS + LINUX_VIRTIO(n))
#define KERNEL_SIZE 9000000

static char folder[] = "/tmp/caec-run-XXXXXX";
static char output[4096];

static char *path_of(const char *name)
{
	char *path = malloc(128);

	snprintf(path, 128, "%s/%s", folder, name);
	return path;
}

static void write_kernel(void)
{
	char *path = path_of("kernel"), *content = calloc(1, KERNEL_SIZE);
	FILE *file = fopen(path, "wb");

	memcpy(content + 56, "ARMd", 4);
	content[16 + 3] = 1; /* 16 MiB when it runs */
	assert_int_equal(fwrite(content, 1, KERNEL_SIZE, file), KERNEL_SIZE);
	fclose(file);
	free(content);
	free(path);
}

static int setup(void **state)
{
	struct config *config = malloc(sizeof(*config));

	strcpy(folder, "/tmp/caec-run-XXXXXX");
	assert_non_null(mkdtemp(folder));
	write_kernel();
	fake_reset();
	config_init(config);
	config->kernel = path_of("kernel");
	config->state = path_of("state");
	config->name = strdup("test");
	config->console = CONFIG_STDIO;
	*state = config;
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	config_free(*state);
	free(*state);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* Runs the realm with standard input from `typed`; what it says is in `output`. */
static int run(const struct config *config, const char *typed)
{
	int in[2], out[2], saved_in = dup(0), saved_out = dup(1), status;
	ssize_t count;

	assert_int_equal(pipe(in) | pipe(out), 0);
	assert_int_equal(write(in[1], typed, strlen(typed)), strlen(typed));
	close(in[1]);
	fflush(stdout);
	dup2(in[0], 0);
	dup2(out[1], 1);
	status = run_realm(config, true);
	dup2(saved_in, 0);
	dup2(saved_out, 1);
	close(in[0]);
	close(out[1]);
	count = read(out[0], output, sizeof(output) - 1);
	output[count > 0 ? count : 0] = '\0';
	close(out[0]);
	close(saved_in);
	close(saved_out);
	return status;
}

#define PLAY(exits)                                                     \
	do {                                                            \
		fake.script = (exits);                                  \
		fake.script_count = sizeof(exits) / sizeof((exits)[0]); \
	} while (0)

#define WRITE(at, size_, value)                                                               \
	{                                                                                     \
		.reason = CAEC_HOST_EXIT_MMIO, .ipa = (at), .data = (value), .size = (size_), \
		.is_write = true                                                              \
	}
#define READ(at, size_, value)                                                               \
	{                                                                                    \
		.reason = CAEC_HOST_EXIT_MMIO, .ipa = (at), .data = (value), .size = (size_) \
	}
#define OFF                                         \
	{                                           \
		.reason = CAEC_HOST_EXIT_SYSTEM_OFF \
	}

/* --- What it is made of ---------------------------------------------------------------------------------- */

static void test_off(void **state)
{
	static const struct fake_exit script[] = { WRITE(UART, 4, 'h'), WRITE(UART, 1, 'i'), OFF };
	const struct config *config = *state;

	PLAY(script);
	assert_int_equal(run(config, ""), VMM_OK);
	assert_string_equal(output, "hi");
	assert_int_equal(fake.mismatches, 0);
	assert_string_equal(fake.create.name, "test");
	assert_int_equal(fake.create.flags, CAEC_HOST_REALM_CSM);
	assert_int_equal(fake.create.ipa_bits, LINUX_IPA_BITS);
	assert_int_equal(fake.create.memory, config->memory);
	assert_int_equal(fake.rec_count, 2);
	assert_int_equal(fake.recs[0].flags, CAEC_HOST_REC_RUNNABLE);
	assert_int_equal(fake.recs[0].pc, LINUX_RAM_BASE);
	assert_int_equal(fake.recs[0].gprs[0], LINUX_RAM_BASE + LINUX_TREE_OFFSET);
	assert_int_equal(fake.recs[1].flags, 0);
	assert_int_equal(fake.loaded_first, LINUX_RAM_BASE);
	assert_true(fake.loaded_bytes > KERNEL_SIZE && fake.loaded_bytes < KERNEL_SIZE + LINUX_TREE_SIZE);
	assert_int_equal(fake.shared.ipa, LINUX_ALIAS + LINUX_RAM_BASE);
	assert_int_equal(fake.shared.size, config->memory);
	assert_int_equal(access(config->state, F_OK), 0);
}

/* The order is part of what is measured. */
static void test_order(void **state)
{
	static const unsigned long wanted[] = { CAEC_HOST_CREATE_REALM, CAEC_HOST_INIT_RIPAS,
						CAEC_HOST_POPULATE,     CAEC_HOST_POPULATE,
						CAEC_HOST_POPULATE,     CAEC_HOST_POPULATE,
						CAEC_HOST_CREATE_REC,   CAEC_HOST_CREATE_REC,
						CAEC_HOST_ACTIVATE,     CAEC_HOST_SET_SHARED };
	static const struct fake_exit script[] = { OFF };

	PLAY(script);
	assert_int_equal(run(*state, ""), VMM_OK);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_true(fake.calls[i] == wanted[i]);
}

static void test_policy(void **state)
{
	static const struct fake_exit script[] = { OFF };
	struct config *config = *state;
	struct fault fault = { VMM_OK, "" };

	PLAY(script);
	assert_true(config_set(config, "csm-allow", "a,b", &fault));
	assert_true(config_set(config, "csm-limit", "1M", &fault));
	assert_int_equal(run(config, ""), VMM_OK);
	assert_int_equal(fake.policy.mode, CAEC_HOST_CSM_NAMES);
	assert_int_equal(fake.policy.count, 2);
	assert_string_equal(fake.policy.names[1], "b");
	assert_int_equal(fake.policy.max_pages, 256);
}

/* --- Devices --------------------------------------------------------------------------------------------- */

/* All of them are where the device tree says, and between them there is nothing. */
static void test_devices(void **state)
{
	static const struct fake_exit script[] = {
		READ(VIRTIO(0), 4, 0x74726976),
		READ(VIRTIO(0) + 8, 4, 4),
		READ(VIRTIO(1) + 8, 4, 2),
		READ(VIRTIO(1) + 0x100, 4, 3),
		READ(VIRTIO(2) + 8, 4, 1),
		READ(RTC + 0xfe0, 4, 0x31),
		READ(UART + 0xfe0, 4, 0x11),
		{ .reason = CAEC_HOST_EXIT_MMIO, .ipa = VIRTIO(3), .size = 4, .aborts = true },
		{ .reason = CAEC_HOST_EXIT_MMIO,
		  .ipa = UART + 0x1000,
		  .size = 8,
		  .is_write = true,
		  .aborts = true },
		{ .reason = CAEC_HOST_EXIT_MMIO, .ipa = UART + 1, .size = 3, .aborts = true },
		{ .reason = CAEC_HOST_EXIT_MMIO, .ipa = UINT64_MAX, .size = 8, .aborts = true },
		OFF,
	};
	struct config *config = *state;
	struct fault fault = { VMM_OK, "" };
	char *disk = path_of("disk");
	FILE *file = fopen(disk, "wb");

	for (unsigned int i = 0; i < 3 * 512 + 100; i++)
		fputc('d', file);
	fclose(file);
	assert_true(config_set(config, "disk", disk, &fault));
	assert_true(config_set(config, "net", "user", &fault));
	free(disk);
	PLAY(script);
	assert_int_equal(run(config, ""), VMM_OK);
	assert_int_equal(fake.mismatches, 0);
}

/* The same by the virtio console: what is written in an emergency comes out where the UART's bytes do. */
static void test_virtio_console(void **state)
{
	const uint64_t console = LINUX_ALIAS + LINUX_VIRTIO(1);
	const struct fake_exit script[] = { READ(console + 8, 4, 3), WRITE(console + 0x108, 4, 'v'),
					    WRITE(UART, 4, 'u'), OFF };
	struct config *config = *state;
	struct fault fault;

	assert_true(config_set(config, "console-device", "virtio", &fault));
	PLAY(script);
	assert_int_equal(run(config, "typed"), VMM_OK);
	assert_string_equal(output, "vu");
	assert_int_equal(fake.mismatches, 0);
}

/* What is typed comes to the UART, with an interrupt; more than it takes waits. */
static void test_input(void **state)
{
	static struct fake_exit script[103];
	char typed[101] = "";

	script[0] = (struct fake_exit)WRITE(UART + 0x38, 4, 0x50); /* interrupts for input */
	script[1] = (struct fake_exit){ .reason = CAEC_HOST_EXIT_NONE };
	for (unsigned int i = 0; i < 100; i++) {
		typed[i] = (char)('A' + i % 26);
		script[2 + i] = (struct fake_exit)READ(UART, 4, (uint8_t)typed[i]);
	}
	script[102] = (struct fake_exit)OFF;
	PLAY(script);
	fake.waits_for = LINUX_UART_INTID;
	assert_int_equal(run(*state, typed), VMM_OK);
	assert_int_equal(fake.mismatches, 0);
	assert_false(fake.irq_level[LINUX_UART_INTID]);
}

/* --- Ends ------------------------------------------------------------------------------------------------ */

static void test_reset_is_no_end(void **state)
{
	static const struct fake_exit script[] = { { .reason = CAEC_HOST_EXIT_SYSTEM_RESET } };

	PLAY(script);
	assert_int_equal(run(*state, ""), VMM_ENDED);
}

static void test_errors(void **state)
{
	static const struct fake_exit script[] = { { .reason = CAEC_HOST_EXIT_ERROR } };

	for (uint32_t why = CAEC_HOST_ERROR_FAULT; why <= CAEC_HOST_ERROR_RMM; why++) {
		fake_reset();
		PLAY(script);
		fake.error = (struct caec_host_run_error){ .why = why, .ipa = 0x80001000 };
		assert_int_equal(run(*state, ""), VMM_ENDED);
	}
}

static void test_unknown_exit(void **state)
{
	static const struct fake_exit script[] = { { .reason = 4711 } };

	PLAY(script);
	assert_int_equal(run(*state, ""), VMM_ENDED);
}

/* A signal ends it, wherever its vCPUs are. */
static void test_stopped(void **state)
{
	static const struct fake_exit script[] = { { .reason = CAEC_HOST_EXIT_INTR } };
	pid_t self = getpid(), child;

	PLAY(script);
	child = fork();
	if (child == 0) {
		usleep(200000);
		kill(self, SIGTERM);
		_exit(0);
	}
	assert_int_equal(run(*state, ""), VMM_ENDED);
	waitpid(child, NULL, 0);
}

/* --- Refusals -------------------------------------------------------------------------------------------- */

static void test_no_module(void **state)
{
	fake.is_there = false;
	assert_int_equal(run(*state, ""), VMM_UNSUPPORTED);
}

static void test_refusals(void **state)
{
	static const struct {
		unsigned long request;
		int error;
		enum vmm_status status;
	} refusals[] = {
		{ CAEC_HOST_CREATE_REALM, EEXIST, VMM_HOST },
		{ CAEC_HOST_CREATE_REALM, EOPNOTSUPP, VMM_UNSUPPORTED },
		{ CAEC_HOST_INIT_RIPAS, ENOMEM, VMM_FAILURE },
		{ CAEC_HOST_POPULATE, ENOMEM, VMM_FAILURE },
		{ CAEC_HOST_CREATE_REC, EIO, VMM_HOST },
		{ CAEC_HOST_ACTIVATE, EIO, VMM_HOST },
		{ CAEC_HOST_SET_SHARED, EINVAL, VMM_HOST },
	};

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		fake_reset();
		fake.refused = refusals[i].request;
		fake.refuses = refusals[i].error;
		assert_int_equal(run(*state, ""), refusals[i].status);
	}
}

/* Another measurement than expected: nothing is loaded, nothing runs. */
static void test_other_measurement(void **state)
{
	struct config *config = *state;

	config->rim_size = 32;
	assert_int_equal(run(config, ""), VMM_POLICY);
	assert_int_equal(fake.loaded_bytes, 0);
	assert_int_equal(fake.rec_count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_policy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_devices, setup, teardown),
		cmocka_unit_test_setup_teardown(test_virtio_console, setup, teardown),
		cmocka_unit_test_setup_teardown(test_input, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reset_is_no_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_exit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stopped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_module, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_measurement, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
