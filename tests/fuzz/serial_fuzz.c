/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What instruments at a serial port may say, with their own kit.yaml: most answer questions, and
 * damage goes no further than a checksum, so every second answer is one that fits what was asked.
 * The first byte chooses the kit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/checksum.h"
#include "sense/catalogue.h"
#include "support/fuzz_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Registers as many as were wanted, or a refusal. */
static size_t mend_modbus(uint8_t *answer, size_t n, const uint8_t *sent, size_t n_sent)
{
	size_t length = n_sent < 8 ? 0 : 3 + 2 * (size_t)sent[5];
	uint16_t crc;

	if (length < 5 || length + 2 > FUZZ_REPORT)
		return n;
	memmove(answer + 3, answer, length - 3);
	answer[0] = sent[0];
	answer[1] = sent[1];
	answer[2] = (uint8_t)(length - 3);
	if (answer[3] >= 0xf0) {
		answer[1] |= 0x80;
		answer[2] = answer[3] & 0x0f;
		length = 3;
	}
	crc = checksum_of(CHECKSUM_CRC16_MODBUS, answer, length);
	answer[length] = (uint8_t)crc;
	answer[length + 1] = (uint8_t)(crc >> 8);
	return length + 2;
}

static size_t mend_gmc(uint8_t *answer, size_t n, const uint8_t *sent, size_t n_sent)
{
	if (n_sent == strlen("<GETVER>>")) {
		memcpy(answer, "GMC-", 4);
		return 14;
	}
	if (n_sent > 4 && memcmp(sent, "<GETS", 5) == 0)
		return 7;
	return n % 2 ? 2 : 4; /* a beat */
}

static size_t mend_mhz19(uint8_t *answer, size_t n, const uint8_t *sent, size_t n_sent)
{
	uint8_t sum = 0;

	(void)n;
	answer[0] = 0xff;
	answer[1] = n_sent > 2 ? sent[2] : 0x86;
	for (int i = 1; i < 8; i++)
		sum = (uint8_t)(sum + answer[i]);
	answer[8] = (uint8_t)-sum;
	return 9;
}

static size_t mend_nine_bytes(uint8_t *answer, size_t n, const uint8_t *sent, size_t n_sent)
{
	(void)n;
	(void)sent;
	(void)n_sent;
	answer[0] = 0xaa;
	answer[1] = 0x55;
	answer[8] = 0;
	for (int i = 0; i < 8; i++)
		answer[8] = (uint8_t)(answer[8] + answer[i]);
	return 9;
}

static struct {
	const char *name;
	struct fuzz_serial serial;
} kits[] = {
	{"gmc-geiger", {.mend = mend_gmc}},
	{"xy-md02", {.mend = mend_modbus}},
	{"pzem-004t", {.mend = mend_modbus}},
	{"pzem-017", {.mend = mend_modbus}},
	{"senseair-s8", {.mend = mend_modbus}},
	{"soil-probe", {.mend = mend_modbus}},
	{"soil-probe-7in1", {.mend = mend_modbus}},
	{"mhz19", {.mend = mend_mhz19}},
	{"nine-bytes", {.mend = mend_nine_bytes}},
	{"nmea-gps", {.mend = NULL}},
	{"firmata-board", {.mend = NULL}},
	{"text-board", {.mend = NULL}},
};

enum { KITS = sizeof(kits) / sizeof(kits[0]) };

static void read_kits(void)
{
	const char *source = getenv("KITLOG_SOURCE");
	char ours[300];
	const char *folders[] = {ours};
	static struct catalogue *catalogue; /* until the program ends */

	snprintf(ours, sizeof(ours), "%s/kits", source ? source : ".");
	if (catalogue_open(folders, 1, &catalogue))
		abort();
	for (size_t i = 0; i < KITS; i++) {
		kits[i].serial.model = catalogue_find(catalogue, kits[i].name);
		if (!kits[i].serial.model) {
			fprintf(stderr, "%s: %s\n", kits[i].name, catalogue_problems(catalogue));
			abort();
		}
		kits[i].serial.family = catalogue_family(kits[i].serial.model);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (!kits[0].serial.model)
		read_kits();
	if (n > 0)
		fuzz_answers(&kits[bytes[0] % KITS].serial, bytes + 1, n - 1);
	return 0;
}
