/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LabJack U3 (LV and HV), USB 0cd5:0003: four voltages and its own temperature, by command and
 * response over bulk pipes of 64-byte packets.
 *
 *     sum8, F8, words, code, sum16 (low, high), data ...    words: 16-bit words of data
 *
 * sum16 is the sum of the data's bytes; sum8 that of bytes 1 to 5, its carry added twice. An answer
 * has the same form, with an error in byte 6 (0: none); B8 B8 is "your sums were wrong".
 *     08  what it is (26 bytes): serial number at 15, at 37 the version: 18 is HV
 *     0B  sets FIO0..3 to analog: byte 6 says what is written (4), byte 10 which (0F)
 *     2D  a block of calibration: four numbers of 64 bits from 8 on, 32 of them behind the point
 *     00  reads: echo, then 01, channel, 1F (against ground) for each; 16 bits each from 9 on
 * Volts are raw * slope + offset: of the block 0 for LV, of 3 and 4 for HV, one for each input;
 * kelvin are raw * slope of block 2. A block that is blank is replaced by the usual figures.
 * Source: the maker's open libraries and traces published with them. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "sense/kit.h"

enum {
	PACKET = 64,
	HEAD = 6,
	EXTENDED = 0xf8,
	INPUTS = 4,
	TEMPERATURE = INPUTS,
	TEMPERATURE_INPUT = 30,
	GROUND = 31,
	HV = 18,
	ANSWER_MS = 1000,
};
enum step { CONFIG, ANALOG, BLOCK_LV, BLOCK_TEMPERATURE, BLOCK_SLOPES, BLOCK_OFFSETS, READING };

static const struct {
	uint8_t code, n, data[22];
	size_t answer; /* bytes at least */
} commands[] = {
	[CONFIG] = {0x08, 20, {0}, 38},
	[ANALOG] = {0x0b, 6, {4, 0, 0, 0, 0x0f, 0}, 12},
	[BLOCK_LV] = {0x2d, 2, {0, 0}, 40},
	[BLOCK_TEMPERATURE] = {0x2d, 2, {0, 2}, 40},
	[BLOCK_SLOPES] = {0x2d, 2, {0, 3}, 40},
	[BLOCK_OFFSETS] = {0x2d, 2, {0, 4}, 40},
	[READING] = {0x00, 16,
		{0, 1, 0, GROUND, 1, 1, GROUND, 1, 2, GROUND, 1, 3, GROUND, 1, TEMPERATURE_INPUT,
			GROUND},
		19},
};

struct u3 {
	enum step step;
	bool is_asked, is_hv;
	struct instant asked;
	char serial[16];
	double slope[INPUTS + 1], offset[INPUTS + 1];
};

static uint16_t sum16(const uint8_t *packet, size_t n)
{
	uint16_t sum = 0;

	for (size_t i = HEAD; i < n; i++)
		sum = (uint16_t)(sum + packet[i]);
	return sum;
}

static uint8_t sum8(const uint8_t *packet)
{
	unsigned sum = 0;

	for (size_t i = 1; i < HEAD; i++)
		sum += packet[i];
	sum = (sum & 0xff) + (sum >> 8);
	return (uint8_t)((sum & 0xff) + (sum >> 8));
}

static void ask(struct kit *kit, struct u3 *state)
{
	uint8_t packet[PACKET] = {0, EXTENDED};
	size_t n = HEAD + commands[state->step].n;

	packet[2] = commands[state->step].n / 2;
	packet[3] = commands[state->step].code;
	memcpy(packet + HEAD, commands[state->step].data, commands[state->step].n);
	packet[4] = (uint8_t)sum16(packet, n);
	packet[5] = (uint8_t)(sum16(packet, n) >> 8);
	packet[0] = sum8(packet);
	state->is_asked = true;
	state->asked = kit_now(kit);
	(void)kit_send(kit, packet, n); /* a full queue is a silence like any other */
}

/* --- what it is --- */

static uint32_t u32_at(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
		(uint32_t)bytes[3] << 24;
}

/* Number i of a block, if it is near what is usual. */
static void take_number(const uint8_t *packet, size_t i, double usual, double *ret)
{
	const uint8_t *at = packet + 8 + 8 * i;
	double value = (int32_t)u32_at(at + 4) + u32_at(at) / 4294967296.0;

	*ret = fabs(value - usual) <= 0.1 * fabs(usual) + 0.05 * (usual == 0) ? value : usual;
}

