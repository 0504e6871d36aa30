/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What families call: from a description to a numbered device, from a row to a stamp. */
#include "sense/kit.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "sense/conversation_state.h"
#include "sense/describe.h"

static bool may_speak(const struct kit *kit)
{
	return kit->claimed == kit->speaking && kit_has_claimed(kit);
}

static void makes_sense(struct kit *kit)
{
	kit->made_sense = kit->at;
	kit->senseless = kit->speed_bytes = kit->speed_plain = 0;
}

void kit_claim(struct kit *kit)
{
	if (kit_has_claimed(kit))
		return;
	kit->claimed = kit->speaking;
	kit_ask_claimed(kit);
}

bool kit_is_claimed(const struct kit *kit)
{
	return may_speak(kit);
}

void kit_hope(struct kit *kit, struct instant until)
{
	kit->listeners[kit->speaking].hope = until;
}

const struct model *kit_model(const struct kit *kit)
{
	return kit->listeners[kit->speaking].model;
}

int kit_send(struct kit *kit, const void *bytes, size_t n)
{
	if (!may_speak(kit))
		return -EPERM;
	return kit->host->send ? kit->host->send(kit->host->self, kit, bytes, n) : -ENOSPC;
}

int kit_control(struct kit *kit, const struct kit_control *request, const void *bytes, size_t n)
{
	if (!may_speak(kit))
		return -EPERM;
	if (!kit->host->control)
		return -EOPNOTSUPP;
	return kit->host->control(kit->host->self, kit, request, bytes, n);
}

int kit_pulse(struct kit *kit, unsigned line, unsigned us)
{
	if (!may_speak(kit))
		return -EPERM;
	if (!kit->host->pulse)
		return -EOPNOTSUPP;
	return kit->host->pulse(kit->host->self, kit, line, us);
}

struct instant kit_arrival(const struct kit *kit, size_t behind)
{
	int64_t bits_per_byte = kit->port.bits_per_byte ? kit->port.bits_per_byte : 10;

	if (!kit->port.has_wire)
		return kit->at;
	return instant_add(
		kit->at, -(int64_t)behind * bits_per_byte * NS_PER_S / (int64_t)kit->port.speed);
}

struct instant kit_now(const struct kit *kit)
{
	return clock_now(kit->host->clock);
}

void kit_wake_at(struct kit *kit, struct instant at)
{
	kit->wake = at;
}

const struct kit_port *kit_port(const struct kit *kit)
{
	return &kit->port;
}

/* --- the device --- */

static bool is_taken(const struct kit *kit, const char *identity)
{
	return kit->host->is_taken && kit->host->is_taken(kit->host->self, kit, identity);
}

/* Whether another device has the same identity is asked once, when it comes: one that was set apart
 * stays so when the other is unplugged, else it would go on in the other's streams. */
static void choose_identity(struct kit *kit)
{
	struct device *draft = &kit->draft;

	if (!draft->identity[0])
		describe_identity(&kit->port, draft->identity);
	if (kit->has_device && strcmp(draft->identity, kit->said_identity) == 0) {
		memcpy(draft->identity, kit->device.identity, sizeof(draft->identity));
		return;
	}
	memcpy(kit->said_identity, draft->identity, sizeof(kit->said_identity));
	if (is_taken(kit, draft->identity))
		describe_set_apart(&kit->port, draft->identity);
}

/* The family's words made whole: identity, port, clock stream, numbers. */
static void complete_draft(struct kit *kit)
{
	struct device *draft = &kit->draft;

	choose_identity(kit);
	text_copy(draft->port, sizeof(draft->port), kit->port.path);
	text_copy(draft->family, sizeof(draft->family), kit->listeners[kit->claimed].family->name);
	if (describe_has_clock(draft))
		describe_add_clock(draft);
	registry_number(kit->host->registry, draft);
}

