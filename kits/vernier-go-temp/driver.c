/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vernier Go!Temp, USB 08f7:0002, over the protocol in kits/protocols/vernier.c.
 *
 * One thermometer. A value of 16 bits is the voltage 2.5 V + raw * 2.5 V / 32768, which the unit's
 * own calibration (kits/protocols/dds.h, local memory 0..127) turns into degrees; that of a blank
 * unit is raw / 128, which is what the maker's software falls back to. Ticks of 128 us, at least
 * 3906 of them: 2 Hz and no faster. */
#include "kits/protocols/dds.h"
#include "kits/protocols/vernier.h"

static const uint8_t script[][VERNIER_REPORT] = {{VERNIER_INIT}, {VERNIER_SERIAL},
	{VERNIER_READ_LOCAL, 0, DDS_BYTES}, {VERNIER_SET_PERIOD}, {VERNIER_START}};

struct go_temp {
	struct vernier vernier;
	bool is_calibrated;
	struct dds dds;
};

static void answered(struct kit *kit, void *memory, uint8_t command, const uint8_t *payload,
	size_t n, uint8_t refused)
{
	struct go_temp *state = memory;

	if (command != VERNIER_READ_LOCAL)
		return;
	state->is_calibrated = !refused && n == DDS_BYTES && dds_read(payload, &state->dds) &&
		state->dds.unit[0] == 'C';
	vernier_describe_model(kit, &state->vernier);
	if (!state->is_calibrated)
		kit_error(kit, "no-calibration");
}

static void measured(struct kit *kit, void *memory, const uint8_t *report, size_t n)
{
	struct go_temp *state = memory;

	for (size_t i = 0; i < n; i++) {
		int raw = vernier_raw(report, i);
		double volts = 2.5 + raw * 2.5 / 32768;

		kit_put(kit, 0, state->is_calibrated ? dds_value(&state->dds, volts) : raw / 128.0);
		kit_emit(kit, vernier_stamp(kit, &state->vernier, i, n));
	}
}

static const struct vernier_kind go_temp = {
	.script = script,
	.n_steps = sizeof(script) / sizeof(script[0]),
	.tick_ns = 128000,
	.least_ticks = 3906,
	.most_ticks = 0xffffff,
	.answered = answered,
	.measured = measured,
};

VERNIER_DRIVER(vernier_go_temp, "go-temp", struct go_temp, &go_temp, "temp");
