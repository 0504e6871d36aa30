/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paints the memory and later looks how much of the paint is left. Sampling the stack pointer would
 * not do: its two bytes are written one after the other. */
#include <string.h>

#include "stack.h"

#define PAINT 0xA5
#define MEMORY_START 0x100 /* behind the registers of an ATmega328P */

void stack_watch(struct stack *stack, avr_t *avr, const elf_firmware_t *firmware)
{
	stack->avr = avr;
	stack->bottom = MEMORY_START + firmware->datasize + firmware->bsssize;
	memset(avr->data + stack->bottom, PAINT, avr->ramend + 1u - stack->bottom);
}

size_t stack_free(const struct stack *stack)
{
	size_t at = stack->bottom;

	while (at <= stack->avr->ramend && stack->avr->data[at] == PAINT)
		at++;
	return at - stack->bottom;
}