/* Ticks that never met a map, and now never will. */
static void lose_waiting(struct kit *kit, enum gap_reason reason)
{
	struct waiting_row row;
	uint32_t at = 0;

	while (waiting_next(&kit->waiting, &at, &row)) {
		kit->lost++;
		if (row.stream < kit->device.n_streams)
			track_owe(&kit->tracks[row.stream], kit->at, reason, 1);
	}
	waiting_clear(&kit->waiting);
}

void kit_end_device(struct kit *kit, enum gap_reason reason, bool is_gone)
{
	if (!kit->has_device)
		return;
	lose_waiting(kit, reason ? reason : GAP_STOPPED);
	for (uint32_t i = 0; i < kit->device.n_streams; i++)
		track_close(&kit->tracks[i], kit->host->outlet, kit->host->registry,
			kit->device.streams[i].kind == STREAM_DATA ? reason : (enum gap_reason)0,
			kit->at);
	if (kit->has_clock)
		registry_set_rate_ppb(
			kit->host->registry, kit->device.id, timebase_rate_ppb(&kit->timebase));
	if (is_gone)
		outlet_gone(kit->host->outlet, kit->at, kit->device.id);
	kit->has_device = false;
}

/* Tracks whose stream changed end before any new one begins: streams may have changed places. */
static void retrack(struct kit *kit, bool is_new)
{
	struct outlet *outlet = kit->host->outlet;

	for (uint32_t i = 0; i < DEVICE_STREAMS; i++) {
		uint32_t stream = i < kit->draft.n_streams ? kit->draft.streams[i].id : 0;

		if (kit->tracks[i].stream != stream)
			track_close(&kit->tracks[i], outlet, kit->host->registry,
				(enum gap_reason)0, kit->at);
		else
			track_flush(&kit->tracks[i], outlet, kit->at);
	}
	for (uint32_t i = 0; i < kit->draft.n_streams; i++) {
		const struct stream *stream = &kit->draft.streams[i];
		enum gap_reason reason = is_new ? GAP_UNPLUGGED : GAP_SILENT;

		if (stream->kind == STREAM_CLOCK)
			reason = (enum gap_reason)0;
		track_open(&kit->tracks[i], stream, kit->host->registry, reason, kit->at);
	}
}

static void start_clock(struct kit *kit)
{
	struct fit_path path = {
		kit->port.floor_to_ns, kit->port.floor_from_ns, kit->port.floor_doubt_ns};

	timebase_init(&kit->timebase, registry_rate_ppb(kit->host->registry, kit->draft.id), &path);
}

int kit_describe(struct kit *kit, const struct device *device)
{
	bool is_new;

	if (!may_speak(kit))
		return -EPERM;
	if (describe_check(device) < 0)
		return -EINVAL;
	kit->draft = *device;
	complete_draft(kit);
	makes_sense(kit);
	memset(kit->stream_trouble, 0, sizeof(kit->stream_trouble));

	/* Another board in the same socket, and nobody saw the plug. */
	if (kit->has_device && kit->draft.id != kit->device.id)
		kit_end_device(kit, GAP_UNPLUGGED, true);
	is_new = !kit->has_device;
	retrack(kit, is_new);
	if (is_new || !kit->has_clock)
		start_clock(kit);
	kit->device = kit->draft;
	kit->has_device = true;
	kit->has_clock = describe_has_clock(&kit->device);
	kit->clock_track = kit->device.n_streams - 1; /* it stands behind the others */
	outlet_device(kit->host->outlet, kit->at, &kit->device);
	return 0;
}

void kit_hour(struct kit *kit, struct instant at, struct wall wall, int64_t uncertainty_ns)
{
	const struct anchor hour = {at, wall, uncertainty_ns, ANCHOR_GPS};

	if (may_speak(kit))
		outlet_hour(kit->host->outlet, kit->at, &hour);
}

/* --- rows --- */

enum { FUTURE_MS = 50 }; /* no map is that far out */

/* Of a stamp on arrival: what was read late may have come any time since somebody last looked. */
static int64_t arrival_uncertainty(const struct kit *kit)
{
	return kit->port.uncertainty_ns + kit->waited_ns;
}