static void take_config(struct u3 *state, const uint8_t *packet)
{
	struct text serial = text_over(state->serial, sizeof(state->serial));

	text_add_uint(&serial, u32_at(packet + 15));
	state->is_hv = packet[37] == HV;
}

static void take_block(struct u3 *state, const uint8_t *packet)
{
	for (size_t i = 0; i < INPUTS; i++) {
		if (state->step == BLOCK_LV) {
			take_number(packet, 0, 0.000037231, &state->slope[i]);
			take_number(packet, 1, 0, &state->offset[i]);
		} else if (state->step == BLOCK_SLOPES && state->is_hv) {
			take_number(packet, i, 0.000314, &state->slope[i]);
		} else if (state->step == BLOCK_OFFSETS && state->is_hv) {
			take_number(packet, i, -10.3, &state->offset[i]);
		}
	}
	if (state->step == BLOCK_TEMPERATURE)
		take_number(packet, 0, 0.013021, &state->slope[TEMPERATURE]);
	state->offset[TEMPERATURE] = -273.15;
}

static void describe(struct kit *kit, const struct u3 *state)
{
	char identity[IDENTITY_TEXT];
	struct text text = text_over(identity, sizeof(identity));

	text_addf(&text, "usb:%04x:%04x:%s", kit_port(kit)->usb_vendor, kit_port(kit)->usb_product,
		state->serial);
	kit_describe_model(kit, identity, STAMP_ARRIVAL);
}

/* --- answers --- */

static void take_answer(struct kit *kit, struct u3 *state, const uint8_t *packet)
{
	state->is_asked = false;
	if (state->step == READING) {
		for (unsigned i = 0; i <= INPUTS; i++)
			kit_put(kit, i,
				(packet[9 + 2 * i] | packet[10 + 2 * i] << 8) * state->slope[i] +
					state->offset[i]);
		kit_emit(kit, kit_arrival(kit, 0));
		return;
	}
	if (state->step == CONFIG)
		take_config(state, packet);
	else if (state->step != ANALOG)
		take_block(state, packet);
	state->step++;
	if (state->step == READING)
		describe(kit, state);
	ask(kit, state);
}

static void take_report(struct kit *kit, void *memory, const uint8_t *bytes, size_t n)
{
	struct u3 *state = memory;

	if (n < HEAD + 2 || bytes[1] != EXTENDED || bytes[0] != sum8(bytes) ||
		(uint16_t)(bytes[4] | bytes[5] << 8) != sum16(bytes, n))
		kit_error(kit, "checksum");
	else if (!state->is_asked || bytes[3] != commands[state->step].code)
		kit_error(kit, "unasked"); /* of an earlier program */
	else if (bytes[6] != 0 || n < commands[state->step].answer)
		kit_error(kit, "refused"); /* the tick begins anew */
	else
		take_answer(kit, state, bytes);
}

static void open_kit(struct kit *kit, void *state)
{
	ask(kit, state);
}

static void tick(struct kit *kit, void *memory, struct instant now)
{
	struct u3 *state = memory;
	double hz = kit_model(kit)->rate_hz;
	int64_t waited_ns = instant_since(now, state->asked);
	int64_t period_ns = (int64_t)(NS_PER_S / (hz > 0 ? hz : 10));

	if (state->is_asked && waited_ns >= ANSWER_MS * (int64_t)NS_PER_MS) {
		kit_unanswered(kit, KIT_WHOLE, "timeout");
		state->step = CONFIG;
		ask(kit, state);
	} else if (!state->is_asked && waited_ns >= period_ns) {
		ask(kit, state);
		kit_wake_at(kit, instant_add(state->asked, period_ns));
	}
}

static const char *const outputs[] = {"ain0", "ain1", "ain2", "ain3", "temp", NULL};

KIT_FAMILY(labjack_u3) = {
	.name = "labjack-u3",
	.state_size = sizeof(struct u3),
	.outputs = outputs,
	.needs_model = true,
	.open = open_kit,
	.report = take_report,
	.tick = tick,
};
