/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TEMPer thermometers of PCsensor: the cheapest USB thermometers there are, in many variants with
 * the same four USB ids.
 *
 * Reports of 8 bytes at the second interface (the first is a keyboard).
 *     01 86 FF 01 ..   asks for the version: one or two reports of ASCII, "TEMPerGold_V3.1"
 *     01 80 33 01 ..   asks for a reading: one report 80 .., and a second one 80 01 .. of the
 *                      variants with more to say, some 100 ms later
 * The version tells where in those 16 bytes the values stand (16 bits, signed, high byte first) and
 * what they mean, so it is asked for three times before it is given up; one that is not in the table
 * is read as the newest of its USB id are. 4E20 (which would be 200 degrees) is a sensor that is not there: what a variant has shows in its readings.
 *
 * Source: captures that owners published; the list of versions will never be complete. */
#include <math.h>
#include <string.h>

#include "kits/protocols/hid.h"
#include "sense/kit.h"

enum {
	BYTES = 8,
	READING = 0x80,
	SECOND = 0x01,
	ABSENT = 0x4e20,
	OUTPUTS = 3,
	PATIENCE_MS = 300,
	TRIES = 3
};
enum phase { SILENT, ASKED_VERSION, ASKED_READING };

static const uint8_t ask_version[BYTES] = {0x01, 0x86, 0xff, 0x01};
static const uint8_t ask_reading[BYTES] = {0x01, 0x80, 0x33, 0x01};

/* clang-format off */
static const struct layout {
	const char *version;
	uint16_t product;
	struct value { uint8_t at; double scale, offset; } values[OUTPUTS]; /* at 0: has none */
} layouts[] = { /* temperature             external temperature  humidity */
	{"TEMPer1F_H1", 0,      {{2, 175.72 / 16384, -46.85}, {0, 0, 0}, {4, 125.0 / 4096, -6}}},
	{"TEMPer2_V",   0,      {{2, 0.01, 0}, {10, 0.01, 0}, {0, 0, 0}}},
	{"TEMPer2",     0,      {{2, 1.0 / 256, 0}, {4, 1.0 / 256, 0}, {0, 0, 0}}},
	{"TEMPer1F",    0,      {{2, 1.0 / 256, 0}, {0, 0, 0}, {0, 0, 0}}},
	{"TEMPerF1",    0,      {{2, 1.0 / 256, 0}, {0, 0, 0}, {0, 0, 0}}},
	{"TEMPer1V1",   0,      {{2, 1.0 / 256, 0}, {0, 0, 0}, {0, 0, 0}}},
	{"TEMPerGold",  0,      {{2, 0.01, 0}, {0, 0, 0}, {0, 0, 0}}},
	{"",            0x7401, {{2, 1.0 / 256, 0}, {0, 0, 0}, {0, 0, 0}}},
	{"",            0,      {{2, 0.01, 0}, {10, 0.01, 0}, {4, 0.01, 0}}},
};
/* clang-format on */

struct temper {
	enum phase phase;
	struct instant asked, came;
	const struct layout *layout;
	unsigned described; /* a bit for each output */
	unsigned silences;  /* in answer to the question for the version */
	size_t n;
	uint8_t reply[2 * BYTES];
};

static void ask(struct kit *kit, struct temper *state, enum phase phase)
{
	state->phase = phase;
	state->n = 0;
	state->asked = kit_now(kit);
	(void)kit_send(kit, phase == ASKED_VERSION ? ask_version : ask_reading, BYTES);
}

/* Short versions leave bytes of earlier answers behind them, so only the beginning counts. */
static void choose_layout(struct kit *kit, struct temper *state)
{
	const struct layout *layout = layouts;

	while (strncmp(layout->version, (const char *)state->reply, strlen(layout->version)) ||
		(layout->product && layout->product != kit_port(kit)->usb_product))
		layout++;
	state->layout = layout;
	ask(kit, state, ASKED_READING);
}

static bool needs_second(const struct layout *layout)
{
	return layout->values[1].at > BYTES;
}

static double value_of(const struct temper *state, size_t output)
{
	const struct value *value = &state->layout->values[output];
	int raw;

	if (value->at == 0 || state->n < value->at + 2U)
		return NAN;
	raw = (int16_t)(state->reply[value->at] << 8 | state->reply[value->at + 1]);
	return raw == ABSENT ? NAN : raw * value->scale + value->offset;
}

static void take_reading(struct kit *kit, struct temper *state)
{
	unsigned has = 0;

	state->phase = SILENT;
	for (size_t i = 0; i < OUTPUTS; i++)
		has |= (unsigned)isfinite(value_of(state, i)) << i;
	if (has & ~state->described) {
		state->described |= has;
		kit_describe_outputs(kit, NULL, STAMP_ARRIVAL, state->described);
	}
	for (unsigned i = 0; i < OUTPUTS; i++)
		if (has >> i & 1)
			kit_put(kit, i, value_of(state, i));
	kit_emit(kit, state->came);
}

static void open_kit(struct kit *kit, void *state)
{
	ask(kit, state, ASKED_VERSION);
}

static void take_report(struct kit *kit, void *memory, const uint8_t *bytes, size_t n)
{
	struct temper *state = memory;
	bool is_reading = n > 0 && bytes[0] == READING;

	/* A second report may come when the next reading is asked for already. */
	bool is_late = is_reading && state->n == 0 && n > 1 && bytes[1] == SECOND;

	if (n != BYTES || state->n == sizeof(state->reply) || state->phase == SILENT || is_late ||
		is_reading != (state->phase == ASKED_READING)) {
		kit_error(kit, n == BYTES ? "unasked" : "length");
		return;
	}
	if (state->n == 0)
		state->came = kit_arrival(kit, 0);
	memcpy(state->reply + state->n, bytes, BYTES);
	state->n += BYTES;
	if (!is_reading && state->n > BYTES)
		choose_layout(kit, state);
	else if (is_reading && (state->n > BYTES || !needs_second(state->layout)))
		take_reading(kit, state);
}

/* The end of an answer is known by what comes, or by nothing more coming for PATIENCE_MS; its
 * beginning is waited for until it is time to ask again. */
static void finish(struct kit *kit, struct temper *state)
{
	if (state->phase == ASKED_VERSION && state->n == 0 && ++state->silences < TRIES) {
		kit_unanswered(kit, KIT_WHOLE, "timeout");
		ask(kit, state, ASKED_VERSION);
	} else if (state->phase == ASKED_VERSION) {
		choose_layout(kit, state);
	} else if (state->phase == ASKED_READING && state->n > 0) {
		take_reading(kit, state);
	} else if (state->phase == ASKED_READING) {
		kit_unanswered(kit, KIT_WHOLE, "timeout");
		state->phase = SILENT;
	}
}

static void tick(struct kit *kit, void *memory, struct instant now)
{
	struct temper *state = memory;
	double hz = kit_model(kit)->rate_hz;
	bool is_due = instant_since(now, state->asked) >= (int64_t)(NS_PER_S / (hz > 0 ? hz : 1));
	bool is_over =
		state->n > 0 && instant_since(now, state->came) >= PATIENCE_MS * (int64_t)NS_PER_MS;

	if (state->phase != SILENT && (is_due || is_over))
		finish(kit, state);
	else if (is_due)
		ask(kit, state, ASKED_READING);
}

static const char *const outputs[] = {"temp", "external", "humidity", NULL};

KIT_FAMILY(temper) = {
	.name = "temper",
	.state_size = sizeof(struct temper),
	.outputs = outputs,
	.needs_model = true,
	.open = open_kit,
	.report = take_report,
	.tick = tick,
};
