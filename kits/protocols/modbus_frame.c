/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A frame is believed for its CRC, address, function and length together: noise passes the CRC once
 * in 65 536 tries, and there are as many tries as bytes. */
#include "kits/protocols/modbus_frame.h"

#include <stdbool.h>

#include "data/checksum.h"

enum { CRC_BYTES = 2, HEAD_BYTES = 3, REFUSAL = 0x80 };

static uint16_t crc_of(const uint8_t *bytes, size_t n)
{
	return checksum_of(CHECKSUM_CRC16_MODBUS, bytes, n);
}

void modbus_write_question(
	const struct modbus_question *question, uint8_t ret_bytes[MODBUS_QUESTION_BYTES])
{
	uint16_t crc;

	ret_bytes[0] = question->slave;
	ret_bytes[1] = question->function;
	ret_bytes[2] = (uint8_t)(question->first >> 8);
	ret_bytes[3] = (uint8_t)question->first;
	ret_bytes[4] = (uint8_t)(question->count >> 8);
	ret_bytes[5] = (uint8_t)question->count;
	crc = crc_of(ret_bytes, MODBUS_QUESTION_BYTES - CRC_BYTES);
	ret_bytes[6] = (uint8_t)crc;
	ret_bytes[7] = (uint8_t)(crc >> 8);
}

/* How long a frame that begins here would be; 0: none begins here. n is 1 at least. */
static size_t length_at(const struct modbus_question *question, const uint8_t *bytes, size_t n)
{
	if (bytes[0] != question->slave)
		return 0;
	if (n < 2)
		return MODBUS_REFUSAL_BYTES; /* at least */
	if (bytes[1] == (question->function | REFUSAL))
		return MODBUS_REFUSAL_BYTES;
	if (bytes[1] != question->function || (n > 2 && bytes[2] != 2 * question->count))
		return 0;
	return HEAD_BYTES + 2 * (size_t)question->count + CRC_BYTES;
}

static bool is_whole(const uint8_t *bytes, size_t length)
{
	uint16_t crc = crc_of(bytes, length - CRC_BYTES);

	return bytes[length - 2] == (uint8_t)crc && bytes[length - 1] == (uint8_t)(crc >> 8);
}

enum modbus_outcome modbus_find_answer(const struct modbus_question *question, const uint8_t *bytes,
	size_t n, struct modbus_answer *ret_answer)
{
	struct modbus_answer answer = {.from = n};

	for (size_t at = 0; at < n; at++) {
		size_t length = length_at(question, bytes + at, n - at);

		if (length == 0)
			continue;
		if (length > n - at) {
			if (answer.from == n)
				answer.from = at;
			continue;
		}
		if (!is_whole(bytes + at, length))
			continue;
		answer.from = at;
		answer.length = length;
		*ret_answer = answer;
		if (bytes[at + 1] & REFUSAL) {
			ret_answer->code = bytes[at + 2];
			return MODBUS_REFUSED;
		}
		ret_answer->registers = bytes + at + HEAD_BYTES;
		return MODBUS_ANSWERED;
	}
	*ret_answer = answer;
	return MODBUS_WAIT;
}
