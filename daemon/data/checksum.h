/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checksums of the frames that small instruments send, as a kit.yaml names them:
 *
 *     checksum: sum8 0..7 @8            kind, first and last byte that it covers, its place
 *     checksum: crc16-modbus 0..-3 @-2  -1 is the frame's last byte
 *
 *     sum8          sum of the bytes, low 8 bits
 *     sum8neg       256 less that, so that everything together sums to 0 (Winsen MH-Z19)
 *     xor8          exclusive or of the bytes
 *     sum16be/le    sum of the bytes, 16 bits, high or low byte first (Plantower: be)
 *     crc8          polynomial 0x07, starts with 0 (CRC-8/SMBUS)
 *     crc16-modbus  0xA001 reflected, starts with 0xFFFF, low byte first (Modbus over serial line
 *                   1.02, 6.2.2)
 *     crc16-ccitt   0x1021, starts with 0xFFFF, high byte first (CRC-16/IBM-3740, "CCITT-FALSE")
 *
 * Check values of "123456789": 0xDD 0x23 0x31 0x01DD 0xF4 0x4B37 0x29B1. Pure; no allocation; any
 * thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum checksum_kind {
	CHECKSUM_SUM8,
	CHECKSUM_SUM8NEG,
	CHECKSUM_XOR8,
	CHECKSUM_SUM16BE,
	CHECKSUM_SUM16LE,
	CHECKSUM_CRC8,
	CHECKSUM_CRC16_MODBUS,
	CHECKSUM_CRC16_CCITT,
};

struct checksum {
	enum checksum_kind kind;
	int from, to, at; /* negative: from the end, -1 is the last byte */
};

/* As the readers of data/word.h: NULL, or what was expected. */
const char *checksum_read(const char *word, struct checksum *ret_checksum);

/* Of n bytes. */
uint16_t checksum_of(enum checksum_kind kind, const uint8_t *bytes, size_t n);
size_t checksum_size(enum checksum_kind kind); /* bytes it takes in a frame: 1 or 2 */

/* Has a frame of n bytes room for what it covers and for itself, one beside the other? */
bool checksum_fits(const struct checksum *checksum, size_t n);

/* Is the frame sound? False, too, when it does not fit. */
bool checksum_holds(const struct checksum *checksum, const uint8_t *frame, size_t n);
