/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *	csm-fuzz ioctl COUNT [RID N SIZE]        every ioctl with every field hostile; with a share that can be attached
 *	csm-fuzz images DIR MOUNT SEEDS          images of DIR with lies in them, mounted and read
 *	csm-fuzz lie ID DIR SECONDS              an image of DIR in a kept region that changes all the time
 *	csm-fuzz look RID N SIZE MOUNT ROUNDS    mounts and reads that
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned int number(const char *text)
{
	return (unsigned int)strtoul(text, NULL, 0);
}

/* RID N SIZE */
static bool read_share(char **words, struct share *share)
{
	share->n = strtoull(words[1], NULL, 0);
	share->size = strtoull(words[2], NULL, 0);
	return csm_rid_parse(words[0], &share->provider);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct share share;

	csm = csm_open();
	expect("/dev/csm is there", csm >= 0);
	if (strcmp(what, "ioctl") == 0 && argc == 3)
		fuzz_ioctl(number(argv[2]), NULL);
	else if (strcmp(what, "ioctl") == 0 && argc == 6 && read_share(&argv[3], &share))
		fuzz_ioctl(number(argv[2]), &share);
	else if (strcmp(what, "images") == 0 && argc == 5)
		fuzz_images(argv[2], argv[3], number(argv[4]));
	else if (strcmp(what, "lie") == 0 && argc == 5)
		lie(strtoull(argv[2], NULL, 0), argv[3], number(argv[4]));
	else if (strcmp(what, "look") == 0 && argc == 7 && read_share(&argv[2], &share))
		look(&share, argv[5], number(argv[6]));
	else
		return 2;
	return expect_end();
}
