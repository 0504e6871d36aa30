/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How near the stack came to the variables: 2 KiB are soon full, and nothing else would tell. */
#pragma once

#include <stddef.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

struct stack {
	avr_t *avr;
	size_t bottom; /* first byte behind the variables */
};

/* Before the first instruction. */
void stack_watch(struct stack *stack, avr_t *avr, const elf_firmware_t *firmware);

/* Bytes that neither variables nor stack have ever used. */
size_t stack_free(const struct stack *stack);
