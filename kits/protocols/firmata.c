/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `firmata`: a board that runs StandardFirmata, which Arduino's IDE brings as an example,
 * and does what it is told: its analog pins are read, and its digital ones. 57600 bit/s usually.
 *
 * Finding. An Uno that is reset (opening its port does) says F9 major minor, then its firmware's name
 * (sysex 79). That name makes it ours. Boards that say nothing by themselves are asked for it only
 * where a kit.yaml says so (`match: ask`), or the configuration names the kit.
 *
 * Start. Ask which pins are analog (69) and how many bits they give (6B); a board that tells neither
 * in five seconds is taken for an Uno. Then set the pins' modes, turn the reports on, set the
 * interval. The same again when the board says that it was reset, and when it is silent for three
 * seconds.
 *
 * Rows. Analog values come one after the other, a scan an interval. A row is a scan: complete when
 * each wanted channel came, or when one comes again. Digital pins come when they change, and stand in
 * each row. Stamp: the arrival of the scan's first value; Firmata has no clock.
 *
 * Without channels in a kit.yaml all analog pins are channels, as raw counts: the board does not say
 * whether its full scale is 5 V or 3.3 V. Else
 *
 *     firmata: {every: 50 ms}
 *     channels:
 *       - {id: light, from: analog 0, scale: 0.0048876, ...}
 *       - {id: button, from: digital 7, ...} */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "kits/protocols/firmata_message.h"
#include "kits/protocols/firmata_plan.h"
#include "sense/kit.h"

enum {
	ASK_MS = 1000,
	ASK_TIMES = 5,
	SILENT_MS = 3000,
	USUAL_EVERY_MS = 50,
	UNO_FIRST_PIN = 14, /* A0 of an Uno */
	UNO_CHANNELS = 6,
	UNO_BITS = 10,
};

enum stage { ASK_NAME, ASK_PINS, SET_UP, RUN };

struct firmata {
	enum stage stage;
	unsigned asked;      /* times in this stage */
	struct instant next; /* when to ask again; RUN: when the silence is too long */
	bool has_map;
	struct firmata_pins pins;
	uint16_t wanted, seen; /* analog channels, a bit each; of this scan */
	struct instant began;  /* the scan */
	double values[FIRMATA_CHANNELS];
	uint8_t ports[FIRMATA_PORTS];
};

static const struct firmata_plan *plan_of(const struct kit *kit)
{
	const struct model *model = kit_model(kit);

	return model && model->n_channels > 0 ? model->plan : NULL;
}

static unsigned every_ms(const struct kit *kit)
{
	const struct model *model = kit_model(kit);
	const struct firmata_plan *plan = model ? model->plan : NULL;

	return plan && plan->every_ms ? plan->every_ms : USUAL_EVERY_MS;
}

/* --- the device --- */

static void fill_channel(struct channel *channel, unsigned number, unsigned bits)
{
	snprintf(channel->id, sizeof(channel->id), "a%u", number);
	snprintf(channel->name_zh, sizeof(channel->name_zh), "A%u", number);
	snprintf(channel->name_en, sizeof(channel->name_en), "A%u", number);
	text_copy(channel->quantity, sizeof(channel->quantity), "raw");
	text_copy(channel->unit, sizeof(channel->unit), "1");
	channel->resolution = 1;
	channel->high = ldexp(1, (int)(bits ? bits : UNO_BITS)) - 1;
}

static void describe_pins(struct kit *kit, const struct firmata *firmata)
{
	struct device device = {.model = "Firmata", .n_streams = 1};
	struct stream *stream = &device.streams[0];

	text_copy(device.kit, sizeof(device.kit),
		kit_model(kit) ? kit_model(kit)->id : "firmata-board");
	text_copy(stream->name, sizeof(stream->name), "main");
	stream->stamps = STAMP_ARRIVAL;
	stream->period_ns = every_ms(kit) * (int64_t)NS_PER_MS;
	for (unsigned i = 0; i < FIRMATA_CHANNELS; i++)
		if (firmata->wanted & 1u << i)
			fill_channel(
				&stream->channels[stream->n_channels++], i, firmata->pins.bits[i]);
	if (kit_describe(kit, &device) < 0)
		kit_reject(kit);
}

static void describe(struct kit *kit, const struct firmata *firmata)
{
	if (!plan_of(kit))
		describe_pins(kit, firmata);
	else if (kit_describe_model(kit, NULL, STAMP_ARRIVAL) < 0)
		kit_reject(kit);
}

/* --- to the board --- */

static int send_sysex(struct kit *kit, uint8_t id)
{
	const uint8_t bytes[] = {FIRMATA_START_SYSEX, id, FIRMATA_END_SYSEX};

	return kit_send(kit, bytes, sizeof(bytes));
}

