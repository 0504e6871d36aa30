/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The processor that the micro:bit and the Pico share: ARM Cortex-M0, ARMv6-M (ARM DDI 0419).
 * An interrupt handler is a function `void interrupt_N(void)`; start.c puts it into the table. All
 * interrupts have the same priority, so none interrupts another one.
 */
#pragma once

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* Switches interrupts off; returns what interrupts_restore wants. */
static inline uint32_t interrupts_off(void)
{
	uint32_t state;

	__asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(state)::"memory");
	return state;
}

static inline void interrupts_restore(uint32_t state)
{
	__asm volatile("msr primask, %0" ::"r"(state) : "memory");
}

/* Returns at any interrupt, also while they are switched off. */
static inline void interrupt_wait(void)
{
	__asm volatile("wfi" ::: "memory");
}

static inline void interrupt_enable(unsigned number)
{
	REGISTER(0xE000E100) = 1u << number;
}

/* As if the peripheral had asked for it. */
static inline void interrupt_pend(unsigned number)
{
	REGISTER(0xE000E200) = 1u << number;
}
