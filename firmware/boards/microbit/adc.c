/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The converter of the nRF51 (Series Reference Manual 3.0, chapter 31): 68 µs for 10 bits. */
#include "boards/microbit/adc.h"
#include "boards/cortex/clock.h"
#include "boards/cortex/cortex.h"
#include "boards/cortex/scan.h"

#define ADC 0x40007000u
#define ADC_START REGISTER(ADC)
#define ADC_STOP REGISTER(ADC + 0x004)
#define ADC_END REGISTER(ADC + 0x100)
#define ADC_INTERRUPT_SET REGISTER(ADC + 0x304)
#define ADC_ENABLE REGISTER(ADC + 0x500)
#define ADC_CONFIG REGISTER(ADC + 0x504)
#define ADC_RESULT REGISTER(ADC + 0x508)
#define ADC_IRQ 7

#define BITS_10 2u
#define ONE_THIRD (2u << 2) /* of the input, against … */
#define BAND_GAP (0u << 5)  /* … 1.2 V */
#define ANALOG(n) (1u << (8 + (n)))
#define PATIENCE_US 1000

static const uint32_t pins[SCAN_INPUTS] = {ANALOG(4), ANALOG(3), ANALOG(2)}; /* P0, P1, P2 */

void adc_convert(uint8_t input)
{
	ADC_CONFIG = BITS_10 | ONE_THIRD | BAND_GAP | pins[input];
	ADC_START = 1;
}

void adc_init(void)
{
	uint32_t begin_us;

	ADC_ENABLE = 1;
	ADC_END = 0;
	adc_convert(0);
	begin_us = clock_us();
	while (!ADC_END && !clock_is_past(clock_us(), begin_us + PATIENCE_US))
		;
	scan_init(ADC_END != 0);
	ADC_END = 0;
	ADC_STOP = 1;
	ADC_INTERRUPT_SET = 1;
	interrupt_enable(ADC_IRQ);
}

void interrupt_7(void)
{
	if (!ADC_END)
		return;
	ADC_END = 0;
	if (scan_take((int32_t)ADC_RESULT))
		ADC_STOP = 1; /* else it goes on drawing current */
}