static struct track *track_of(struct kit *kit, unsigned stream)
{
	if (!may_speak(kit) || !kit->has_device || stream >= kit->device.n_streams ||
		kit->device.streams[stream].kind != STREAM_DATA)
		return NULL;
	return &kit->tracks[stream];
}

void kit_row(struct kit *kit, unsigned stream, struct instant arrival, const double *values)
{
	struct track *track = track_of(kit, stream);

	if (!track || kit->device.streams[stream].stamps == STAMP_DEVICE)
		return;
	makes_sense(kit);
	kit->rows++;
	kit->trouble = kit->stream_trouble[stream] = NULL;
	if (kit->device.streams[stream].stamps == STAMP_KERNEL)
		track_row_exact(track, kit->host->outlet, kit->at, arrival,
			kit->port.uncertainty_ns, values);
	else
		track_row(track, kit->host->outlet, kit->at, arrival, arrival_uncertainty(kit),
			values);
}

/* A reading cannot come before it was made. A tick that says so is damage that passed its check
 * (one damaged frame in 65 536 does), and believing it would hold up the stream until that time
 * came. */
static bool is_in_future(const struct kit *kit, const struct clock_piece *piece, int64_t tick)
{
	return clock_piece_stamp(piece, tick) - kit->at.ns > FUTURE_MS * (int64_t)NS_PER_MS;
}

static void stamp_row(struct kit *kit, unsigned stream, uint32_t tick, const double *values)
{
	int64_t whole = timebase_unwrap(&kit->timebase, tick, kit->at);
	const struct clock_piece *piece = timebase_piece_at(&kit->timebase, whole);

	if (is_in_future(kit, piece, whole)) {
		kit_lost(kit, stream, 1, GAP_WIRE);
		return;
	}
	timebase_advance(&kit->timebase, whole, kit->at);
	if (track_row_at_tick(
		    &kit->tracks[stream], kit->host->outlet, kit->at, piece, whole, values))
		kit->rows++;
	else
		kit->lost++;
}

void kit_row_at_tick(struct kit *kit, unsigned stream, uint32_t tick, const double *values)
{
	struct track *track = track_of(kit, stream);

	if (!track || kit->device.streams[stream].stamps != STAMP_DEVICE)
		return;
	makes_sense(kit);
	kit->trouble = kit->stream_trouble[stream] = NULL;
	timebase_coast(&kit->timebase, kit->at);
	if (timebase_piece(&kit->timebase)) {
		stamp_row(kit, stream, tick, values);
	} else if (!timebase_is_clock(&kit->timebase)) {
		kit->rows++;
		track_row(track, kit->host->outlet, kit->at, kit_arrival(kit, 0),
			arrival_uncertainty(kit), values);
	} else if (!waiting_put(&kit->waiting, stream, tick, values, track->n_channels)) {
		kit_lost(kit, stream, 1, GAP_DEVICE);
	}
}

void kit_lost(struct kit *kit, unsigned stream, uint64_t rows, enum gap_reason reason)
{
	struct track *track = track_of(kit, stream);

	if (!track)
		return;
	kit->lost += rows;
	track_owe(track, kit->at, reason, rows);
}

/* `track` NULL: nobody knows which stream it was. */
static void doubt(struct kit *kit, struct track *track)
{
	for (unsigned i = 0; i < DEVICE_STREAMS; i++) {
		struct track *of = track_of(kit, i);

		if (of && (!track || of == track))
			track_doubt(of);
	}
}

void kit_reject(struct kit *kit)
{
	if (!may_speak(kit))
		return;
	kit->rejected++;
	doubt(kit, NULL);
}

/* `stream` KIT_WHOLE: the device. */
static void note_error(struct kit *kit, unsigned stream, uint64_t *count, const char *word)
{
	struct track *track = track_of(kit, stream);

	if (!may_speak(kit))
		return;
	++*count;
	doubt(kit, track);
	*(track ? &kit->stream_trouble[stream] : &kit->trouble) = word;
	if (kit->host->error)
		kit->host->error(kit->host->self, kit, word);
}

