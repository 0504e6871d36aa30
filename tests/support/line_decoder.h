/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A strict reader of InfluxDB line protocol for tests: the rules read once more, independently of
 * the encoder (data/line.c), and without mercy: what servers read differently is an error here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DECODED_TEXT = 512, DECODED_TAGS = 32, DECODED_FIELDS = 32 };

struct decoded_tag {
	char key[DECODED_TEXT], value[DECODED_TEXT];
};

enum decoded_kind { DECODED_DOUBLE = 1, DECODED_INT, DECODED_STRING };

struct decoded_field {
	char key[DECODED_TEXT];
	enum decoded_kind kind;
	double number;
	int64_t integer;
	char string[DECODED_TEXT];
};

struct decoded_line {
	char measurement[DECODED_TEXT];
	struct decoded_tag tags[DECODED_TAGS];
	size_t n_tags;
	struct decoded_field fields[DECODED_FIELDS];
	size_t n_fields;
	int64_t stamp;
};

/* Reads exactly one line, its newline included, that ends where the bytes end. Returns NULL, or
 * what is wrong with it. */
const char *line_decode(const char *bytes, size_t n, struct decoded_line *ret_line);

/* A picture of a control character (U+2400 ...) back to the character, for comparing with what went
 * in. */
void line_unpicture(char *text);
