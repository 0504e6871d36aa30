/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GQ GMC Geiger counters (GMC-280, 300, 320: GQ-RFC1201; GMC-500, 600, 800: GQ-RFC1801) over their
 * USB serial port. Commands are text between < and >>, answers are binary without end or checksum:
 *
 *     <HEARTBEAT0>>   nothing            stop counting aloud; a logger that was killed left it on
 *     <GETVER>>       "GMC-300Re 4.22"   14 characters or more
 *     <GETSERIAL>>    7 bytes; old firmware does not know it
 *     <HEARTBEAT1>>   each second the counts of that second: 16 bits of which the lowest 14 count
 *                     (RFC1201), or 32 (RFC1801); high byte first
 *
 * Heartbeats are taken, not <GETCPM>>: that is a sliding minute, whose readings are not independent
 * and cannot be added up. The minute's sum is made here, from its tenth second on. Beats are found
 * by the silence between them, as is their width: some GMC-500 send 16 bits. When beats stop for
 * three seconds everything is asked anew, and the minute begins anew. Stamp: arrival of a beat's last
 * byte. */
#include <stdio.h>
#include <string.h>

#include "sense/kit.h"

enum output { COUNTS, CPM };
enum stage { HUSH, NAME, SERIAL, BEAT };
enum { NAME_BYTES = 14, SERIAL_BYTES = 7, WINDOW = 60, LEAST = 10, WIDE_MODEL = 500 };
enum { PAUSE_MS = 100, BROKEN_OFF_MS = 500, SERIAL_TRIES = 3 };

static const struct {
	const char *command;
	int64_t wait_ms;
} steps[] = {
	[HUSH] = {"<HEARTBEAT0>>", 300},
	[NAME] = {"<GETVER>>", 1000},
	[SERIAL] = {"<GETSERIAL>>", 1000},
	[BEAT] = {"<HEARTBEAT1>>", 3000},
};

static const enum stage after_silence[] = {
	[HUSH] = NAME,
	[NAME] = HUSH,
	[SERIAL] = NAME,
	[BEAT] = HUSH,
};

struct gmc {
	enum stage stage;
	bool is_asked;
	bool is_numbered;    /* it has told its serial number */
	unsigned unnumbered; /* times it was asked for that in vain */
	struct instant next, newest;
	size_t width, held; /* of a beat; bytes of one, or of a number, that is not complete */
	uint8_t serial[SERIAL_BYTES];
	unsigned n; /* beats without a hole so far */
	uint32_t window[WINDOW];
};

static void wait_ms(struct kit *kit, struct gmc *gmc, int64_t ms)
{
	gmc->next = instant_add(kit_now(kit), ms * NS_PER_MS);
	kit_wake_at(kit, gmc->next);
}

static void on_tick(struct kit *kit, void *state, struct instant now)
{
	struct gmc *gmc = state;

	if (!kit_is_claimed(kit) || now.ns < gmc->next.ns)
		return;
	if (gmc->is_asked && gmc->stage != HUSH && gmc->stage != SERIAL)
		kit_unanswered(kit, KIT_WHOLE, "timeout");
	if (gmc->is_asked && gmc->stage == BEAT)
		gmc->n = 0; /* a minute has no hole */
	gmc->unnumbered += gmc->is_asked && gmc->stage == SERIAL;
	if (gmc->is_asked)
		gmc->stage = after_silence[gmc->stage];
	gmc->is_asked = true;
	gmc->held = 0;
	kit_send(kit, steps[gmc->stage].command, strlen(steps[gmc->stage].command));
	wait_ms(kit, gmc, steps[gmc->stage].wait_ms);
}

/* On to the next question, after a pause in which what still comes is thrown away. */
static size_t go_on(struct kit *kit, struct gmc *gmc, size_t used)
{
	gmc->stage++;
	gmc->is_asked = false;
	wait_ms(kit, gmc, PAUSE_MS);
	return used;
}

/* One that is late, or whose answer was damaged, must not become another device: without a number is
 * what tells its name each time, and never that. */
static bool has_no_number(const struct gmc *gmc)
{
	return gmc->unnumbered >= SERIAL_TRIES && !gmc->is_numbered;
}

