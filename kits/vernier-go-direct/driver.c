/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vernier Go Direct, USB 08f7:0010, over the packets in kits/protocols/godirect.h: some sixty models
 * of sensors behind one USB id. Each says itself what it has, so one driver reads them all.
 *
 * INIT; what it is; which sensors it has and which it would take (masks); of each of these what it
 * measures; the period; start. Of sensors that exclude each other the one with the lower number is
 * taken. One command at a time, answered with its own counter; measurements may come before the
 * answer. 2 s without an answer, or without measurements when periodic ones should come, and all
 * begins again.
 *
 * Periodic sensors share a stream, whose rows come in packets of some 100 ms: they are a period
 * apart, the last one is new. An aperiodic one (a gate, a radiation count) is a stream by itself.
 *
 * The device's checksums are believed as soon as one was right: should a model compute them
 * differently, it can be read, unguarded. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/rounding.h"
#include "kits/protocols/godirect.h"
#include "kits/protocols/probe.h"
#include "sense/kit.h"

enum { SENSORS = STREAM_CHANNELS, ANSWER_MS = 2000, SILENT_MS = 2000, FIRST_COUNTER = 0xff };
enum step { INIT, INFO, DEFAULTS, AVAILABLE, SENSOR, PERIOD, START, MEASURING, FAILED };

struct place {
	uint8_t stream, column;
	double rounding;
};

struct go_direct {
	enum step step;
	struct instant acted; /* newest command or measurement */
	uint8_t counter;
	bool has_good_sum, is_periodic;
	uint32_t defaults, candidates; /* masks */
	uint32_t period_us;
	size_t n;
	struct godirect_sensor sensors[SENSORS];
	struct place places[SENSORS];
	char serial[24], name[48];
	struct godirect_inbox inbox;
};

/* --- commands --- */

static enum godirect_code code_of(enum step step)
{
	static const uint8_t codes[] = {
		[INIT] = GODIRECT_INIT,
		[INFO] = GODIRECT_INFO,
		[DEFAULTS] = GODIRECT_DEFAULT,
		[AVAILABLE] = GODIRECT_AVAILABLE,
		[SENSOR] = GODIRECT_SENSOR,
		[PERIOD] = GODIRECT_PERIOD,
		[START] = GODIRECT_START,
	};

	return (enum godirect_code)codes[step];
}

static uint32_t taken(const struct go_direct *state)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < state->n; i++)
		mask |= UINT32_C(1) << state->sensors[i].number;
	return mask;
}

static size_t parameters_of(const struct go_direct *state, uint8_t *ret)
{
	switch (state->step) {
	case INIT:
		return godirect_init(ret);
	case SENSOR:
		ret[0] = (uint8_t)__builtin_ctz(state->candidates);
		return 1;
	case PERIOD:
		return godirect_period(state->period_us, ret);
	case START:
		return godirect_start(taken(state), ret);
	default:
		return 0;
	}
}

static void ask(struct kit *kit, struct go_direct *state)
{
	uint8_t parameters[GODIRECT_PARAMETERS], report[GODIRECT_REPORT];
	size_t n = parameters_of(state, parameters);

	godirect_command(code_of(state->step), --state->counter, parameters, n, report);
	state->acted = kit_now(kit);
	(void)kit_send(kit, report, sizeof(report)); /* a full queue is a silence like any other */
}

static void begin(struct kit *kit, struct go_direct *state)
{
	bool has_good_sum = state->has_good_sum;

	*state = (struct go_direct){.counter = FIRST_COUNTER, .has_good_sum = has_good_sum};
	ask(kit, state);
}

/* --- what it is --- */

static void choose(struct go_direct *state, const struct godirect_sensor *sensor)
{
	uint32_t bit = UINT32_C(1) << (sensor->number & 31);

	if (sensor->is_phantom || sensor->number > 31 || state->n == SENSORS ||
		(sensor->excludes & taken(state)))
		return;
	for (size_t i = 0; i < state->n; i++)
		if (state->sensors[i].excludes & bit)
			return;
	state->sensors[state->n++] = *sensor;
}

/* The kit's rate if it has one, else what the slowest sensor is usually read at; never faster than
 * all of them can. */
static void choose_period(struct kit *kit, struct go_direct *state)
{
	const struct model *model = kit_model(kit);
	uint32_t usual_us = 0, least_us = 1000;

	for (size_t i = 0; i < state->n; i++) {
		const struct godirect_sensor *sensor = &state->sensors[i];

		usual_us = sensor->usual_us > usual_us ? sensor->usual_us : usual_us;
		least_us = sensor->least_us > least_us ? sensor->least_us : least_us;
	}
	if (model && model->rate_hz > 0)
		usual_us = (uint32_t)fmin(1e6 / model->rate_hz, 4e9);
	state->period_us = usual_us > least_us ? usual_us : least_us;
}

