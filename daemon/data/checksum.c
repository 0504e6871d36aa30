/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line per kind; the CRCs bit by bit, since frames are short and tables are not. */
#include "data/checksum.h"

#include <stdio.h>
#include <string.h>

#include "data/word.h"

static const struct {
	const char *name;
	uint8_t size;
	bool is_little;
} kinds[] = {
	[CHECKSUM_SUM8] = {"sum8", 1, false},
	[CHECKSUM_SUM8NEG] = {"sum8neg", 1, false},
	[CHECKSUM_XOR8] = {"xor8", 1, false},
	[CHECKSUM_SUM16BE] = {"sum16be", 2, false},
	[CHECKSUM_SUM16LE] = {"sum16le", 2, true},
	[CHECKSUM_CRC8] = {"crc8", 1, false},
	[CHECKSUM_CRC16_MODBUS] = {"crc16-modbus", 2, true},
	[CHECKSUM_CRC16_CCITT] = {"crc16-ccitt", 2, false},
};

enum { KINDS = sizeof kinds / sizeof *kinds, PLACE_MOST = 1023 };

/* -1024..1023 in plain digits; steps behind them. */
static bool take_place(const char **at, int *ret_place)
{
	bool is_negative = **at == '-';
	const char *digits = *at += is_negative;
	int value = 0;

	while (**at >= '0' && **at <= '9' && value <= PLACE_MOST)
		value = 10 * value + *(*at)++ - '0';
	if (*at == digits || value > PLACE_MOST || (is_negative && value == 0))
		return false;
	*ret_place = is_negative ? -value : value;
	return true;
}

static bool take_sign(const char **at, const char *sign)
{
	size_t n = strlen(sign);

	if (strncmp(*at, sign, n) != 0)
		return false;
	*at += n;
	return true;
}

static bool take_kind(const char **at, enum checksum_kind *ret_kind)
{
	size_t n = strcspn(*at, " ");

	for (size_t i = 0; i < KINDS; i++) {
		if (strlen(kinds[i].name) == n && memcmp(kinds[i].name, *at, n) == 0) {
			*at += n + strspn(*at + n, " ");
			*ret_kind = (enum checksum_kind)i;
			return true;
		}
	}
	return false;
}

const char *checksum_read(const char *word, struct checksum *ret_checksum)
{
	struct checksum checksum;

	if (!take_kind(&word, &checksum.kind) || !take_place(&word, &checksum.from) ||
		checksum.from < 0 || !take_sign(&word, "..") || !take_place(&word, &checksum.to))
		goto fail;
	word += strspn(word, " ");
	if (!take_sign(&word, "@") || !take_place(&word, &checksum.at) || *word)
		goto fail;
	*ret_checksum = checksum;
	return NULL;
fail:
	return "a kind, the bytes it covers and its place, such as sum8 0..7 @8 (sum8 sum8neg xor8 "
	       "sum16be sum16le crc8 crc16-modbus crc16-ccitt; -2 counts from the end)";
}

size_t checksum_size(enum checksum_kind kind)
{
	return kinds[kind].size;
}

static uint16_t sum(const uint8_t *bytes, size_t n)
{
	unsigned value = 0;

	for (size_t i = 0; i < n; i++)
		value += bytes[i];
	return (uint16_t)value;
}

static uint16_t exclusive_or(const uint8_t *bytes, size_t n)
{
	unsigned value = 0;

	for (size_t i = 0; i < n; i++)
		value ^= bytes[i];
	return (uint16_t)value;
}

/* Highest bit first, `bits` wide. */
static uint16_t crc(
	const uint8_t *bytes, size_t n, unsigned bits, unsigned polynomial, unsigned value)
{
	unsigned top = 1U << (bits - 1);

	for (size_t i = 0; i < n; i++) {
		value ^= (unsigned)bytes[i] << (bits - 8);
		for (int bit = 0; bit < 8; bit++)
			value = value & top ? value << 1 ^ polynomial : value << 1;
	}
	return (uint16_t)(value & ((top << 1) - 1));
}

/* Lowest bit first. */
static uint16_t crc_reflected(const uint8_t *bytes, size_t n, unsigned polynomial, unsigned value)
{
	for (size_t i = 0; i < n; i++) {
		value ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			value = value & 1 ? value >> 1 ^ polynomial : value >> 1;
	}
	return (uint16_t)value;
}

uint16_t checksum_of(enum checksum_kind kind, const uint8_t *bytes, size_t n)
{
	switch (kind) {
	case CHECKSUM_SUM8:
		return sum(bytes, n) & 0xFF;
	case CHECKSUM_SUM8NEG:
		return (uint16_t)-sum(bytes, n) & 0xFF;
	case CHECKSUM_XOR8:
		return exclusive_or(bytes, n);
	case CHECKSUM_SUM16BE:
	case CHECKSUM_SUM16LE:
		return sum(bytes, n);
	case CHECKSUM_CRC8:
		return crc(bytes, n, 8, 0x07, 0);
	case CHECKSUM_CRC16_MODBUS:
		return crc_reflected(bytes, n, 0xA001, 0xFFFF);
	case CHECKSUM_CRC16_CCITT:
		return crc(bytes, n, 16, 0x1021, 0xFFFF);
	}
	return 0;
}

/* Counted from the front; negative when the frame is too short for it. */
static long place_in(int place, size_t n)
{
	return place < 0 ? (long)n + place : place;
}

bool checksum_fits(const struct checksum *checksum, size_t n)
{
	long from = checksum->from, to = place_in(checksum->to, n);
	long at = place_in(checksum->at, n), end = at + (long)checksum_size(checksum->kind);

	if (to < from || to >= (long)n || at < 0 || end > (long)n)
		return false;
	return end <= from || at > to;
}

bool checksum_holds(const struct checksum *checksum, const uint8_t *frame, size_t n)
{
	if (!checksum_fits(checksum, n))
		return false;
	long from = checksum->from, to = place_in(checksum->to, n);
	const uint8_t *at = frame + place_in(checksum->at, n);
	unsigned wanted = checksum_of(checksum->kind, frame + from, (size_t)(to - from + 1));

	if (checksum_size(checksum->kind) == 1)
		return at[0] == wanted;
	bool is_little = kinds[checksum->kind].is_little;

	return at[is_little] == wanted >> 8 && at[!is_little] == (wanted & 0xFF);
}
