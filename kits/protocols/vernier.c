/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The protocol. Reports of 8 bytes both ways, no report numbers, no checksum.
 *
 * To the device: code of the command, its parameters, zeroes. One at a time: what comes before the
 * answer is ignored, but for INIT, which is honoured at any time, ends what runs and drops what
 * waits. So whatever went wrong, the remedy is to begin again with INIT.
 *
 * From the device, byte 0:
 *     00 .... nn    measurement with nn (1..3) values; byte 1 counts, its step is not known
 *     01 e l f nnn  answer; e: error, l: last, f: first packet, nnn: bytes that follow (1..7)
 *     10 e l f nnn  answer to INIT
 * The first packet of an answer repeats the command's code before its payload (up to 6 bytes), the
 * others go on with it (up to 7). An error's payload is one byte of status; to INIT 40 and 41 say
 * that the device is still powering up.
 *
 * At opening an earlier program's measurements may still stream: until INIT is answered they are
 * not ours. An answer is waited for one second, INIT's 400 ms; both start again with INIT.
 * Source: the headers of the maker's published SDK, and captures of others who read these devices.
 */
#include "kits/protocols/vernier.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

enum {
	KIND = 0xc0,
	MEASUREMENT = 0x00,
	INIT_ANSWER = 0x80,
	IS_ERROR = 0x20,
	IS_LAST = 0x10,
	IS_FIRST = 0x08,
	COUNT = 0x07,

	INIT_MS = 400,
	ANSWER_MS = 1000,
	WATCH_MS = 1000,
	SILENT_MS = 1500, /* beyond four periods */
	SERIAL_BYTES = 6, /* week and year in decimal digits, a number; low byte first */
	ORANGE = 0x00,    /* with USUAL, as it is after INIT */
	GREEN = 0x80,
	USUAL = 0x04,
	BRIGHT = 0x10,
};

static int64_t ms_since(struct instant now, struct instant then)
{
	return instant_since(now, then) / NS_PER_MS;
}

/* --- commands --- */

/* The rate of kit.yaml, within what the device can. */
static void fill_period(struct kit *kit, struct vernier *vernier, uint8_t *command)
{
	const struct vernier_kind *kind = vernier->kind;
	const struct model *model = kit_model(kit);
	double hz = model && model->rate_hz > 0 ? model->rate_hz : 2;
	double wanted = (double)NS_PER_S / hz / (double)kind->tick_ns + 0.5;
	uint32_t ticks = wanted < kind->least_ticks ? kind->least_ticks
		: wanted > kind->most_ticks         ? kind->most_ticks
						    : (uint32_t)wanted;

	vernier->period_ns = ticks * kind->tick_ns;
	for (int i = 0; i < 4; i++)
		command[1 + i] = (uint8_t)(ticks >> (8 * i));
}

static void prepare(struct kit *kit, struct vernier *vernier, uint8_t *command)
{
	memcpy(command, vernier->kind->script[vernier->step], VERNIER_REPORT);
	if (command[0] == VERNIER_SET_PERIOD)
		fill_period(kit, vernier, command);
	if (vernier->kind->prepare)
		vernier->kind->prepare(vernier, command);
}

/* A queue that is full is a silence like any other. */
static void send(struct kit *kit, struct vernier *vernier, const uint8_t *command)
{
	vernier->n_answer = 0;
	vernier->asked = command[0];
	(void)kit_send(kit, command, VERNIER_REPORT);
}

static void go_on(struct kit *kit, struct vernier *vernier)
{
	uint8_t command[VERNIER_REPORT] = {0};

	vernier->acted = vernier->watched = kit_now(kit);
	for (; vernier->step < vernier->kind->n_steps; vernier->step++) {
		prepare(kit, vernier, command);
		if (command[0]) {
			send(kit, vernier, command);
			return;
		}
	}
	vernier->is_measuring = true;
}

/* Its number stays what it told once: a refusal later does not make it another one. */
void vernier_restart(struct kit *kit, struct vernier *vernier)
{
	vernier->is_measuring = false;
	vernier->step = 0;
	go_on(kit, vernier);
}

void vernier_open(struct kit *kit, struct vernier *vernier, const struct vernier_kind *kind)
{
	vernier->kind = kind;
	vernier_restart(kit, vernier);
}

static void fail(struct kit *kit, struct vernier *vernier, const char *word)
{
	kit_error(kit, word);
	vernier_restart(kit, vernier);
}

/* --- answers --- */

static void keep_identity(struct kit *kit, struct vernier *vernier)
{
	struct text text;
	const uint8_t *payload = vernier->answer;
	uint32_t number = 0;

	for (size_t i = 0; i < 4 && vernier->n_answer == SERIAL_BYTES; i++)
		number |= (uint32_t)payload[2 + i] << (8 * i);
	if (number == 0 || number == UINT32_MAX)
		return;
	text = text_over(vernier->identity, sizeof(vernier->identity));
	text_addf(&text, "usb:%04x:%04x:%02x%02x-%u", kit_port(kit)->usb_vendor,
		kit_port(kit)->usb_product, payload[1], payload[0], number);
}

