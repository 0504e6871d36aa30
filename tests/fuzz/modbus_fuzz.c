/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of any kind as answers of Modbus probes: through the family, and past its clock as the answer
 * to one question, where a mended checksum gets further. */
#include <stdlib.h>
#include <string.h>

#include "data/checksum.h"
#include "kits/protocols/modbus_frame.h"
#include "support/fuzz_kit.h"
#include "support/kit_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

extern const struct kit_family kit_family_modbus;

static const char yaml[] =
	"kit: x\nname: {zh: 甲, en: X}\nserial: 9600 8N1\n"
	"modbus: {slave: 1, every: 20 ms, gap: 1 ms, timeout: 20 ms}\nrate: 50 Hz\nchannels:\n"
	"  - {id: a, name: {zh: 甲, en: A}, quantity: number, unit: \"1\", range: [0, 9], "
	"resolution: 1, from: input 1 s16}\n"
	"  - {id: b, name: {zh: 乙, en: B}, quantity: number, unit: \"1\", range: [0, 9], "
	"resolution: 0.1, from: input 2 f32 low-first}\n"
	"  - {id: c, name: {zh: 丙, en: C}, quantity: number, unit: \"1\", range: [0, 9], "
	"resolution: 1, from: holding 9 u32, rate: 10 Hz}\n";

/* What is found lies within the bytes, and is sound. */
static void check_answer(const struct modbus_question *question, const uint8_t *bytes, size_t n)
{
	struct modbus_answer answer;
	enum modbus_outcome outcome = modbus_find_answer(question, bytes, n, &answer);
	size_t length = outcome == MODBUS_REFUSED ? 5 : 5 + 2 * (size_t)question->count;
	uint16_t crc;

	if (answer.from > n)
		abort();
	if (outcome == MODBUS_WAIT)
		return;
	if (answer.from + length > n)
		abort();
	crc = checksum_of(CHECKSUM_CRC16_MODBUS, bytes + answer.from, length - 2);
	if (bytes[answer.from + length - 2] != (uint8_t)crc ||
		bytes[answer.from + length - 1] != crc >> 8)
		abort();
	if (outcome == MODBUS_ANSWERED && answer.registers != bytes + answer.from + 3)
		abort();
}

static void mend(uint8_t *bytes, size_t n)
{
	uint16_t crc = checksum_of(CHECKSUM_CRC16_MODBUS, bytes, n - 2);

	bytes[n - 2] = (uint8_t)crc;
	bytes[n - 1] = (uint8_t)(crc >> 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct model *model;
	struct modbus_question question = {1, MODBUS_INPUT, 1, 3};
	uint8_t copy[300];

	if (!model)
		model = kit_rig_read(yaml);
	if (n >= 5 && n <= sizeof(copy)) {
		question.slave = bytes[0];
		question.function = bytes[1] & 0x7f;
		question.count = (uint16_t)(bytes[2] / 2 % MODBUS_REGISTERS);
		check_answer(&question, bytes, n);
		memcpy(copy, bytes, n);
		mend(copy, n);
		check_answer(&question, copy, n);
	}
	fuzz_serial_kit(&kit_family_modbus, model, bytes, n);
	return 0;
}
