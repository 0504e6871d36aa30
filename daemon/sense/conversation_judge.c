/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to think of bytes when nobody can make sense of them, and what a port is said to be.
 *
 * Speeds: bytes at a wrong speed are no text, and no family claims them. After 0.7 s and some bytes
 * of that kind the next speed is asked for, the commonest first. Text that nobody understands is no
 * reason: it is text. Nor is half a frame, or a whole one that waits for the next before it is believed
 * (kit_hope). 1200 is never tried, it makes native-USB boards wait for new firmware. */
#include "sense/conversation_state.h"

#include <string.h>

#include "base/text.h"

enum {
	GARBLED_BYTES = 64,
	GARBLED_MS = 5000,
	FORGET_CLAIM_BYTES = 256,
	FORGET_CLAIM_MS = 10000,
	STALE_ANSWER_MS = 30000,
	STALE_PERIODS = 3,
	SPEED_BYTES = 24,
	SPEED_MS = 700,
};

static const unsigned speeds[] = {
	115200, 9600, 57600, 19200, 38400, 230400, 250000, 74880, 4800, 2400, 1000000};

enum { SPEEDS = sizeof(speeds) / sizeof(speeds[0]) };

static uint64_t count_plain(const uint8_t *bytes, size_t n)
{
	uint64_t plain = 0;

	/* UTF-8 counts as text; 0x80 and 0xf8 and more are what wrong speeds make. */
	for (size_t i = 0; i < n; i++)
		plain += (bytes[i] >= 0x20 && bytes[i] < 0x7f) || bytes[i] == '\n' ||
			bytes[i] == '\r' || bytes[i] == '\t' ||
			(bytes[i] > 0x80 && bytes[i] < 0xf8);
	return plain;
}

void kit_weigh_bytes(struct kit *kit, const uint8_t *bytes, size_t n)
{
	kit->senseless += n;
	kit->speed_bytes += n;
	kit->speed_plain += count_plain(bytes, n);
}

static int64_t ms_since(struct instant now, struct instant then)
{
	return instant_since(now, then) / NS_PER_MS;
}

static void listen_anew(struct kit *kit, struct instant now)
{
	kit->speed_since = now;
	kit->speed_bytes = kit->speed_plain = 0;
	kit->n_bytes = 0;
	kit_open_listeners(kit, kit_sure_listener(kit));
}

void kit_set_serial(struct kit *kit, const struct model_serial *serial, struct instant now)
{
	kit->port.speed = serial->speed;
	kit->port.bits_per_byte = model_serial_bits(serial);
	listen_anew(kit, now);
	kit->host->respeed(kit->host->self, kit, serial);
}

static void try_next_speed(struct kit *kit, struct instant now)
{
	struct model_serial next = {.is_given = true, .bits = 8, .parity = 'N', .stop_bits = 1};
	size_t i = 0;

	while (i < SPEEDS && speeds[i] != kit->port.speed)
		i++;
	next.speed = speeds[(i + 1) % SPEEDS];
	kit_set_serial(kit, &next, now);
}

/* What came at this speed: enough to judge, and text or not. */
static bool is_enough(const struct kit *kit)
{
	return kit->speed_bytes >= SPEED_BYTES;
}

static bool is_text(const struct kit *kit)
{
	return kit->speed_plain * 10 >= kit->speed_bytes * 9;
}

bool kit_is_hopeful(const struct kit *kit, struct instant now)
{
	for (size_t i = 0; i < kit->n_listeners; i++)
		if (now.ns < kit->listeners[i].hope.ns)
			return true;
	return false;
}

static void search_speed(struct kit *kit, struct instant now)
{
	if (!kit->host->respeed || kit->port.speed == 0 || kit->port.speed_is_fixed)
		return;
	if (is_enough(kit) && !is_text(kit) && !kit_is_hopeful(kit, now) &&
		ms_since(now, kit->speed_since) >= SPEED_MS)
		try_next_speed(kit, now);
}

/* One that speaks when spoken to is stale when it was silent for long: another may hang there. */
static bool is_claim_stale(const struct kit *kit, struct instant now)
{
	const struct model *model = kit->listeners[kit->claimed].model;
	int64_t silent_ms = ms_since(now, kit->made_sense);

	if (kit->port.is_sure)
		return false;
	if (kit->asking.match && kit->claimed == kit->asking.listener) {
		double period_ms = model->rate_hz > 0 ? 1000 / model->rate_hz : 0;

		return (double)silent_ms >= STALE_ANSWER_MS + STALE_PERIODS * period_ms;
	}
	return kit->senseless >= FORGET_CLAIM_BYTES && silent_ms >= FORGET_CLAIM_MS;
}

void kit_judge(struct kit *kit, struct instant now)
{
	if (!kit_has_claimed(kit))
		search_speed(kit, now);
	else if (is_claim_stale(kit, now) && !kit_ask_return(kit, now))
		listen_anew(kit, now);
}

/* --- what is told of it --- */

static enum device_state state_of(const struct kit *kit, struct instant now)
{
	bool is_silent = kit->has_device;

	if (kit->senseless >= GARBLED_BYTES && ms_since(now, kit->made_sense) >= GARBLED_MS &&
		ms_since(now, kit->newest_byte) < GARBLED_MS)
		return is_enough(kit) && is_text(kit) ? DEVICE_TEXT : DEVICE_GARBLED;
	for (size_t i = 0; kit->has_device && i < kit->device.n_streams; i++)
		if (kit->device.streams[i].kind == STREAM_DATA && !kit->tracks[i].is_silent)
			is_silent = false;
	if (is_silent)
		return DEVICE_SILENT;
	return kit->has_device ? DEVICE_READY : DEVICE_LISTENING;
}

/* What all streams say is the device's. */
static void tell_trouble(const struct kit *kit, struct feed_health *ret_health)
{
	const char *shared = NULL;
	bool is_shared = kit->has_device;

	for (size_t i = 0; kit->has_device && i < kit->device.n_streams; i++) {
		const char *word = kit->stream_trouble[i];

		if (kit->device.streams[i].kind != STREAM_DATA)
			continue;
		is_shared &= word != NULL;
		if (word)
			text_copy(ret_health->stream_trouble[i], FEED_WORD, shared = word);
	}
	if (kit->trouble || (is_shared && shared))
		text_copy(ret_health->trouble, FEED_WORD, kit->trouble ? kit->trouble : shared);
}

void conversation_health(const struct kit *kit, struct instant now, struct feed_health *ret_health)
{
	const struct clock_piece *piece = timebase_piece(&kit->timebase);

	*ret_health = (struct feed_health){
		.device = kit->has_device ? kit->device.id : 0,
		.state = state_of(kit, now),
		.bytes = kit->total,
		.rows = kit->rows,
		.bad_frames = kit->rejected,
		.unanswered = kit->unanswered,
		.lost_rows = kit->lost,
		.uncertainty_ns = kit->port.uncertainty_ns,
	};
	if (kit->has_clock && timebase_is_clock(&kit->timebase)) {
		if (piece)
			ret_health->uncertainty_ns = piece->uncertainty_ns;
		ret_health->round_trip_ns = timebase_round_trip_ns(&kit->timebase);
		ret_health->rate_ppb = timebase_rate_ppb(&kit->timebase);
	}
	tell_trouble(kit, ret_health);
	memcpy(ret_health->port, kit->port.path, sizeof(ret_health->port));
}
