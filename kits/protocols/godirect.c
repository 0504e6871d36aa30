/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kits/protocols/godirect.h"

#include <string.h>

#include "base/text.h"

enum {
	TEXT_MOST = 64,
	COMMAND = 0x58,
	OF_ALL = 0xff,
	SUM = 3,
	LEAST_BYTES = 5,
	ORDER_CODE_BYTES = 16,
	SERIAL_BYTES = 16
};

/* --- packets --- */

uint8_t godirect_sum(const uint8_t *packet, size_t n)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (i != SUM)
			sum = (uint8_t)(sum + packet[i]);
	return sum;
}

static bool is_whole_values(const uint8_t *bytes, size_t n)
{
	return n >= LEAST_BYTES && bytes[0] == GODIRECT_VALUES && bytes[1] == n &&
		godirect_sum(bytes, n) == bytes[SUM];
}

static bool is_partial(const struct godirect_inbox *inbox)
{
	return inbox->n > 0 && (inbox->n < 2 || inbox->n < inbox->bytes[1]);
}

/* Measurements may come between the pieces of a long answer: put in front of it. */
static void put_in(struct godirect_inbox *inbox, const uint8_t *bytes, size_t n)
{
	bool is_between = is_partial(inbox) && is_whole_values(bytes, n);

	if (n > sizeof(inbox->bytes) - inbox->n)
		inbox->n = 0; /* cannot be: a packet is shorter than half the box */
	if (is_between) {
		memmove(inbox->bytes + n, inbox->bytes, inbox->n);
		memcpy(inbox->bytes, bytes, n);
	} else {
		memcpy(inbox->bytes + inbox->n, bytes, n);
	}
	inbox->n += n;
}

/* The packet of the last call goes, what is behind it moves up. Padding is no packet. */
static void drop(struct godirect_inbox *inbox, size_t n)
{
	inbox->n -= n;
	memmove(inbox->bytes, inbox->bytes + n, inbox->n);
	if (inbox->n > 0 && inbox->bytes[0] == 0)
		inbox->n = 0;
}

const uint8_t *godirect_take(
	struct godirect_inbox *inbox, const uint8_t *report, size_t n, size_t *ret_n)
{
	if (report && n > 1)
		put_in(inbox, report + 1, report[0] < n ? report[0] : n - 1);
	if (!report && inbox->n > 1)
		drop(inbox, inbox->bytes[1] < inbox->n ? inbox->bytes[1] : inbox->n);
	if (inbox->n > 1 && inbox->bytes[1] < LEAST_BYTES)
		inbox->n = 0; /* nothing that we know how to go on behind */
	if (inbox->n < 2 || is_partial(inbox))
		return NULL;
	*ret_n = inbox->bytes[1];
	return inbox->bytes;
}

void godirect_command(enum godirect_code code, uint8_t counter, const uint8_t *parameters, size_t n,
	uint8_t ret_report[GODIRECT_REPORT])
{
	uint8_t *packet = ret_report + 1;
	size_t length = LEAST_BYTES + n;

	memset(ret_report, 0, GODIRECT_REPORT);
	ret_report[0] = (uint8_t)length;
	packet[0] = COMMAND;
	packet[1] = (uint8_t)length;
	packet[2] = counter;
	packet[4] = (uint8_t)code;
	if (n > 0)
		memcpy(packet + LEAST_BYTES, parameters, n);
	packet[SUM] = godirect_sum(packet, length);
}

static void put_u32(uint8_t *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
}

size_t godirect_init(uint8_t *ret_parameters)
{
	static const uint8_t key[] = {0xa5, 0x4a, 0x06, 0x49, 0x07, 0x48, 0x08, 0x47, 0x09, 0x46,
		0x0a, 0x45, 0x0b, 0x44, 0x0c, 0x43, 0x0d, 0x42, 0x0e, 0x41};

	memcpy(ret_parameters, key, sizeof(key));
	return sizeof(key);
}

size_t godirect_period(uint32_t us, uint8_t *ret_parameters)
{
	memset(ret_parameters, 0, 10);
	ret_parameters[0] = OF_ALL;
	put_u32(ret_parameters + 2, us);
	return 10;
}

size_t godirect_start(uint32_t mask, uint8_t *ret_parameters)
{
	memset(ret_parameters, 0, 14);
	ret_parameters[0] = OF_ALL;
	ret_parameters[1] = 1;
	put_u32(ret_parameters + 2, mask);
	return 14;
}

