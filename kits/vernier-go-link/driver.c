/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vernier Go!Link, USB 08f7:0003 (and Mini GC, 0007), over the protocol in kits/protocols/vernier.c:
 * an adapter for one analog probe, so what it measures is known when the probe has been asked.
 *
 * A probe answers with a number. From 20 on it has a memory with its factory calibration
 * (kits/protocols/dds.h, remote 0..127); below, the maker has one calibration for all of its kind;
 * 0 is a probe that cannot tell, or none, and then the voltage is all that is measured. The number
 * is asked for once a second: probes are changed while the adapter stays.
 *
 * Raw 16 bits are 2.5 V + raw * 2.5 V / 32768 at the 5 V input (2), raw * 10 V / 32768 at that for
 * +/-10 V (1). Before that the adapter's own correction is applied, if it has one: local memory
 * 0..19, high byte first: 1 signature 9C, 4 and 6 offsets (16 bits) and 8 and 12 slopes (float), of
 * the 10 V and the 5 V input: floor((raw + offset) * slope + 0.5).
 *
 * Value and voltage are both recorded: the voltage is what was measured. Ticks of 1 ms, 5 (200 Hz)
 * to 65 535. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/rounding.h"
#include "kits/protocols/dds.h"
#include "kits/protocols/probe.h"
#include "kits/protocols/vernier.h"

enum {
	CORRECTION_BYTES = 20,
	SIGNATURE = 0x9c,
	SMART = 20, /* the first number of a probe with a memory */
	INPUT_TEN_VOLTS = 1,
	INPUT_FIVE_VOLTS = 2,
};

static const uint8_t script[][VERNIER_REPORT] = {{VERNIER_INIT, 1}, {VERNIER_SERIAL},
	{VERNIER_READ_LOCAL, 0, CORRECTION_BYTES}, {VERNIER_SENSOR_ID},
	{VERNIER_READ_REMOTE, 0, DDS_BYTES}, {VERNIER_SET_INPUT, INPUT_FIVE_VOLTS},
	{VERNIER_SET_PERIOD}, {VERNIER_START}};

struct go_link {
	struct vernier vernier;
	double offset[2], slope[2]; /* of the inputs for 10 V and 5 V */
	uint32_t probe;
	bool has_dds;
	struct dds dds;
	double rounding[2]; /* of value and voltage */
};

static bool is_ten_volts(const struct go_link *state)
{
	return state->has_dds && state->dds.operation == DDS_TEN_VOLTS;
}

static void prepare(void *memory, uint8_t *command)
{
	const struct go_link *state = memory;

	if (command[0] == VERNIER_READ_REMOTE && state->probe < SMART)
		command[0] = 0;
	if (command[0] == VERNIER_SET_INPUT && is_ten_volts(state))
		command[1] = INPUT_TEN_VOLTS;
}

/* --- what the adapter and the probe say of themselves --- */

static float float_at(const uint8_t *bytes)
{
	uint32_t word = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
		(uint32_t)bytes[2] << 8 | bytes[3];
	float value;

	memcpy(&value, &word, sizeof(value));
	return value;
}

/* A slope beyond a tenth of one is no correction of a good adapter but a damaged record. */
static void take_correction(struct go_link *state, const uint8_t *bytes, bool is_there)
{
	for (size_t i = 0; i < 2; i++) {
		state->offset[i] = 0;
		state->slope[i] = 1;
		if (!is_there || bytes[1] != SIGNATURE ||
			!(fabsf(float_at(bytes + 8 + 4 * i) - 1) < 0.1F))
			continue;
		state->offset[i] = (int16_t)(bytes[4 + 2 * i] << 8 | bytes[5 + 2 * i]);
		state->slope[i] = float_at(bytes + 8 + 4 * i);
	}
}

static double volts_of(const struct go_link *state, int raw)
{
	size_t input = is_ten_volts(state) ? 0 : 1;
	double corrected = floor((raw + state->offset[input]) * state->slope[input] + 0.5);

	return input == 0 ? corrected * 10 / 32768 : 2.5 + corrected * 2.5 / 32768;
}

/* One step of the converter, 12 bits of the input, in the middle of the range. */
static double resolution_of(const struct go_link *state)
{
	double middle = is_ten_volts(state) ? 0 : 2.5;
	double step = is_ten_volts(state) ? 20.0 / 4096 : 5.0 / 4096;
	double size = fabs(dds_value(&state->dds, middle + step) - dds_value(&state->dds, middle));

	return isfinite(size) && size > 0 ? pow(10, floor(log10(size))) : 0;
}

