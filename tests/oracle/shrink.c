/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Delta debugging (session.h): pieces of the run are left out, half of it first, single steps last; what still fails
 * takes its place.
 */
#include <stdlib.h>
#include <string.h>

#include "oracle/session.h"

/* Without `count` steps from `from` on, does something differ? Then they stay out. */
static bool try_without(struct session *s, struct step *step, size_t *num, size_t from, size_t count)
{
	size_t left = *num - count;
	struct step *rest = malloc((left + 1) * sizeof(*rest));
	bool fails = false;

	if (rest == NULL)
		return false;
	memcpy(rest, step, from * sizeof(*rest));
	memcpy(rest + from, step + from + count, (left - from) * sizeof(*rest));
	if (!session_replay(s, rest, left)) {
		fails = true;
		/* Behind the step that failed nothing matters. */
		*num = s->num;
		memcpy(step, rest, *num * sizeof(*rest));
	}
	free(rest);
	return fails;
}

size_t shrink(struct session *s, struct step *step, size_t num, void (*say)(size_t left))
{
	for (size_t piece = num / 2; piece > 0; piece /= 2) {
		bool again = true;

		while (again) {
			again = false;
			/* From the end: what came last is what it needs. */
			for (size_t end = num; end > 0; end = end > piece ? end - piece : 0) {
				size_t from = end > piece ? end - piece : 0;

				if (end <= num && try_without(s, step, &num, from, end - from)) {
					again = piece == 1;
					say(num);
				}
			}
		}
	}
	session_replay(s, step, num);
	return num;
}