void kit_error(struct kit *kit, const char *word)
{
	note_error(kit, KIT_WHOLE, &kit->rejected, word);
}

void kit_stream_error(struct kit *kit, unsigned stream, const char *word)
{
	note_error(kit, stream, &kit->rejected, word);
}

void kit_unanswered(struct kit *kit, unsigned stream, const char *word)
{
	note_error(kit, stream, &kit->unanswered, word);
}

void kit_understood(struct kit *kit)
{
	if (may_speak(kit))
		makes_sense(kit);
}

/* --- the device's clock --- */

static void keep_heard(struct kit *kit, int64_t device_sent, struct instant arrival)
{
	double values[CLOCK_CHANNELS] = {
		[CLOCK_TRIP] = NAN, [CLOCK_RECEIVED] = (double)device_sent, [CLOCK_PAUSE] = NAN};

	track_row_exact(
		&kit->tracks[kit->clock_track], kit->host->outlet, kit->at, arrival, 0, values);
}

static void keep_pair(struct kit *kit, const struct timebase_pair *pair)
{
	double values[CLOCK_CHANNELS];

	values[CLOCK_TRIP] = (double)instant_since(pair->received, pair->sent);
	values[CLOCK_RECEIVED] = (double)pair->device_received;
	values[CLOCK_PAUSE] = (double)(pair->device_sent - pair->device_received);
	track_row_exact(&kit->tracks[kit->clock_track], kit->host->outlet, kit->at, pair->received,
		0, values);
}

static void stamp_waiting(struct kit *kit)
{
	struct waiting_row row;
	uint32_t at = 0;

	while (waiting_next(&kit->waiting, &at, &row)) {
		struct track *track = track_of(kit, row.stream);

		/* The description may have changed while they waited. */
		if (track && track->n_channels == row.n_values &&
			kit->device.streams[row.stream].stamps == STAMP_DEVICE)
			stamp_row(kit, row.stream, row.tick, row.values);
		else
			kit->lost++;
	}
	waiting_clear(&kit->waiting);
}

void kit_pair(struct kit *kit, struct instant sent, uint32_t device_received, uint32_t device_sent,
	struct instant received)
{
	struct timebase_pair pair = {.sent = sent, .received = received};

	if (!may_speak(kit) || !kit->has_device || !kit->has_clock)
		return;
	makes_sense(kit);
	pair.device_received = timebase_unwrap(&kit->timebase, device_received, received);
	pair.device_sent = timebase_unwrap(&kit->timebase, device_sent, received);
	keep_pair(kit, &pair);
	if (timebase_pair(&kit->timebase, &pair) && timebase_piece(&kit->timebase))
		stamp_waiting(kit);
}

void kit_heard(struct kit *kit, uint32_t device_sent, struct instant arrival)
{
	int64_t tick;

	if (!may_speak(kit) || !kit->has_device || !kit->has_clock)
		return;
	tick = timebase_unwrap(&kit->timebase, device_sent, arrival);
	keep_heard(kit, tick, arrival);
	if (timebase_heard(&kit->timebase, tick, arrival) && timebase_piece(&kit->timebase))
		stamp_waiting(kit);
}

void kit_clock_step(struct kit *kit, unsigned step_us)
{
	if (may_speak(kit) && kit->has_device && kit->has_clock)
		timebase_set_step(&kit->timebase, step_us);
}

int64_t kit_ping_gap_ns(struct kit *kit)
{
	uint64_t z = kit->random += 0x9e3779b97f4a7c15u; /* splitmix64 */

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return timebase_next_ping_ns(&kit->timebase, (uint32_t)(z >> 32));
}

void kit_restarted(struct kit *kit)
{
	if (!may_speak(kit) || !kit->has_device)
		return;
	lose_waiting(kit, GAP_RESET);
	timebase_restart(&kit->timebase);
	for (unsigned i = 0; i < kit->device.n_streams; i++)
		if (kit->device.streams[i].kind == STREAM_DATA && kit->tracks[i].last_ns)
			track_owe(&kit->tracks[i], kit->at, GAP_RESET, 0);
}