/* --- answers: numbers with the low byte first, texts closed by NUL where they are shorter --- */

static uint32_t u32_at(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
		(uint32_t)bytes[3] << 24;
}

static double f64_at(const uint8_t *bytes)
{
	uint64_t word = u32_at(bytes) | (uint64_t)u32_at(bytes + 4) << 32;
	double value;

	memcpy(&value, &word, sizeof(value));
	return value;
}

/* Without what is no UTF-8: signs beyond ASCII were not seen yet. */
static void copy_text(const uint8_t *bytes, size_t n, char *ret_text, size_t size)
{
	char text[TEXT_MOST + 1];
	size_t length = strnlen((const char *)bytes, n), kept = 0;
	bool is_valid = utf8_is_valid((const char *)bytes, length);

	for (size_t i = 0; i < length; i++)
		if (is_valid || (bytes[i] >= ' ' && bytes[i] < 0x7f))
			text[kept++] = (char)bytes[i];
	text[kept] = '\0';
	text_copy(ret_text, size, text);
}

bool godirect_read_mask(const uint8_t *packet, size_t n, uint32_t *ret_mask)
{
	if (n < GODIRECT_HEAD + 4)
		return false;
	*ret_mask = u32_at(packet + GODIRECT_HEAD);
	return true;
}

bool godirect_read_info(const uint8_t *packet, size_t n, char *ret_serial, char *ret_name)
{
	const uint8_t *at = packet + GODIRECT_HEAD;

	if (n < 70)
		return false;
	copy_text(at + ORDER_CODE_BYTES, SERIAL_BYTES, ret_serial, 24);
	copy_text(at, ORDER_CODE_BYTES, ret_name, 48);
	if (!ret_name[0])
		copy_text(at + ORDER_CODE_BYTES + SERIAL_BYTES, 32, ret_name, 48);
	return true;
}

bool godirect_read_sensor(const uint8_t *packet, size_t n, struct godirect_sensor *ret_sensor)
{
	if (n < 154)
		return false;
	*ret_sensor = (struct godirect_sensor){
		.number = packet[6],
		.is_phantom = u32_at(packet + 8) == 0,
		.is_aperiodic = packet[13] == 1,
		.uncertainty = f64_at(packet + 106),
		.low = f64_at(packet + 114),
		.high = f64_at(packet + 122),
		.least_us = u32_at(packet + 130),
		.usual_us = u32_at(packet + 142),
		.excludes = u32_at(packet + 150),
	};
	copy_text(packet + 14, 60, ret_sensor->name, sizeof(ret_sensor->name));
	copy_text(packet + 74, 32, ret_sensor->unit, sizeof(ret_sensor->unit));
	return true;
}

/* --- measurements --- */

static size_t bits_of(uint32_t mask)
{
	return (size_t)__builtin_popcount(mask);
}

bool godirect_read_values(const uint8_t *packet, size_t n, struct godirect_values *ret_values)
{
	struct godirect_values values = {0};
	uint8_t form = n > 4 ? packet[4] : 0;
	size_t head;

	if (form == GODIRECT_NORMAL && n >= 9) {
		values.mask = packet[5] | (uint32_t)packet[6] << 8;
		values.n_sets = packet[7];
		head = 9;
	} else if (form == GODIRECT_WIDE && n >= 11) {
		values.mask = u32_at(packet + 5);
		values.n_sets = packet[9];
		head = 11;
	} else if (form >= GODIRECT_SINGLE && form <= GODIRECT_APERIODIC_WHOLE && n >= 8 &&
		packet[6] < 32) {
		values.mask = UINT32_C(1) << packet[6];
		values.n_sets = packet[7];
		head = 8;
	} else {
		return false;
	}
	values.is_whole = form == GODIRECT_SINGLE_WHOLE || form == GODIRECT_APERIODIC_WHOLE;
	values.bytes = packet + head;
	if ((n - head) / 4 < values.n_sets * bits_of(values.mask))
		return false;
	*ret_values = values;
	return true;
}

double godirect_value(const struct godirect_values *values, size_t index)
{
	uint32_t word = u32_at(values->bytes + 4 * index);
	float value;

	if (values->is_whole)
		return (int32_t)word;
	memcpy(&value, &word, sizeof(value));
	return value;
}