static struct stream *stream_for(
	struct go_direct *state, struct device *device, const struct godirect_sensor *sensor)
{
	struct stream *stream = &device->streams[0];

	if (!sensor->is_aperiodic && state->is_periodic)
		return stream; /* the first one, once there is one */
	if (device->n_streams == DEVICE_STREAMS)
		return NULL;
	if (!sensor->is_aperiodic) { /* make room in front */
		memmove(stream + 1, stream, device->n_streams * sizeof(*stream));
		for (size_t i = 0; i < state->n; i++)
			state->places[i].stream++;
		memset(stream, 0, sizeof(*stream));
		stream->period_ns = state->period_us * (int64_t)NS_PER_US;
		state->is_periodic = true;
	} else {
		stream += device->n_streams;
	}
	device->n_streams++;
	return stream;
}

static double finite_or_0(double value)
{
	return isfinite(value) ? value : 0;
}

static void add_channel(struct stream *stream, const struct godirect_sensor *sensor)
{
	struct channel *channel = &stream->channels[stream->n_channels];

	probe_channel(sensor->name, sensor->unit, stream->channels, stream->n_channels);
	channel->resolution = fabs(finite_or_0(sensor->uncertainty));
	if (sensor->low < sensor->high) {
		channel->low = finite_or_0(sensor->low);
		channel->high = finite_or_0(sensor->high);
	}
	stream->n_channels++;
}

static void describe(struct kit *kit, struct go_direct *state)
{
	const struct kit_port *port = kit_port(kit);
	struct device device = {0};
	struct text identity = text_over(device.identity, sizeof(device.identity));

	if (state->serial[0] && utf8_is_valid(state->serial, strlen(state->serial)))
		text_addf(&identity, "usb:%04x:%04x:%s", port->usb_vendor, port->usb_product,
			state->serial);
	text_copy(device.kit, sizeof(device.kit), kit_model(kit)->id);
	text_copy(device.model, sizeof(device.model), state->name);
	state->is_periodic = false;
	for (size_t i = 0; i < state->n; i++) {
		struct stream *stream = stream_for(state, &device, &state->sensors[i]);

		if (!stream)
			continue;
		state->places[i] = (struct place){.stream = (uint8_t)(stream - device.streams),
			.column = (uint8_t)stream->n_channels,
			.rounding = rounding_of(fabs(state->sensors[i].uncertainty))};
		add_channel(stream, &state->sensors[i]);
	}
	for (uint32_t i = 0; i < device.n_streams; i++) {
		struct stream *stream = &device.streams[i];
		bool is_main = i == 0 && state->is_periodic;
		struct text name = text_over(stream->name, sizeof(stream->name));

		text_addf(&name, is_main ? "main" : "events_%u", (unsigned)i);
	}
	if (kit_describe(kit, &device))
		kit_error(kit, "description");
}

/* --- answers --- */

static enum step after_sensors(struct kit *kit, struct go_direct *state)
{
	if (state->candidates)
		return SENSOR;
	choose_period(kit, state);
	return PERIOD;
}

/* The next step; FAILED when the answer is of no use. */
static enum step take_payload(
	struct kit *kit, struct go_direct *state, const uint8_t *packet, size_t n)
{
	struct godirect_sensor sensor;
	uint32_t available;

	switch (state->step) {
	case INFO:
		return godirect_read_info(packet, n, state->serial, state->name) ? DEFAULTS
										 : FAILED;
	case DEFAULTS:
		return godirect_read_mask(packet, n, &state->defaults) ? AVAILABLE : FAILED;
	case AVAILABLE:
		if (!godirect_read_mask(packet, n, &available) || !available)
			return FAILED;
		state->candidates =
			available & state->defaults ? available & state->defaults : available;
		return SENSOR;
	case SENSOR:
		state->candidates &= state->candidates - 1;
		if (godirect_read_sensor(packet, n, &sensor))
			choose(state, &sensor);
		return after_sensors(kit, state);
	case START:
		if (state->n == 0 || (n > GODIRECT_HEAD && packet[GODIRECT_HEAD]))
			return FAILED;
		describe(kit, state);
		return MEASURING;
	default:
		return state->step + 1;
	}
}

