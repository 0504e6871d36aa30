/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From reset to main: the processor takes its stack and the address of `start` from the table. A
 * fault, which only a mistake of ours can raise, starts the board anew: its HELLO, which nobody asked
 * for, tells the host.
 */
#include <string.h>

#include "boards/cortex/cortex.h"

#define RESET_CONTROL 0xE000ED0C
#define RESET_REQUEST 0x05FA0004

/* From sections.ld. */
extern uint32_t section_data_begin[], section_data_end[], section_data_source[];
extern uint32_t section_bss_begin[], section_bss_end[];
extern uint32_t stack_top[];

int main(void);
void start(void);
void fault(void);

void start(void)
{
	memcpy(section_data_begin, section_data_source,
		(uintptr_t)section_data_end - (uintptr_t)section_data_begin);
	memset(section_bss_begin, 0, (uintptr_t)section_bss_end - (uintptr_t)section_bss_begin);
	main();
	fault();
}

void fault(void)
{
	REGISTER(RESET_CONTROL) = RESET_REQUEST;
	for (;;)
		;
}

#define HANDLER(n) void interrupt_##n(void) __attribute__((weak, alias("fault")))
#define HANDLERS_OF_8(a, b, c, d, e, f, g, h) \
	HANDLER(a); \
	HANDLER(b); \
	HANDLER(c); \
	HANDLER(d); \
	HANDLER(e); \
	HANDLER(f); \
	HANDLER(g); \
	HANDLER(h)
HANDLERS_OF_8(0, 1, 2, 3, 4, 5, 6, 7);
HANDLERS_OF_8(8, 9, 10, 11, 12, 13, 14, 15);
HANDLERS_OF_8(16, 17, 18, 19, 20, 21, 22, 23);
HANDLERS_OF_8(24, 25, 26, 27, 28, 29, 30, 31);

typedef void (*handler)(void);

/* One entry a word: the stack, 15 exceptions, 32 interrupts. */
struct vectors {
	uint32_t *stack;
	handler exceptions[15];
	handler interrupts[32];
};

/* clang-format off */
__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
	.stack = stack_top,
	.exceptions = {start, fault, fault, [10] = fault, [13] = fault, fault},
	.interrupts = {
		interrupt_0, interrupt_1, interrupt_2, interrupt_3,
		interrupt_4, interrupt_5, interrupt_6, interrupt_7,
		interrupt_8, interrupt_9, interrupt_10, interrupt_11,
		interrupt_12, interrupt_13, interrupt_14, interrupt_15,
		interrupt_16, interrupt_17, interrupt_18, interrupt_19,
		interrupt_20, interrupt_21, interrupt_22, interrupt_23,
		interrupt_24, interrupt_25, interrupt_26, interrupt_27,
		interrupt_28, interrupt_29, interrupt_30, interrupt_31,
	},
};
/* clang-format on */
