/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second stage of the boot: the chip's boot program copies these 252 bytes and their checksum
 * (uf2.py fills it in) to the end of memory and jumps there (RP2040 Datasheet, 2.8.1.3). It makes the
 * flash readable as memory by its plainest command, 03h, which all flash chips know, and starts the
 * program behind it. Runs on the ring oscillator, some 6 MHz, and must not rely on where it lies, nor
 * on data.
 */
#include "boards/pico/ssi.h"

#define PROGRAM 0x10000100u /* its table of interrupts */
#define TABLE_ADDRESS REGISTER(0xE000ED08)

#define DIVISOR 2                /* 24 MHz at the 48 MHz that chip.c sets; 03h may have 50 */
#define COMMAND_03 (0x03u << 24) /* … of 8 bits … */
#define COMMAND_SIZE (2u << 8)
#define ADDRESS_SIZE (24u / 4u << 2) /* … with an address of 24 */

__attribute__((section(".boot2"), used, noreturn)) void boot2(void);

void boot2(void)
{
	const uint32_t *table = (const uint32_t *)PROGRAM;

	SSI_ENABLE = 0;
	SSI_DIVISOR = DIVISOR;
	SSI_CONTROL = SSI_BITS(32) | SSI_READ_MEMORY;
	SSI_READ_CONTROL = COMMAND_03 | COMMAND_SIZE | ADDRESS_SIZE;
	SSI_CONTROL_1 = 0;
	SSI_SELECT = 1;
	SSI_ENABLE = 1;
	TABLE_ADDRESS = PROGRAM;
	__asm volatile("msr msp, %0\n\tbx %1" ::"r"(table[0]), "r"(table[1]));
	__builtin_unreachable();
}