static void take_answer(struct kit *kit, struct go_direct *state, const uint8_t *packet, size_t n)
{
	if (n < GODIRECT_HEAD || state->step >= MEASURING || packet[4] != code_of(state->step) ||
		packet[5] != state->counter) {
		kit_reject(kit);
		return;
	}
	state->step = take_payload(kit, state, packet, n);
	if (state->step == FAILED)
		kit_error(kit, "answer"); /* not again at once: the tick begins anew */
	else if (state->step != MEASURING)
		ask(kit, state);
}

/* --- measurements --- */

static size_t find_sensor(const struct go_direct *state, unsigned number)
{
	size_t i = 0;

	while (i < state->n && state->sensors[i].number != number)
		i++;
	return i;
}

/* A row for each stream that the set has something of; sensors that we did not ask for count, so
 * that the others stand where they should, and are left out. */
static void take_set(struct kit *kit, struct go_direct *state, const struct godirect_values *values,
	size_t set, struct instant at)
{
	double rows[DEVICE_STREAMS][STREAM_CHANNELS];
	bool has_row[DEVICE_STREAMS] = {false};
	size_t index = set * (size_t)__builtin_popcount(values->mask);

	for (unsigned number = 0; number < 32; number++) {
		size_t i = find_sensor(state, number);
		const struct place *place = &state->places[i < state->n ? i : 0];

		if (!(values->mask >> number & 1))
			continue;
		if (i < state->n) {
			for (size_t c = 0; !has_row[place->stream] && c < STREAM_CHANNELS; c++)
				rows[place->stream][c] = NAN;
			has_row[place->stream] = true;
			rows[place->stream][place->column] =
				rounding_apply(place->rounding, godirect_value(values, index));
		}
		index++;
	}
	for (unsigned i = 0; i < DEVICE_STREAMS; i++)
		if (has_row[i])
			kit_row(kit, i, at, rows[i]);
}

static void take_values(struct kit *kit, struct go_direct *state, const uint8_t *packet, size_t n)
{
	struct godirect_values values;
	bool is_event =
		n > 4 && (packet[4] == GODIRECT_APERIODIC || packet[4] == GODIRECT_APERIODIC_WHOLE);
	int64_t period_ns = is_event ? 0 : state->period_us * (int64_t)NS_PER_US;

	if (state->step != MEASURING)
		return; /* of an earlier session */
	state->acted = kit_now(kit);
	if (n > 4 && packet[4] == GODIRECT_DROPPED && state->is_periodic)
		kit_lost(kit, 0, 1, GAP_DEVICE);
	if (n > 4 && packet[4] > GODIRECT_APERIODIC_WHOLE)
		return; /* start times and periods, of no use to us */
	if (!godirect_read_values(packet, n, &values)) {
		kit_error(kit, "packet");
		return;
	}
	for (size_t i = 0; i < values.n_sets; i++)
		take_set(kit, state, &values, i,
			instant_add(kit_arrival(kit, 0),
				-(int64_t)(values.n_sets - 1 - i) * period_ns));
}

/* --- the driver --- */

static void open_kit(struct kit *kit, void *state)
{
	begin(kit, state);
}

static void take_report(struct kit *kit, void *memory, const uint8_t *bytes, size_t n)
{
	struct go_direct *state = memory;
	const uint8_t *packet;
	size_t length;

	for (packet = godirect_take(&state->inbox, bytes, n, &length); packet;
		packet = godirect_take(&state->inbox, NULL, 0, &length)) {
		bool is_good = godirect_sum(packet, length) == packet[3];

		if (!is_good)
			kit_error(kit, "checksum");
		if (!is_good && state->has_good_sum)
			continue;
		state->has_good_sum |= is_good;
		if (packet[0] == GODIRECT_VALUES)
			take_values(kit, state, packet, length);
		else
			take_answer(kit, state, packet, length);
	}
}

static void tick(struct kit *kit, void *memory, struct instant now)
{
	struct go_direct *state = memory;
	int64_t waited_ms = instant_since(now, state->acted) / NS_PER_MS;

	if (state->step != MEASURING ? waited_ms >= ANSWER_MS
				     : state->is_periodic &&
				waited_ms >= SILENT_MS + 4 * (int64_t)(state->period_us / 1000)) {
		kit_unanswered(kit, KIT_WHOLE, "timeout");
		begin(kit, state);
	}
}

static const char *const outputs[] = {NULL};

KIT_FAMILY(vernier_go_direct) = {
	.name = "go-direct",
	.state_size = sizeof(struct go_direct),
	.outputs = outputs,
	.needs_model = true,
	.open = open_kit,
	.report = take_report,
	.tick = tick,
};
