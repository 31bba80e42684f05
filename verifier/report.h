/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing JSON: what reports and learned policies have in common. Where there is no memory a value is NULL, and so is
 * all that it was to be a part of: a learned policy with a claim missing would accept anything there.
 */
#ifndef VERIFIER_REPORT_H
#define VERIFIER_REPORT_H

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>

#include "result.h"

/* null for what is absent. */
json_t *json_hex(struct span bytes);
json_t *json_text(struct span text);

/* Puts the value, which is given up, into *object or *array; that becomes NULL if either is NULL or it fails. */
void json_put(json_t **object, const char *name, json_t *value);
void json_add(json_t **array, json_t *value);

/* All five members; null for what is absent. */
json_t *component_json(const struct component *component);

/* Writes the document and a newline, and gives it up. */
bool write_json(json_t *root, size_t indent, FILE *out);

#endif
