/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The world's voltage at the instant when a conversion begins, which is when the converter
 * samples. */
#include <inttypes.h>
#include <math.h>
#include <simavr/avr_adc.h>

#include "parts.h"

#define REFERENCE_MV 5000
#define FULL_SCALE 1023 /* simavr's converter; a real one divides by 1024 and cuts */
#define SINE_MIDDLE 2500.0
#define SINE_AMPLITUDE 2400.0
#define STEP_MV 1000 /* A1, A2, A3 */

double sim_seconds(const avr_t *avr)
{
	return (double)avr->cycle / SIM_HZ;
}

static uint32_t millivolts(const struct analog *analog, unsigned channel)
{
	double seconds = sim_seconds(analog->avr);
	int32_t mv = 0;

	if (channel > 0)
		return channel * STEP_MV;
	if (analog->sine_hz > 0)
		mv = (int32_t)lround(
			SINE_MIDDLE + SINE_AMPLITUDE * sin(2 * M_PI * analog->sine_hz * seconds));
	else
		script_at(analog->script, seconds, &mv);
	return mv > 0 ? (uint32_t)mv : 0;
}

static void on_start(avr_irq_t *irq, uint32_t value, void *self)
{
	const struct analog *analog = self;
	union {
		avr_adc_mux_t mux;
		uint32_t value;
	} what = {.value = value};
	unsigned channel = what.mux.src;
	uint32_t mv = millivolts(analog, channel);
	uint32_t converted = mv * FULL_SCALE / REFERENCE_MV;

	(void)irq;
	if (what.mux.kind != ADC_MUX_SINGLE || channel > 3)
		return;
	avr_raise_irq(avr_io_getirq(analog->avr, AVR_IOCTL_ADC_GETIRQ, (int)channel), mv);
	if (channel == 0 && analog->truth)
		fprintf(analog->truth, "%" PRIu64 " %" PRIu32 " %" PRIu32 "\n",
			(uint64_t)analog->avr->cycle, mv,
			converted < FULL_SCALE ? converted : FULL_SCALE);
}

void analog_attach(struct analog *analog)
{
	avr_irq_register_notify(
		avr_io_getirq(analog->avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), on_start,
		analog);
}
