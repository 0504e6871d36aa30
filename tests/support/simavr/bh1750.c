/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BH1750FVI: a one-time measurement takes 120 ms; read sooner it still gives the one before. */
#include <simavr/avr_twi.h>

#include "parts.h"

#define ADDRESS 0x23
#define POWER_DOWN 0x00
#define POWER_ON 0x01
#define RESET 0x07
#define MEASURE_ONCE 0x20
#define MEASURE_CYCLES (SIM_HZ / 1000 * 120)

enum { TO_PART, FROM_PART };

static void say(struct bh1750 *bh1750, uint8_t message, uint8_t byte)
{
	avr_raise_irq(bh1750->bus + FROM_PART, avr_twi_irq_msg(message, bh1750->selected, byte));
}

static void settle(struct bh1750 *bh1750)
{
	if (bh1750->ready && bh1750->avr->cycle >= bh1750->ready) {
		bh1750->counts = bh1750->measuring;
		bh1750->ready = 0;
	}
}

static void command(struct bh1750 *bh1750, uint8_t code, int32_t counts)
{
	settle(bh1750);
	switch (code) {
	case MEASURE_ONCE:
		bh1750->measuring = (uint16_t)counts;
		bh1750->ready = bh1750->avr->cycle + MEASURE_CYCLES;
		break;
	case POWER_DOWN:
	case RESET:
		bh1750->ready = 0;
		break;
	case POWER_ON:
	default:
		break;
	}
}

static void on_bus(avr_irq_t *irq, uint32_t value, void *self)
{
	struct bh1750 *bh1750 = self;
	avr_twi_msg_irq_t message = {.u.v = value};
	uint8_t what = (uint8_t)message.u.twi.msg;
	int32_t counts = 0;
	bool is_plugged = script_at(bh1750->script, sim_seconds(bh1750->avr), &counts);

	(void)irq;
	if (what & TWI_COND_STOP)
		bh1750->selected = 0;
	if (what & TWI_COND_START) {
		bh1750->selected = 0;
		bh1750->next = 0;
		if (is_plugged && message.u.twi.addr >> 1 == ADDRESS) {
			bh1750->selected = (uint8_t)message.u.twi.addr;
			say(bh1750, TWI_COND_ACK, 1);
		}
	}
	if (!bh1750->selected || !is_plugged)
		return;
	if (what & TWI_COND_WRITE) {
		command(bh1750, (uint8_t)message.u.twi.data, counts);
		say(bh1750, TWI_COND_ACK, 1);
	}
	if (what & TWI_COND_READ) {
		settle(bh1750);
		say(bh1750, TWI_COND_READ,
			(uint8_t)(bh1750->next++ ? bh1750->counts : bh1750->counts >> 8));
	}
}

void bh1750_attach(struct bh1750 *bh1750)
{
	static const char *names[] = {"bh1750.in", "bh1750.out"};
	avr_t *avr = bh1750->avr;

	bh1750->bus = avr_alloc_irq(&avr->irq_pool, 0, 2, names);
	avr_irq_register_notify(bh1750->bus + TO_PART, on_bus, bh1750);
	avr_connect_irq(
		avr_io_getirq(avr, AVR_IOCTL_TWI_GETIRQ(0), TWI_IRQ_OUTPUT), bh1750->bus + TO_PART);
	avr_connect_irq(bh1750->bus + FROM_PART,
		avr_io_getirq(avr, AVR_IOCTL_TWI_GETIRQ(0), TWI_IRQ_INPUT));
}
