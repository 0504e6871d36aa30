/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vernier Go!Motion, USB 08f7:0004, over the protocol in kits/protocols/vernier.c.
 *
 * An ultrasonic ranger. It measures in its own way: 01, counter, distance in micrometres (32 bits,
 * signed, low byte first), kind of value (0 distance, 1 velocity, 2 acceleration; we ask for none
 * but distance). INIT says that a computer asks (2). It has no serial number, no memory and no
 * calibration. Ticks of 1 ms, 20 (50 Hz) to 180 000. */
#include "kits/protocols/vernier.h"

enum { COMPUTER = 2, KIND = 6, DISTANCE = 0 };

static const uint8_t script[][VERNIER_REPORT] = {
	{VERNIER_INIT, COMPUTER, 0}, {VERNIER_SET_PERIOD}, {VERNIER_START}};

static void answered(struct kit *kit, void *state, uint8_t command, const uint8_t *payload,
	size_t n, uint8_t refused)
{
	(void)payload;
	(void)n;
	(void)refused;
	if (command == VERNIER_INIT)
		vernier_describe_model(kit, state);
}

static void measured(struct kit *kit, void *state, const uint8_t *report, size_t n)
{
	uint32_t micrometres = report[2] | (uint32_t)report[3] << 8 | (uint32_t)report[4] << 16 |
		(uint32_t)report[5] << 24;

	(void)state;
	if (n != 1 || report[KIND] != DISTANCE) {
		kit_error(kit, "packet");
		return;
	}
	kit_put(kit, 0, (int32_t)micrometres / 1e6);
	kit_emit(kit, kit_arrival(kit, 0));
}

static const struct vernier_kind go_motion = {
	.script = script,
	.n_steps = sizeof(script) / sizeof(script[0]),
	.tick_ns = NS_PER_MS,
	.least_ticks = 20,
	.most_ticks = 180000,
	.answered = answered,
	.measured = measured,
};

VERNIER_DRIVER(vernier_go_motion, "go-motion", struct vernier, &go_motion, "distance");
