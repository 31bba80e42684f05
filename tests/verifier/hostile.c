/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A user of libcaec-verify (test_install.py) that has its own ideas of names: it uses <err.h>, and with it comes a
 * function for every name that the library has inside. C and C++. hostile TOKEN POLICY: the exit status is the verdict.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <caec_verify.h>

#ifdef __cplusplus
extern "C"
#endif
	void
	trapped(const char *name);

/* Each function of the program's own that the library has taken for its own. */
void trapped(const char *name)
{
	errx(99, "the library called %s()", name);
}

static size_t read_file(const char *name, char *to, size_t size)
{
	FILE *file = fopen(name, "rb");

	if (!file)
		err(98, "%s", name);
	size = fread(to, 1, size, file);
	fclose(file);
	return size;
}

int main(int argc, char **argv)
{
	static char token[CAEC_TOKEN_MAX], json[65536];
	char error[256];
	struct caec_policy *policy;
	struct caec_result *result;
	enum caec_verdict verdict;

	if (argc != 3)
		errx(97, "hostile TOKEN POLICY");
	errno = ERANGE;
	warn("%d words", argc);
	policy = caec_policy_load(json, read_file(argv[2], json, sizeof(json)), error, sizeof(error));
	if (!policy)
		errx(96, "%s", error);
	result = caec_verify(token, read_file(argv[1], token, sizeof(token)), policy, NULL, 0);
	if (!result || !caec_result_table(result, stdout) || !caec_result_json(result, stdout))
		errx(95, "no report");
	verdict = caec_result_verdict(result);
	caec_result_free(result);
	caec_policy_free(policy);
	return verdict;
}
