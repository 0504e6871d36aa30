/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An ATmega328P has no serial number of its own that its data sheet would vouch for. The EEPROM does
 * survive a new firmware (with the fuse EESAVE, or when a boot loader writes it), so that is where a
 * number is kept: the last ten bytes, eight of the number and its CRC. The first start draws it from
 * the noise of the converter's lowest bits (there is most of it on open inputs) and from the signature
 * row, where many chips carry where on which wafer they were made. Its first two bytes are "ku", the
 * other six a hash of all that: FNV-1a from two starts, of each its upper bytes, since the lowest bits
 * of the two differ by a constant. (Not CRCs: those of the same bytes from different starts differ by
 * a constant altogether.)
 */
#include <avr/boot.h>
#include <avr/eeprom.h>
#include <avr/io.h>

#include "adc.h"
#include "link/link.h"
#include "uid.h"

#define UID_SIZE 8
#define PLACE ((uint8_t *)(E2END + 1 - UID_SIZE - 2))
#define DRAWS 192
#define ROW_SIZE 0x18
#define INPUTS 6

#define FNV_START 0x811C9DC5
#define FNV_PRIME 0x01000193

static void draw(uint8_t uid[UID_SIZE])
{
	uint32_t hash = FNV_START, other = ~FNV_START;

	for (uint8_t i = 0; i < ROW_SIZE + DRAWS; i++) {
		uint8_t byte = i < ROW_SIZE ? boot_signature_byte_get(i) : adc_noise(i % INPUTS);

		hash = (hash ^ byte) * FNV_PRIME;
		other = (other ^ byte) * FNV_PRIME;
	}
	uid[0] = 'k';
	uid[1] = 'u';
	for (uint8_t i = 1; i < 4; i++) {
		uid[1 + i] = (uint8_t)(hash >> 8 * i);
		uid[4 + i] = (uint8_t)(other >> 8 * i);
	}
}

void uid_get(uint8_t uid[UID_SIZE])
{
	uint8_t kept[UID_SIZE + 2];
	uint16_t crc;

	eeprom_read_block(kept, PLACE, sizeof(kept));
	memcpy(uid, kept, UID_SIZE);
	crc = link_crc16(kept, UID_SIZE);
	if (kept[UID_SIZE] == (uint8_t)crc && kept[UID_SIZE + 1] == (uint8_t)(crc >> 8))
		return;
	draw(kept);
	crc = link_crc16(kept, UID_SIZE);
	kept[UID_SIZE] = (uint8_t)crc;
	kept[UID_SIZE + 1] = (uint8_t)(crc >> 8);
	eeprom_update_block(kept, PLACE, sizeof(kept));
	memcpy(uid, kept, UID_SIZE);
}
