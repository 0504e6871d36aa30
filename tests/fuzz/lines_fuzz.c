/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a board prints, or anything else, through the family `lines`; and each line by itself, where
 * the quick way must read what the slow way reads. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kits/protocols/lines_parse.h"
#include "support/fuzz_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

extern const struct kit_family kit_family_lines;

static void check_one_line(const char *line, size_t n)
{
	struct lines_reading reading;
	struct lines_form form = {0};
	enum lines_kind kind = lines_parse(line, n, &reading);
	double values[STREAM_CHANNELS];
	char copy[LINES_LINE_MAX + 1];

	if (reading.n > STREAM_CHANNELS)
		abort();
	for (unsigned i = 0; i < reading.n; i++)
		if (reading.items[i].label.n >= LINES_LABEL_MAX && kind != LINES_UNKNOWN)
			abort();
	if (kind != LINES_POSITIONAL && kind != LINES_LABELLED)
		return;
	lines_form_learn(&form, line, n, &reading);
	if (form.n == 0)
		return;
	memcpy(copy, line, n);
	copy[n] = '\n';
	if (lines_form_read(&form, copy, n + 1, values) != n + 1)
		abort();
	for (unsigned i = 0; i < reading.n; i++)
		if (values[i] != reading.items[i].value)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *text = (const char *)bytes;
	const char *end = memchr(text, '\n', n);
	size_t line = end ? (size_t)(end - text) : n;

	if (line <= LINES_LINE_MAX)
		check_one_line(text, line);
	fuzz_kit(&kit_family_lines, bytes, n);
	return 0;
}
