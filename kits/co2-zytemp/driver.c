/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CO2 monitors of ZyAura ("USB-zyTemp"), USB 04d9:a052, sold under many names.
 *
 * A report is one reading: item, value (2 bytes, high first), sum of these three, 0D, three zeroes.
 *     50  CO2 in ppm        42  temperature in 1/16 K        41, 44  humidity in 0.01 %
 * Other items are the monitor's own business; 41 with 0 is a monitor without humidity.
 *
 * The old generation (version 1) is silent until it gets a key of 8 bytes as a feature report, and
 * scrambles what it says with it: bytes change places, the key is added without carry, all 64 bits
 * move on by three and a constant is added. The new one (version 2) speaks plainly. Which one it is
 * shows in what makes sense; what made sense last is tried first, since one scrambled report in
 * 65 000 happens to look like a plain one.
 *
 * The serial number it gives is the version of its program, the same for all: not an identity. */
#include "base/text.h"
#include "kits/protocols/hid.h"

enum { BYTES = 8, END = 0x0d };
enum { CO2, TEMPERATURE, HUMIDITY, OUTPUTS };

struct zytemp {
	struct hid hid;
	bool is_scrambled;
	unsigned given, usual, described; /* outputs, a bit each: since the last row, in it, ever */
	double values[OUTPUTS];
	struct instant came; /* the newest of them */
};

static bool is_plain(const uint8_t *b)
{
	return b[4] == END && (uint8_t)(b[0] + b[1] + b[2]) == b[3] && !(b[5] | b[6] | b[7]);
}

static void unscramble(const uint8_t *scrambled, const uint8_t *key, uint8_t *ret_plain)
{
	static const uint8_t place[BYTES] = {2, 4, 0, 7, 1, 6, 5, 3};
	static const uint8_t added[BYTES] = {0x84, 0x47, 0x56, 0xd6, 0x07, 0x93, 0x93, 0x56};
	uint8_t mixed[BYTES];

	for (int i = 0; i < BYTES; i++)
		mixed[place[i]] = (uint8_t)(scrambled[i] ^ key[place[i]]);
	for (int i = 0; i < BYTES; i++)
		ret_plain[i] =
			(uint8_t)((mixed[i] >> 3 | mixed[(i + BYTES - 1) % BYTES] << 5) - added[i]);
}

static void open_kit(struct kit *kit, void *state)
{
	hid_open(kit, state);
}

static void describe(struct kit *kit, struct zytemp *state)
{
	char identity[IDENTITY_TEXT];
	struct text text = text_over(identity, sizeof(identity));

	text_addf(&text, "port:%s", kit_port(kit)->socket);
	state->described |= state->usual;
	kit_describe_outputs(kit, identity, STAMP_ARRIVAL, state->described);
}

/* What a monitor says in turn belongs together. A turn is over when all of the last one have come
 * again, or one comes twice; the first one shows whether it has humidity. */
static void end_turn(struct kit *kit, struct zytemp *state)
{
	state->usual = state->given;
	state->given = 0;
	if (state->usual & ~state->described)
		describe(kit, state);
	for (unsigned i = 0; i < OUTPUTS; i++)
		if (state->usual >> i & 1)
			kit_put(kit, i, state->values[i]);
	kit_emit(kit, state->came);
}

static void take_value(struct kit *kit, struct zytemp *state, unsigned output, double value)
{
	if (state->given >> output & 1)
		end_turn(kit, state);
	state->values[output] = value;
	state->given |= 1U << output;
	state->came = kit_arrival(kit, 0);
	if (state->given == state->usual)
		end_turn(kit, state);
}

static void take_reading(struct kit *kit, struct zytemp *state, const uint8_t *b)
{
	unsigned value = (unsigned)(b[1] << 8 | b[2]);

	if (b[0] == 0x50)
		take_value(kit, state, CO2, value);
	else if (b[0] == 0x42)
		take_value(kit, state, TEMPERATURE, value / 16.0 - 273.15);
	else if ((b[0] == 0x41 || b[0] == 0x44) && value > 0)
		take_value(kit, state, HUMIDITY, value / 100.0);
}

static void take_report(struct kit *kit, void *memory, const uint8_t *bytes, size_t n)
{
	static const uint8_t no_key[BYTES];
	struct zytemp *state = memory;
	const struct hid_plan *plan = hid_plan(kit);
	uint8_t plain[BYTES];

	if (n != BYTES) {
		kit_error(kit, "length");
		return;
	}
	unscramble(bytes, plan && plan->n_steps ? plan->steps[0].bytes : no_key, plain);
	bool reads[] = {is_plain(bytes), is_plain(plain)};
	if (!reads[0] && !reads[1]) {
		kit_error(kit, "checksum");
		return;
	}
	if (!reads[state->is_scrambled])
		state->is_scrambled = !state->is_scrambled;
	hid_heard(kit, &state->hid);
	take_reading(kit, state, state->is_scrambled ? plain : bytes);
}

static const char *const outputs[] = {
	[CO2] = "co2", [TEMPERATURE] = "temp", [HUMIDITY] = "humidity", NULL};

KIT_FAMILY(co2_zytemp) = {
	.name = "co2-zytemp",
	.state_size = sizeof(struct zytemp),
	.outputs = outputs,
	.needs_model = true,
	.open = open_kit,
	.report = take_report,
	.answer = hid_answer,
	.tick = hid_tick,
};