static int send_set_up(struct kit *kit, const struct firmata *firmata)
{
	const struct firmata_plan *plan = plan_of(kit);
	unsigned ms = every_ms(kit), n = 5;
	uint8_t bytes[5 + 5 * FIRMATA_CHANNELS + 5 * MODEL_CHANNELS] = {FIRMATA_START_SYSEX,
		FIRMATA_INTERVAL, ms & 0x7f, (ms >> 7) & 0x7f, FIRMATA_END_SYSEX};

	for (uint8_t i = 0; i < FIRMATA_CHANNELS; i++)
		if (firmata->wanted & 1u << i) {
			const uint8_t report[] = {FIRMATA_SET_PIN_MODE, firmata->pins.pin[i],
				FIRMATA_ANALOG, FIRMATA_REPORT_ANALOG | i, 1};

			memcpy(bytes + n, report, sizeof(report));
			n += sizeof(report);
		}
	for (size_t i = 0; plan && i < kit_model(kit)->n_channels; i++)
		if (plan->sources[i].is_digital) {
			uint8_t pin = plan->sources[i].number;
			const uint8_t report[] = {FIRMATA_SET_PIN_MODE, pin, FIRMATA_INPUT,
				(uint8_t)(FIRMATA_REPORT_DIGITAL | pin / 8), 1};

			memcpy(bytes + n, report, sizeof(report));
			n += sizeof(report);
		}
	return kit_send(kit, bytes, n);
}

/* --- the start --- */

static void enter(struct kit *kit, struct firmata *firmata, enum stage stage)
{
	firmata->stage = stage;
	firmata->asked = 0;
	firmata->next = kit_arrival(kit, 0);
	kit_wake_at(kit, firmata->next);
}

static void suppose_uno(struct firmata_pins *pins)
{
	memset(pins->pin, FIRMATA_NO_CHANNEL, sizeof(pins->pin));
	for (uint8_t i = 0; i < UNO_CHANNELS; i++) {
		pins->pin[i] = (uint8_t)(UNO_FIRST_PIN + i);
		pins->bits[i] = UNO_BITS;
	}
}

/* The channels to be reported: those of the kit.yaml that the board has, else all. */
static void choose_channels(struct kit *kit, struct firmata *firmata)
{
	const struct firmata_plan *plan = plan_of(kit);
	uint16_t has = 0, wanted = 0;

	for (unsigned i = 0; i < FIRMATA_CHANNELS; i++)
		if (firmata->pins.pin[i] != FIRMATA_NO_CHANNEL)
			has |= (uint16_t)(1u << i);
	for (size_t i = 0; plan && i < kit_model(kit)->n_channels; i++)
		if (!plan->sources[i].is_digital)
			wanted |= (uint16_t)(1u << plan->sources[i].number);
	firmata->wanted = plan ? wanted & has : has;
	firmata->seen = 0;
	for (unsigned i = 0; i < FIRMATA_CHANNELS; i++)
		firmata->values[i] = NAN;
}

static void know_pins(struct kit *kit, struct firmata *firmata)
{
	choose_channels(kit, firmata);
	if (firmata->wanted == 0 && !plan_of(kit)) {
		kit_error(kit, "no-analog-pins");
		firmata->has_map = false;
		enter(kit, firmata, ASK_PINS);
		firmata->next = instant_add(firmata->next, SILENT_MS * (int64_t)NS_PER_MS);
		return;
	}
	describe(kit, firmata);
	enter(kit, firmata, SET_UP);
}

static void ask_pins(struct kit *kit, struct firmata *firmata)
{
	if (firmata->asked > ASK_TIMES) {
		if (!firmata->has_map)
			suppose_uno(&firmata->pins);
		know_pins(kit, firmata);
		return;
	}
	if (!firmata->has_map)
		send_sysex(kit, FIRMATA_ASK_ANALOG_MAP);
	else
		send_sysex(kit, FIRMATA_ASK_CAPABILITIES);
}

static void on_tick(struct kit *kit, void *state, struct instant now)
{
	struct firmata *firmata = state;

	if (!kit_is_claimed(kit))
		return;
	if (now.ns >= firmata->next.ns) {
		firmata->asked++;
		firmata->next = instant_add(now, ASK_MS * (int64_t)NS_PER_MS);
		if (firmata->stage == ASK_NAME)
			send_sysex(kit, FIRMATA_FIRMWARE);
		else if (firmata->stage == ASK_PINS)
			ask_pins(kit, firmata);
		else if (send_set_up(kit, firmata) == 0) {
			if (firmata->stage == RUN && firmata->wanted)
				kit_unanswered(kit, KIT_WHOLE, "silent");
			firmata->stage = RUN;
			firmata->next = instant_add(now, SILENT_MS * (int64_t)NS_PER_MS);
		}
	}
	kit_wake_at(kit, firmata->next);
}

/* --- rows --- */

