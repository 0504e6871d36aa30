/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a board prints, or anything else, through the family `lines`; and each line by itself, where
 * the quick way must read what the slow way reads. A first byte of 0 to 5 chooses a board whose
 * kit.yaml says what it prints. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kits/protocols/lines_parse.h"
#include "support/fuzz_kit.h"
#include "support/kit_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

extern const struct kit_family kit_family_lines;

#define KIT(keys, a, b) \
	"kit: x\nname: {zh: 甲, en: X}\nserial: 9600 8N1\nrate: 1 Hz\nlines: {" keys \
	"}\nchannels:\n" \
	"  - {id: a, name: {zh: 甲, en: A}, quantity: number, unit: \"1\", range: [0, 9], " \
	"resolution: 0.1, from: " a "}\n" \
	"  - {id: b, name: {zh: 乙, en: B}, quantity: number, unit: \"1\", range: [0, 9], " \
	"resolution: 0.001, from: " b ", scale: 0.01}\n"

static const char *const kits[] = {
	KIT("format: labels", "Temp", "Light"),
	KIT("format: columns, separator: \";\"", "column 3", "column 1"),
	KIT("format: csv", "temp", "light"),
	KIT("format: json", "temp", "light"),
	KIT("format: tuple", "column 1", "column 2"),
	KIT("format: auto", "temp", "column 2"),
};

enum { KITS = sizeof(kits) / sizeof(kits[0]) };

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
	static const struct model *models[KITS];
	const char *text = (const char *)bytes;
	const char *end = memchr(text, '\n', n);
	size_t line = end ? (size_t)(end - text) : n;

	if (line <= LINES_LINE_MAX)
		check_one_line(text, line);
	if (n == 0 || bytes[0] >= KITS) {
		fuzz_kit(&kit_family_lines, bytes, n);
		return 0;
	}
	if (!models[bytes[0]])
		models[bytes[0]] = kit_rig_read(kits[bytes[0]]);
	fuzz_serial_kit(&kit_family_lines, models[bytes[0]], bytes + 1, n - 1);
	return 0;
}