static size_t take_name(struct kit *kit, struct gmc *gmc, const char *text, size_t n)
{
	unsigned model = 0;

	if (n < NAME_BYTES)
		return 0;
	for (size_t i = 4; i < NAME_BYTES && text[i] >= '0' && text[i] <= '9'; i++)
		model = model * 10 + (unsigned)(text[i] - '0');
	gmc->width = model >= WIDE_MODEL ? 4 : 2;
	if (memcmp(text, "GMC-", 4) != 0) {
		kit_reject(kit);
		return n;
	}
	if (has_no_number(gmc)) {
		kit_describe_model(kit, NULL, STAMP_ARRIVAL);
		gmc->stage = SERIAL;
	}
	return go_on(kit, gmc, n);
}

/* Half of an answer that never became whole is no beginning of the next one, nor is its name, which was
 * asked twice and comes late, a number. */
static size_t take_serial(struct kit *kit, struct gmc *gmc, const uint8_t *bytes, size_t n)
{
	char identity[4 + 2 * SERIAL_BYTES + 1] = "gmc:";

	for (size_t i = 0; i < n && gmc->held < SERIAL_BYTES; i++)
		gmc->serial[gmc->held++] = bytes[i];
	if (gmc->held < SERIAL_BYTES)
		return n;
	gmc->held = 0;
	if (memcmp(gmc->serial, "GMC-", 4) == 0)
		return n;
	for (size_t i = 0; i < SERIAL_BYTES; i++)
		snprintf(identity + 4 + 2 * i, 3, "%02x", gmc->serial[i]);
	gmc->is_numbered = true;
	gmc->unnumbered = 0;
	kit_describe_model(kit, identity, STAMP_ARRIVAL);
	return go_on(kit, gmc, n);
}

static void emit(struct kit *kit, struct gmc *gmc, uint32_t counts, struct instant at)
{
	unsigned seconds;
	uint64_t sum = 0;

	gmc->window[gmc->n++ % WINDOW] = counts;
	seconds = gmc->n < WINDOW ? gmc->n : WINDOW;
	for (unsigned i = 0; i < seconds; i++)
		sum += gmc->window[i];
	kit_put(kit, COUNTS, counts);
	if (seconds >= LEAST)
		kit_put(kit, CPM, (double)sum * WINDOW / seconds);
	kit_emit(kit, at);
	wait_ms(kit, gmc, steps[BEAT].wait_ms);
}

static size_t take_beat(struct kit *kit, struct gmc *gmc, const uint8_t *bytes, size_t n)
{
	struct instant newest = kit_arrival(kit, 0);
	bool is_late = gmc->held > 0 &&
		instant_since(newest, gmc->newest) > BROKEN_OFF_MS * (int64_t)NS_PER_MS;
	size_t held = gmc->held;
	uint32_t counts = 0;

	gmc->newest = newest;
	gmc->held = 0;
	if (is_late) { /* two bytes and then silence: that was all of it */
		gmc->width = held == 2 ? 2 : gmc->width;
		kit_reject(kit);
		return held;
	}
	if (n == 4 && gmc->n == 0)
		gmc->width = 4;
	gmc->held = n < gmc->width ? n : 0;
	if (gmc->held)
		return 0;
	for (size_t i = 0; i < gmc->width; i++)
		counts = counts << 8 | bytes[i];
	emit(kit, gmc, gmc->width == 2 ? counts & 0x3fff : counts,
		kit_arrival(kit, n - gmc->width));
	return gmc->width;
}

static size_t decode(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	struct gmc *gmc = state;

	if (!kit_is_claimed(kit) || !gmc->is_asked || gmc->stage == HUSH)
		return n;
	if (gmc->stage == NAME)
		return take_name(kit, gmc, (const char *)bytes, n);
	if (gmc->stage == SERIAL)
		return take_serial(kit, gmc, bytes, n);
	return take_beat(kit, gmc, bytes, n);
}

static void on_open(struct kit *kit, void *state)
{
	if (kit_is_claimed(kit))
		wait_ms(kit, state, 0);
}

static const char *const outputs[] = {[COUNTS] = "counts", [CPM] = "cpm", NULL};

KIT_FAMILY(gmc_geiger) = {
	.name = "gmc-geiger",
	.state_size = sizeof(struct gmc),
	.outputs = outputs,
	.needs_model = true,
	.open = on_open,
	.decode = decode,
	.tick = on_tick,
};