static void emit_described(struct kit *kit, const struct firmata *firmata, struct instant at)
{
	const struct firmata_plan *plan = plan_of(kit);

	for (unsigned i = 0; i < kit_model(kit)->n_channels; i++) {
		const struct firmata_source *source = &plan->sources[i];
		unsigned number = source->number;

		if (source->is_digital)
			kit_put(kit, i, firmata->ports[number / 8] >> number % 8 & 1);
		else if (!isnan(firmata->values[number])) /* it came */
			kit_put(kit, i, firmata->values[number]);
	}
	kit_emit(kit, at);
}

static void emit(struct kit *kit, struct firmata *firmata, struct instant at)
{
	double values[FIRMATA_CHANNELS];
	unsigned n = 0;

	firmata->seen = 0;
	if (plan_of(kit)) {
		emit_described(kit, firmata, at);
	} else {
		for (unsigned i = 0; i < FIRMATA_CHANNELS; i++)
			if (firmata->wanted & 1u << i)
				values[n++] = firmata->values[i];
		kit_row(kit, 0, at, values);
	}
	for (unsigned i = 0; i < FIRMATA_CHANNELS; i++)
		firmata->values[i] = NAN;
}

static void take_value(struct kit *kit, struct firmata *firmata,
	const struct firmata_message *message, struct instant at)
{
	uint16_t bit = (uint16_t)(1u << message->number);

	if (firmata->stage != RUN || !(firmata->wanted & bit))
		return;
	firmata->next = instant_add(at, SILENT_MS * (int64_t)NS_PER_MS);
	if (firmata->seen & bit)
		emit(kit, firmata, firmata->began);
	if (!firmata->seen)
		firmata->began = at;
	firmata->seen |= bit;
	firmata->values[message->number] = message->value;
	if (firmata->seen == firmata->wanted)
		emit(kit, firmata, firmata->began);
}

static bool has_digital(const struct kit *kit)
{
	const struct firmata_plan *plan = plan_of(kit);

	for (size_t i = 0; plan && i < kit_model(kit)->n_channels; i++)
		if (plan->sources[i].is_digital)
			return true;
	return false;
}

static void take_port(struct kit *kit, struct firmata *firmata,
	const struct firmata_message *message, struct instant at)
{
	firmata->ports[message->number] = (uint8_t)message->value;
	if (firmata->stage == RUN && !firmata->seen && has_digital(kit))
		emit(kit, firmata, at);
}

/* --- messages --- */

static void take_name(struct kit *kit, struct firmata *firmata)
{
	kit_claim(kit);
	enter(kit, firmata, firmata->has_map ? SET_UP : ASK_PINS);
}

static void take_sysex(
	struct kit *kit, struct firmata *firmata, const struct firmata_message *message)
{
	bool is_name =
		message->number == FIRMATA_FIRMWARE && message->n >= 2 && message->data[0] == 2;

	if (is_name)
		take_name(kit, firmata);
	if (!kit_is_claimed(kit) || firmata->stage != ASK_PINS)
		return;
	if (message->number == FIRMATA_ANALOG_MAP) {
		firmata_take_analog_map(message->data, message->n, &firmata->pins);
		firmata->has_map = true;
		enter(kit, firmata, ASK_PINS); /* now for the bits */
	} else if (message->number == FIRMATA_CAPABILITIES && firmata->has_map) {
		firmata_take_capabilities(message->data, message->n, &firmata->pins);
		know_pins(kit, firmata);
	}
}

static size_t decode(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	struct firmata *firmata = state;
	struct firmata_message message;

	firmata_read(bytes, n, &message);
	if (message.kind == FIRMATA_WAIT)
		return 0;
	if (message.kind == FIRMATA_NOTHING)
		kit_reject(kit);
	if (message.kind == FIRMATA_SYSEX)
		take_sysex(kit, firmata, &message);
	if (kit_is_claimed(kit) && message.kind == FIRMATA_VALUE)
		take_value(kit, firmata, &message, kit_arrival(kit, n - message.length));
	if (kit_is_claimed(kit) && message.kind == FIRMATA_PORT)
		take_port(kit, firmata, &message, kit_arrival(kit, n - message.length));
	return message.length;
}

static void on_open(struct kit *kit, void *state)
{
	enter(kit, state, ASK_NAME);
}

/* clang-format off */
static const struct model_trouble troubles[] = {
	{"no-analog-pins", "板子上没有能用的模拟口；给它写入 StandardFirmata",
		"The board has no analog pins to read; put StandardFirmata on it"},
	{NULL, NULL, NULL},
};
/* clang-format on */

KIT_FAMILY(firmata) = {
	.name = "firmata",
	.state_size = sizeof(struct firmata),
	.form = &firmata_form,
	.troubles = troubles,
	.open = on_open,
	.decode = decode,
	.tick = on_tick,
};
