/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flash chips as they are on Picos (W25Q16JV Data Sheet, 8.2.25) answer the command 4Bh, after four
 * bytes of no meaning, with 64 bits from the factory. To ask, the controller must stop reading the
 * program, so the asking lies in memory and calls nothing.
 */
#include <stdbool.h>
#include <string.h>

#include "boards/pico/chip.h"
#include "boards/pico/ssi.h"
#include "boards/pico/uid.h"

#define READ_UID 0x4Bu
#define HEAD 5 /* the command and four bytes */
#define UID_SIZE 8

#define SELECT_PIN 0x4001800Cu /* control of the flash chip's select line; 2.19.6.2 */
#define SELECT_OVERRIDE (3u << 8)
#define SELECT_LOW (2u << 8)

__attribute__((section(".in_memory"), noinline)) static void ask(uint8_t uid[UID_SIZE])
{
	uint32_t control = SSI_CONTROL;

	SSI_ENABLE = 0;
	SSI_CONTROL = SSI_BITS(8) | SSI_BOTH_WAYS;
	SSI_ENABLE = 1;
	SET_BITS(SELECT_PIN) = SELECT_LOW;
	for (uint32_t i = 0; i < HEAD + UID_SIZE; i++) {
		uint8_t byte;

		SSI_DATA = i == 0 ? READ_UID : 0;
		while (!(SSI_STATUS & SSI_HAS_RECEIVED))
			;
		byte = (uint8_t)SSI_DATA;
		if (i >= HEAD)
			uid[i - HEAD] = byte;
	}
	CLEAR_BITS(SELECT_PIN) = SELECT_OVERRIDE;
	SSI_ENABLE = 0;
	SSI_CONTROL = control;
	SSI_ENABLE = 1;
}

void uid_get(uint8_t uid[UID_SIZE])
{
	bool is_told = false;

	ask(uid);
	for (uint32_t i = 0; i < UID_SIZE; i++)
		is_told = is_told || (uid[i] != 0x00 && uid[i] != 0xFF);
	if (is_told)
		return;
	memset(uid, 0, UID_SIZE);
	uid[0] = 'k';
	uid[1] = 'p';
}
