/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of any kind as a satellite receiver's; each sentence by itself with its checksum mended. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kits/protocols/nmea_sentence.h"
#include "support/fuzz_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

extern const struct kit_family kit_family_nmea;

static void check_fields(const char *line, size_t n)
{
	struct nmea_sentence sentence;

	if (nmea_read(line, n, &sentence) != NMEA_GOOD)
		return;
	if (sentence.n > NMEA_FIELDS)
		abort();
	for (unsigned i = 0; i < sentence.n; i++) {
		const struct nmea_field *field = &sentence.fields[i];

		if (field->at < line || field->at + field->n > line + n)
			abort();
		(void)nmea_number(*field);
		(void)nmea_time(*field);
		(void)nmea_wall_rmc(sentence.fields[0], *field, &(struct wall){0});
		(void)nmea_wall_zda(*field, sentence.fields[(i + 1) % NMEA_FIELDS],
			sentence.fields[(i + 2) % NMEA_FIELDS],
			sentence.fields[(i + 3) % NMEA_FIELDS], &(struct wall){0});
		(void)nmea_angle(*field, sentence.fields[(i + 1) % NMEA_FIELDS]);
	}
}

static size_t mend(char *line, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 1; i < n; i++)
		sum ^= (uint8_t)line[i];
	return n + (size_t)sprintf(line + n, "*%02X", sum & 0xff);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char line[NMEA_SENTENCE_MOST + 8];

	if (n > 0 && n <= NMEA_SENTENCE_MOST) {
		memcpy(line, bytes, n);
		check_fields(line, n);
		check_fields(line, mend(line, n));
	}
	fuzz_kit(&kit_family_nmea, bytes, n);
	return 0;
}