static void add_probe(const struct go_link *state, struct stream *stream)
{
	struct channel *channel = &stream->channels[stream->n_channels];

	probe_channel(state->dds.name, state->dds.unit, stream->channels, stream->n_channels);
	channel->resolution = resolution_of(state);
	channel->low = state->dds.low;
	channel->high = state->dds.high;
	stream->n_channels++;
}

static void add_voltage(const struct go_link *state, struct stream *stream)
{
	bool is_ten = is_ten_volts(state);
	struct channel *channel = &stream->channels[stream->n_channels];

	probe_channel("Probe voltage", "V", stream->channels, stream->n_channels);
	text_copy(channel->name_zh, sizeof(channel->name_zh), "探头电压");
	channel->resolution = is_ten ? 0.005 : 0.001;
	channel->low = is_ten ? -10 : 0;
	channel->high = is_ten ? 10 : 5;
	stream->n_channels++;
}

static void describe(struct kit *kit, struct go_link *state)
{
	struct device device = {.n_streams = 1};
	struct stream *stream = &device.streams[0];

	text_copy(device.identity, sizeof(device.identity), state->vernier.identity);
	text_copy(device.kit, sizeof(device.kit), kit_model(kit)->id);
	text_copy(device.model, sizeof(device.model),
		state->has_dds && state->dds.name[0] ? state->dds.name : "Go!Link");
	text_copy(stream->name, sizeof(stream->name), "main");
	stream->stamps = STAMP_ARRIVAL;
	stream->period_ns = state->vernier.period_ns;
	if (state->has_dds)
		add_probe(state, stream);
	add_voltage(state, stream);
	for (uint32_t i = 0; i < stream->n_channels; i++)
		state->rounding[i] = rounding_of(stream->channels[i].resolution);
	if (kit_describe(kit, &device))
		kit_error(kit, "description");
}

/* --- the driver --- */

static uint32_t number_of(const uint8_t *payload, size_t n)
{
	return n < 4 ? 0
		     : payload[0] | (uint32_t)payload[1] << 8 | (uint32_t)payload[2] << 16 |
			(uint32_t)payload[3] << 24;
}

static void take_probe(
	struct kit *kit, struct go_link *state, const uint8_t *payload, size_t n, uint8_t refused)
{
	uint32_t probe = refused ? 0 : number_of(payload, n);

	if (state->vernier.is_measuring) {
		if (!refused && probe != state->probe)
			vernier_restart(kit, &state->vernier);
		return;
	}
	state->probe = probe;
	state->has_dds = dds_of_probe(probe, &state->dds);
}

static void answered(struct kit *kit, void *memory, uint8_t command, const uint8_t *payload,
	size_t n, uint8_t refused)
{
	struct go_link *state = memory;

	if (command == VERNIER_READ_LOCAL)
		take_correction(state, payload, !refused && n == CORRECTION_BYTES);
	if (command == VERNIER_SENSOR_ID)
		take_probe(kit, state, payload, n, refused);
	if (command == VERNIER_READ_REMOTE) {
		state->has_dds = !refused && n == DDS_BYTES && dds_read(payload, &state->dds);
		if (!state->has_dds)
			kit_error(kit, "no-calibration");
	}
	if (command == VERNIER_START)
		describe(kit, state);
}

static void measured(struct kit *kit, void *memory, const uint8_t *report, size_t n)
{
	const struct go_link *state = memory;

	for (size_t i = 0; i < n; i++) {
		double volts = volts_of(state, vernier_raw(report, i));
		double values[] = {state->has_dds ? dds_value(&state->dds, volts) : volts, volts};

		for (size_t c = 0; c < 2; c++)
			values[c] = rounding_apply(state->rounding[c], values[c]);
		kit_row(kit, 0, vernier_stamp(kit, &state->vernier, i, n), values);
	}
}

static const struct vernier_kind go_link = {
	.script = script,
	.n_steps = sizeof(script) / sizeof(script[0]),
	.tick_ns = NS_PER_MS,
	.least_ticks = 5,
	.most_ticks = 65535,
	.watch = VERNIER_SENSOR_ID,
	.prepare = prepare,
	.answered = answered,
	.measured = measured,
};

VERNIER_DRIVER(vernier_go_link, "go-link", struct go_link, &go_link, "value", "voltage");