static void finish_answer(struct kit *kit, struct vernier *vernier, bool is_error)
{
	uint8_t refused = is_error ? (vernier->n_answer > 0 ? vernier->answer[0] : 0xff) : 0;
	uint8_t command = vernier->asked;

	if (refused && command == VERNIER_INIT)
		return; /* still powering up: the tick asks again */
	if (refused && command == VERNIER_START) {
		fail(kit, vernier, "start-refused");
		return;
	}
	vernier->asked = 0;
	if (command == VERNIER_SERIAL && !refused)
		keep_identity(kit, vernier);
	if (vernier->kind->answered)
		vernier->kind->answered(
			kit, vernier, command, vernier->answer, vernier->n_answer, refused);
	if (vernier->is_measuring || vernier->asked)
		return; /* it was a watch, or the driver began anew */
	vernier->step++;
	go_on(kit, vernier);
}

static bool is_awaited(const struct vernier *vernier, const uint8_t *bytes)
{
	bool is_init = (bytes[0] & KIND) == INIT_ANSWER;

	if (vernier->asked == 0 || is_init != (vernier->asked == VERNIER_INIT))
		return false;
	return bytes[0] & IS_FIRST ? bytes[1] == vernier->asked : vernier->n_answer > 0;
}

static void take_answer(struct kit *kit, struct vernier *vernier, const uint8_t *bytes)
{
	size_t n = bytes[0] & COUNT, skip = bytes[0] & IS_FIRST ? 1 : 0;

	if (!is_awaited(vernier, bytes) || n < skip) {
		kit_reject(kit);
		return;
	}
	if (skip)
		vernier->n_answer = 0;
	n -= skip;
	if (n > sizeof(vernier->answer) - vernier->n_answer) {
		fail(kit, vernier, "answer-too-long");
		return;
	}
	memcpy(vernier->answer + vernier->n_answer, bytes + 1 + skip, n);
	vernier->n_answer = (uint8_t)(vernier->n_answer + n);
	if (!vernier->is_measuring) /* then only measurements show that it does */
		vernier->acted = kit_now(kit);
	if (bytes[0] & IS_LAST)
		finish_answer(kit, vernier, (bytes[0] & IS_ERROR) != 0);
}

void vernier_report(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	struct vernier *vernier = state;

	if (n != VERNIER_REPORT) {
		kit_error(kit, "length");
	} else if ((bytes[0] & KIND) != MEASUREMENT) {
		take_answer(kit, vernier, bytes);
	} else if (bytes[0] < 1 || bytes[0] > 3) {
		kit_error(kit, "packet");
	} else if (vernier->is_measuring) {
		vernier->acted = kit_now(kit);
		vernier->kind->measured(kit, vernier, bytes, bytes[0]);
	}
}

/* --- time and orders --- */

/* Between two commands, since what comes before an answer is ignored. */
static bool is_light_due(const struct vernier *vernier, struct instant now)
{
	return vernier->lit_until.ns && !vernier->asked &&
		instant_since(now, vernier->lit_until) >= 0;
}

void vernier_tick(struct kit *kit, void *state, struct instant now)
{
	static const uint8_t orange[VERNIER_REPORT] = {VERNIER_LED, ORANGE, USUAL};
	struct vernier *vernier = state;
	uint8_t watch[VERNIER_REPORT] = {vernier->kind->watch};
	int64_t patience_ms = vernier->asked == VERNIER_INIT ? INIT_MS : ANSWER_MS;

	if (vernier->is_measuring)
		patience_ms = SILENT_MS + 4 * vernier->period_ns / NS_PER_MS;
	if (ms_since(now, vernier->acted) >= patience_ms) {
		kit_unanswered(kit, KIT_WHOLE, "timeout");
		vernier_restart(kit, vernier);
	} else if (vernier->is_measuring && is_light_due(vernier, now)) {
		vernier->lit_until = (struct instant){0};
		send(kit, vernier, orange);
	} else if (vernier->is_measuring && watch[0] &&
		ms_since(now, vernier->watched) >= WATCH_MS) {
		vernier->watched = now;
		send(kit, vernier, watch);
	}
}

int vernier_order(struct kit *kit, void *state, enum kit_order order, unsigned argument)
{
	static const uint8_t green[VERNIER_REPORT] = {VERNIER_LED, GREEN, BRIGHT};
	struct vernier *vernier = state;

	if (order != KIT_IDENTIFY || !vernier->is_measuring)
		return -EOPNOTSUPP;
	vernier->lit_until = instant_add(kit_now(kit), argument * (int64_t)(NS_PER_S / 10));
	send(kit, vernier, green);
	return 0;
}

/* --- for drivers --- */

int vernier_describe_model(struct kit *kit, const struct vernier *vernier)
{
	return kit_describe_model(
		kit, vernier->identity[0] ? vernier->identity : NULL, STAMP_ARRIVAL);
}

int16_t vernier_raw(const uint8_t *report, size_t i)
{
	return (int16_t)(report[2 + 2 * i] | report[3 + 2 * i] << 8);
}

struct instant vernier_stamp(
	const struct kit *kit, const struct vernier *vernier, size_t i, size_t n)
{
	return instant_add(kit_arrival(kit, 0), -(int64_t)(n - 1 - i) * vernier->period_ns);
}
