/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family of our own firmware: boards that describe themselves (firmware/link/LINK.md).
 *
 * A board is found by listening: it says HELLO until somebody speaks to it, or it streams because
 * the daemon was restarted. Then: ask who it is; when all parts of the description are there,
 * describe it and switch its streams on; from then on rows with device ticks, and clock pings at
 * random gaps. Everything asked is asked again until it is answered, so a lost frame costs a third
 * of a second and no state.
 *
 * What is missing is known exactly: each DATA frame numbers its first sample. If frames of any type
 * are missing before it (seq jumps), the wire lost the samples, else the board did. A board that
 * streams while it is asked who it is loses nothing: its frames wait for the description, and those
 * that find no room are missed by number like any other. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/quantity.h"
#include "link/link.h"
#include "sense/kit.h"

enum {
	STREAMS = DEVICE_STREAMS - 1, /* the framework adds the clock stream */
	CHANNELS = 32,                /* of all streams together */
	PINGS = 8,                    /* under way */
	RETRY_MS = 300,               /* LINK.md, "Troubles" */
	PING_WIRE = 23,               /* bytes of a PING and of a PONG, LINK.md, "Clock" */
	QUIET_MS = 2000,              /* then the board is asked whether it is still the same */
	ANSWER_MS = 1000,             /* a HELLO this soon after the question is its answer */
	HELD_BYTES = 2048,            /* DATA at 115200 bit/s while all is told: 0.2 s */
	HELD_HEAD = 6,                /* stream, size, t_us */
};

struct board_channel {
	bool is_known;
	uint8_t width;
	int8_t exp10;
	int32_t mantissa, offset, low, high;
	uint16_t step;
	char name[LINK_TEXT_MAX + 1], quantity[24], unit[UNIT_TEXT];
};

struct board_stream {
	bool is_known, has_index, is_on;
	bool is_off; /* the board says so: its next sample is number 0 */
	uint8_t n_channels, first_channel, flags;
	uint8_t set_seq;           /* of the SET that waits for its ACK */
	uint32_t period_us, index; /* index: of the next sample */
	unsigned described_as;     /* index in the description; STREAMS: not in it */
	bool has_lost_frames;      /* since its last DATA */
	struct instant set_at;     /* when it was last asked to be on */
	char name[LINK_TEXT_MAX + 1];
};

struct ping {
	uint32_t nonce; /* 0: free */
	struct instant sent;
};

struct link {
	struct link_decoder decoder;
	uint32_t bad_seen, uptime_s;
	bool is_claimed, has_hello, has_seq, is_described;
	uint8_t seq_out, seq_in; /* ours next; the board's last */
	struct instant heard, asked, ping_at;
	struct link_hello hello;
	char model[LINK_TEXT_MAX + 1];
	uint8_t n_streams, n_channels; /* known so far, of hello.streams */
	struct board_stream stream[STREAMS];
	struct board_channel channel[CHANNELS];
	uint32_t nonce;
	struct ping ping[PINGS];
	uint16_t n_held; /* bytes of DATA that waits for the description */
	uint8_t held[HELD_BYTES];
};

_Static_assert(sizeof(struct link) <= KIT_STATE_BYTES, "the state of link is too large");

static int64_t ms(int64_t n)
{
	return n * NS_PER_MS;
}

/* --- speaking --- */

static uint8_t send_frame(struct kit *kit, struct link *link, uint8_t type, uint8_t stream,
	const uint8_t *payload, uint8_t n)
{
	uint8_t wire[LINK_WIRE_MAX], seq = link->seq_out++;
	struct link_frame frame = {
		.type = type, .seq = seq, .stream = stream, .payload = payload, .size = n};

	kit_send(kit, wire, link_encode(&frame, wire)); /* not taken: asked again like a lost one */
	return seq;
}

static void ask_who(struct kit *kit, struct link *link)
{
	static const uint8_t end_of_noise = 0;

	link->asked = kit_now(kit);
	kit_send(kit, &end_of_noise, 1);
	send_frame(kit, link, LINK_HELLO, LINK_NO_STREAM, &end_of_noise, 0);
}

static void switch_on(struct kit *kit, struct link *link, unsigned number)
{
	struct board_stream *stream = &link->stream[number];
	uint8_t payload[LINK_PAYLOAD_MAX];
	uint8_t n = link_write_set(&(struct link_set){.is_on = true}, payload);

	stream->set_at = kit_now(kit);
	stream->set_seq = send_frame(kit, link, LINK_SET, (uint8_t)number, payload, n);
}

static void send_ping(struct kit *kit, struct link *link)
{
	uint8_t payload[LINK_PAYLOAD_MAX];

	if (++link->nonce == 0)
		link->nonce = 1;
	uint8_t n = link_write_ping(link->nonce, payload);
	struct ping *ping = &link->ping[link->nonce % PINGS];
	bool is_unanswered = ping->nonce != 0; /* the one before the last seven */
	int64_t gap_ns = kit_ping_gap_ns(kit);

	*ping = (struct ping){.nonce = link->nonce, .sent = kit_now(kit)};
	send_frame(kit, link, LINK_PING, LINK_NO_STREAM, payload, n);
	if (is_unanswered && gap_ns < ms(RETRY_MS))
		gap_ns += ms(RETRY_MS); /* it does not keep up, or does not answer at all */
	link->ping_at = instant_add(ping->sent, gap_ns);
	kit_wake_at(kit, link->ping_at);
}

/* --- samples --- */

/* value = (raw * mantissa + offset) * 10^exp10. While the whole part is below 2^53 (any 16-bit
 * channel, and any 32-bit one that no sensor exceeds), it and the power are exact doubles and the
 * division rounds once: the result is the double nearest to the decimal number the board means. */
static double value_of(const struct board_channel *channel, int64_t raw)
{
	static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
		1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
	double whole = (double)(raw * channel->mantissa + channel->offset);

	return channel->exp10 < 0 ? whole / powers[-channel->exp10]
				  : whole * powers[channel->exp10];
}

/* One sample of a stream; false when its sensor did not answer. */
static bool read_sample(const struct link *link, const struct board_stream *stream,
	const uint8_t *at, double *ret_values)
{
	bool has_any = false;

	for (unsigned i = 0; i < stream->n_channels; i++) {
		const struct board_channel *channel = &link->channel[stream->first_channel + i];
		int32_t raw = link_read_raw(at, channel->width);
		bool is_missing = raw == (channel->width == 2 ? LINK_MISSING_2 : LINK_MISSING_4);

		ret_values[i] = is_missing ? NAN : value_of(channel, raw);
		has_any |= !is_missing;
		at += channel->width;
	}
	return has_any;
}

/* Samples that no frame carried. */
static void count_hole(struct kit *kit, struct board_stream *stream, uint32_t index)
{
	uint32_t jump = index - stream->index;

	if (stream->has_index && jump != 0 && jump < UINT32_MAX / 2)
		kit_lost(kit, stream->described_as, jump,
			stream->has_lost_frames ? GAP_WIRE : GAP_DEVICE);
	stream->has_index = true;
	stream->has_lost_frames = false;
}

/* is_void: it came before the board started anew, so nobody knows by which clock. */
static void take_data(
	struct kit *kit, struct link *link, const struct link_frame *frame, bool is_void)
{
	struct board_stream *stream = &link->stream[frame->stream < STREAMS ? frame->stream : 0];
	struct link_data data;
	unsigned size = 0;

	if (frame->stream >= link->hello.streams || stream->described_as >= STREAMS)
		return;
	for (unsigned i = 0; i < stream->n_channels; i++)
		size += link->channel[stream->first_channel + i].width;
	if (!link_read_data(frame, &data) || data.size % size != 0) {
		kit_reject(kit);
		return;
	}
	if (stream->is_off && !is_void) {
		stream->is_off = false;
		stream->has_index = true;
		stream->index = 0;
	}
	count_hole(kit, stream, data.index);

	uint32_t n = data.size / size;
	stream->index = data.index + n;
	if (is_void)
		kit_lost(kit, stream->described_as, n, GAP_RESET);
	for (uint32_t k = 0; k < n && !is_void; k++) {
		double values[STREAM_CHANNELS];

		if (read_sample(link, stream, data.samples + k * size, values))
			kit_row_at_tick(kit, stream->described_as,
				frame->t_us + k * stream->period_us, values);
		else
			kit_lost(kit, stream->described_as, 1, GAP_DEVICE);
	}
}

/* What comes before the description is known waits for it as it came. */
static void hold(struct link *link, const struct link_frame *frame)
{
	uint8_t *to = link->held + link->n_held;

	if (link->n_held + HELD_HEAD + frame->size > HELD_BYTES) {
		if (frame->stream < STREAMS)
			link->stream[frame->stream].has_lost_frames = true;
		return;
	}
	to[0] = frame->stream;
	to[1] = frame->size;
	memcpy(to + 2, &frame->t_us, sizeof frame->t_us);
	memcpy(to + HELD_HEAD, frame->payload, frame->size);
	link->n_held = (uint16_t)(link->n_held + HELD_HEAD + frame->size);
}

static void take_held(struct kit *kit, struct link *link)
{
	for (size_t at = 0; at < link->n_held;) {
		const uint8_t *from = link->held + at;
		struct link_frame frame = {.type = LINK_DATA,
			.stream = from[0],
			.size = from[1],
			.payload = from + HELD_HEAD};

		memcpy(&frame.t_us, from + 2, sizeof frame.t_us);
		take_data(kit, link, &frame,
			frame.stream < STREAMS && link->stream[frame.stream].is_off);
		at += HELD_HEAD + frame.size;
	}
	link->n_held = 0;
}

/* --- describing --- */

/* How many channels of the stream measure the same: then each needs a name of its own. */
static unsigned alike(
	const struct link *link, const struct board_stream *stream, const char *quantity)
{
	unsigned n = 0;

	for (unsigned i = 0; i < stream->n_channels; i++)
		n += strcmp(link->channel[stream->first_channel + i].quantity, quantity) == 0;
	return n;
}

static void describe_channel(const struct link *link, const struct board_stream *stream,
	unsigned number, struct channel *ret)
{
	const struct board_channel *channel = &link->channel[stream->first_channel + number];
	double a = value_of(channel, channel->low), b = value_of(channel, channel->high);
	bool is_shared = alike(link, stream, channel->quantity) > 1;

	*ret = (struct channel){.low = fmin(a, b), .high = fmax(a, b)};
	ret->resolution = fabs(value_of(channel, channel->step) - value_of(channel, 0));
	id_from_text(channel->name, number + 1, ret->id, sizeof ret->id);
	text_copy(ret->quantity, sizeof ret->quantity, channel->quantity);
	if (strcmp(channel->unit, "1") != 0)
		text_copy(ret->unit, sizeof ret->unit, channel->unit);
	quantity_name_channel(
		channel->name, channel->quantity, is_shared, ret->name_zh, ret->name_en, NAME_TEXT);
}

/* Two ids that came out the same get their numbers behind them. */
static void set_ids_apart(struct stream *stream)
{
	for (unsigned i = 1; i < stream->n_channels; i++)
		for (unsigned j = 0; j < i; j++)
			if (strcmp(stream->channels[i].id, stream->channels[j].id) == 0)
				id_from_text("", i + 1, stream->channels[i].id,
					sizeof stream->channels[i].id);
}

static void describe_stream(const struct link *link, unsigned number, struct stream *ret)
{
	const struct board_stream *stream = &link->stream[number];

	*ret = (struct stream){
		.kind = STREAM_DATA,
		.stamps = STAMP_DEVICE,
		.period_ns = (int64_t)stream->period_us * NS_PER_US,
		.n_channels = stream->n_channels,
	};
	id_from_text(stream->name, number + 1, ret->name, sizeof ret->name);
	for (unsigned i = 0; i < stream->n_channels; i++)
		describe_channel(link, stream, i, &ret->channels[i]);
	set_ids_apart(ret);
}

/* "Virtual Cup" -> "virtual-cup" */
static void kit_name(const char *model, char *ret_kit, size_t size)
{
	size_t n = 0;

	for (; *model && n + 1 < size; model++) {
		char c = *model >= 'A' && *model <= 'Z' ? (char)(*model + 'a' - 'A') : *model;
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (is_plain || (n && ret_kit[n - 1] != '-'))
			ret_kit[n++] = is_plain ? c : '-';
	}
	while (n && ret_kit[n - 1] == '-')
		n--;
	ret_kit[n] = 0;
	if (n == 0)
		text_copy(ret_kit, size, "link-board");
}

static bool is_number(const uint8_t uid[8])
{
	static const uint8_t none[8] = {0}, blank[8] = {255, 255, 255, 255, 255, 255, 255, 255};

	return memcmp(uid, none, 8) != 0 && memcmp(uid, blank, 8) != 0;
}

/* Sensors that do not answer are not described, unless none does: a channel on a screen is a
 * promise. */
static bool is_shown(const struct link *link, unsigned number)
{
	if (link->stream[number].flags & LINK_STREAM_PRESENT)
		return true;
	for (unsigned i = 0; i < link->hello.streams; i++)
		if (link->stream[i].flags & LINK_STREAM_PRESENT)
			return false;
	return true;
}

static void describe(struct kit *kit, struct link *link)
{
	struct device device = {0};
	struct text identity = text_over(device.identity, sizeof device.identity);

	if (is_number(link->hello.uid)) {
		text_add(&identity, "link:");
		text_add_hex(&identity, link->hello.uid, sizeof link->hello.uid);
	}
	if (*kit_port(kit)->kit)
		text_copy(device.kit, sizeof device.kit, kit_port(kit)->kit);
	else
		kit_name(link->model, device.kit, sizeof device.kit);
	text_copy(device.model, sizeof device.model, link->model);
	for (unsigned i = 0; i < link->hello.streams; i++) {
		struct board_stream *stream = &link->stream[i];

		stream->described_as = STREAMS;
		if (!is_shown(link, i))
			continue;
		stream->described_as = device.n_streams;
		describe_stream(link, i, &device.streams[device.n_streams++]);
	}
	if (kit_describe(kit, &device)) {
		kit_reject(kit); /* it says things of itself that cannot be */
		return;
	}
	link->is_described = true;
	take_held(kit, link);
	for (unsigned i = 0; i < link->hello.streams; i++)
		if (!link->stream[i].is_on && link->stream[i].described_as < STREAMS)
			switch_on(kit, link, i);
	if (link->ping_at.ns <= kit_now(kit).ns)
		send_ping(kit, link);
}

/* --- listening: who it is --- */

/* It has started anew: another clock, and its streams are off. Or so it seems: a HELLO may be an old
 * one that was long under way. Then the description will say that they are on, and numbers go on. */
static void forget_streams(struct kit *kit, struct link *link)
{
	kit_restarted(kit);
	for (unsigned i = 0; i < STREAMS; i++) {
		const struct board_stream *stream = &link->stream[i];

		link->stream[i] = (struct board_stream){.has_index = stream->has_index,
			.index = stream->index,
			.has_lost_frames = stream->has_lost_frames};
	}
	memset(link->ping, 0, sizeof link->ping);
	link->is_described = false;
	link->uptime_s = 0;
}

static void on_hello(struct kit *kit, struct link *link, const struct link_frame *frame)
{
	struct link_hello hello;
	bool is_answer = instant_since(kit_now(kit), link->asked) < ms(ANSWER_MS);

	if (!link_read_hello(frame, &hello) || hello.streams == 0 || hello.streams > STREAMS) {
		kit_reject(kit);
		return;
	}
	bool is_other = link->has_hello && memcmp(hello.uid, link->hello.uid, 8) != 0;

	if (link->has_hello && (!is_answer || is_other))
		forget_streams(kit, link);
	if (is_other) { /* at the same port: no number of the one before says anything */
		memset(link->stream, 0, sizeof link->stream);
		link->n_held = 0;
	}
	link_text_copy(hello.model, link->model, sizeof link->model);
	link->hello = hello;
	link->hello.model = (struct link_text){0}; /* pointed into the frame */
	link->has_hello = true;
	if (!is_answer)
		ask_who(kit, link);
}

static bool is_complete(const struct link *link)
{
	if (!link->has_hello)
		return false;
	for (unsigned i = 0; i < link->hello.streams; i++) {
		const struct board_stream *stream = &link->stream[i];

		if (!stream->is_known)
			return false;
		for (unsigned k = 0; k < stream->n_channels; k++)
			if (!link->channel[stream->first_channel + k].is_known)
				return false;
	}
	return true;
}

/* Where a stream's channels stand follows from the streams before it; a head that changes how many
 * there are moves those behind it, which makes them unknown again. */
static void place_channels(struct link *link, const struct board_stream *changed)
{
	unsigned first = changed->first_channel;

	memset(link->channel + first, 0, (CHANNELS - first) * sizeof link->channel[0]);
	for (unsigned i = (unsigned)(changed - link->stream); i < STREAMS; i++) {
		link->stream[i].first_channel = (uint8_t)first;
		first += link->stream[i].n_channels;
	}
}

static void on_stream(struct kit *kit, struct link *link, struct board_stream *stream,
	const struct link_stream *head)
{
	unsigned total = head->channels;

	for (unsigned i = 0; i < STREAMS; i++)
		total += &link->stream[i] == stream ? 0 : link->stream[i].n_channels;
	if (head->channels > STREAM_CHANNELS || total > CHANNELS) {
		kit_reject(kit);
		return;
	}
	bool is_moved = stream->n_channels != head->channels;
	bool is_news = !stream->is_known || is_moved || stream->period_us != head->period_us ||
		(stream->flags ^ head->flags) & LINK_STREAM_PRESENT;

	stream->is_known = true;
	stream->n_channels = head->channels;
	stream->flags = head->flags;
	stream->period_us = head->period_us;
	stream->is_off = !(head->flags & LINK_STREAM_ON);
	stream->is_on = stream->is_on && !stream->is_off;
	link_text_copy(head->name, stream->name, sizeof stream->name);
	if (is_moved)
		place_channels(link, stream);
	if (is_news)
		link->is_described = false;
}

static void on_channel(struct kit *kit, struct link *link, const struct board_stream *stream,
	const struct link_channel *told)
{
	if (!stream->is_known || told->part == 0 || told->part > stream->n_channels)
		return; /* its head was lost; the whole is asked for again */
	struct board_channel *channel = &link->channel[stream->first_channel + told->part - 1];
	struct board_channel news = {
		.is_known = true,
		.width = told->width,
		.exp10 = told->exp10,
		.mantissa = told->mantissa,
		.offset = told->offset,
		.low = told->min,
		.high = told->max,
		.step = told->step,
	};

	link_text_copy(told->name, news.name, sizeof news.name);
	link_text_copy(told->quantity, news.quantity, sizeof news.quantity);
	link_text_copy(told->unit, news.unit, sizeof news.unit);
	if (channel->is_known && memcmp(channel, &news, sizeof news) != 0)
		link->is_described = false;
	*channel = news;
	if (!link->is_described && is_complete(link))
		describe(kit, link);
}

static void on_desc(struct kit *kit, struct link *link, const struct link_frame *frame)
{
	struct link_stream head;
	struct link_channel channel;

	if (!link->has_hello || frame->stream >= link->hello.streams) {
		kit_reject(kit);
		return;
	}
	if (link_read_stream(frame, &head)) {
		on_stream(kit, link, &link->stream[frame->stream], &head);
		if (!link->is_described && is_complete(link))
			describe(kit, link);
	} else if (link_read_channel(frame, &channel)) {
		on_channel(kit, link, &link->stream[frame->stream], &channel);
	} else {
		kit_reject(kit);
	}
}

/* --- listening: samples, answers --- */

static void on_data(struct kit *kit, struct link *link, const struct link_frame *frame)
{
	if (!link->is_described)
		hold(link, frame);
	else
		take_data(kit, link, frame, false);
}

static void on_pong(
	struct kit *kit, struct link *link, const struct link_frame *frame, size_t behind)
{
	struct link_pong pong;

	if (!link_read_pong(frame, &pong) || pong.nonce == 0) {
		kit_reject(kit);
		return;
	}
	struct ping *ping = &link->ping[pong.nonce % PINGS];
	if (ping->nonce != pong.nonce)
		return; /* of before a restart, or too old to say anything */
	ping->nonce = 0;
	/* The board counts from the PING's last byte and to the PONG's first one. Taking the time
	 * of the bytes between off both sides moves no offset, but then the round trip is what it
	 * says: the part of the delay that nobody knows. */
	struct instant first = kit_arrival(kit, behind + PING_WIRE);
	int64_t wire_ns = instant_since(kit_arrival(kit, behind), first);

	if (instant_since(first, ping->sent) < wire_ns) /* faster than its speed: it has none */
		wire_ns = 0;
	kit_pair(kit, instant_add(ping->sent, wire_ns), pong.t_rx, pong.t_tx,
		instant_add(kit_arrival(kit, behind), -wire_ns));
}

/* What it has lost, the indices say sooner. But a board that started anew while the line was bad,
 * so that all its HELLOs were lost, is known by its youth. */
static void on_stat(struct kit *kit, struct link *link, const struct link_frame *frame)
{
	struct link_stat stat;

	if (!link_read_stat(frame, &stat)) {
		kit_reject(kit);
		return;
	}
	if (stat.uptime_s < link->uptime_s) {
		forget_streams(kit, link);
		ask_who(kit, link);
	}
	link->uptime_s = stat.uptime_s;
}

static void on_reply(struct kit *kit, struct link *link, const struct link_frame *frame)
{
	struct link_reply reply;

	if (!link_read_reply(frame, &reply)) {
		kit_reject(kit);
		return;
	}
	for (unsigned i = 0; reply.type == LINK_SET && i < link->hello.streams; i++) {
		struct board_stream *stream = &link->stream[i];

		if (stream->is_on || stream->set_seq != reply.seq || stream->set_at.ns == 0)
			continue;
		stream->is_on = true; /* an ERR is final as well: asking again would not help */
		if (frame->type == LINK_ACK)
			stream->period_us = reply.value;
	}
}

static bool follows(const struct link *link, const struct link_frame *frame)
{
	return link->has_seq && (uint8_t)(link->seq_in + 1) == frame->seq;
}

static void on_frame(
	struct kit *kit, struct link *link, const struct link_frame *frame, size_t behind)
{
	if (link->has_seq && !follows(link, frame))
		for (unsigned i = 0; i < STREAMS; i++)
			link->stream[i].has_lost_frames = true;
	link->has_seq = true;
	link->seq_in = frame->seq;
	link->heard = kit_arrival(kit, behind);

	switch (frame->type) {
	case LINK_HELLO:
		on_hello(kit, link, frame);
		break;
	case LINK_DESC:
		on_desc(kit, link, frame);
		break;
	case LINK_DATA:
		on_data(kit, link, frame);
		break;
	case LINK_PONG:
		on_pong(kit, link, frame, behind);
		break;
	case LINK_ACK:
	case LINK_ERR:
		on_reply(kit, link, frame);
		break;
	case LINK_STAT:
		on_stat(kit, link, frame);
		break;
	default: /* of a later version */
		break;
	}
}

/* One valid frame in 65 536 of noise passes its CRC. A HELLO that reads well, or two frames that
 * follow each other, do not come from noise. */
static bool is_ours(const struct link *link, const struct link_frame *frame)
{
	struct link_hello hello;

	return link_read_hello(frame, &hello) || follows(link, frame);
}

/* Not known to be ours: what does not follow on it was noise. */
static void on_doubtful(struct link *link, const struct link_frame *frame, struct instant at)
{
	link->n_held = 0;
	if (frame->type == LINK_DATA)
		hold(link, frame);
	link->has_seq = true;
	link->seq_in = frame->seq;
	link->heard = at;
}

static size_t decode(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	struct link *link = state;
	struct link_frame frame;

	for (size_t i = 0; i < n; i++) {
		bool is_whole = link_decode(&link->decoder, bytes[i], &frame);

		for (; link->is_claimed && link->bad_seen != link->decoder.bad; link->bad_seen++)
			kit_reject(kit);
		if (!is_whole)
			continue;
		if (!link->is_claimed && is_ours(link, &frame)) {
			if (!follows(link, &frame))
				link->n_held = 0;
			link->is_claimed = true;
			link->bad_seen = link->decoder.bad;
			kit_claim(kit);
			ask_who(kit, link);
		}
		if (link->is_claimed)
			on_frame(kit, link, &frame, n - 1 - i);
		else
			on_doubtful(link, &frame, kit_arrival(kit, n - 1 - i));
	}
	if (!link->is_claimed && link->has_seq) /* STAT comes each second: another will */
		kit_hope(kit, instant_add(link->heard, ms(QUIET_MS)));
	return n;
}

/* --- asking again --- */

static void tick(struct kit *kit, void *state, struct instant now)
{
	struct link *link = state;

	if (!link->is_claimed)
		return;
	bool is_quiet = instant_since(now, link->heard) > ms(QUIET_MS);
	int64_t patience = link->is_described ? ms(QUIET_MS) : ms(RETRY_MS);

	if ((!link->is_described || is_quiet) && instant_since(now, link->asked) >= patience)
		ask_who(kit, link);
	if (!link->is_described)
		return;
	for (unsigned i = 0; i < link->hello.streams; i++) {
		const struct board_stream *stream = &link->stream[i];

		if (!stream->is_on && stream->described_as < STREAMS &&
			instant_since(now, stream->set_at) >= ms(RETRY_MS))
			switch_on(kit, link, i);
	}
	if (now.ns >= link->ping_at.ns)
		send_ping(kit, link);
}

static int order(struct kit *kit, void *state, enum kit_order what, unsigned argument)
{
	struct link *link = state;
	uint8_t payload[LINK_PAYLOAD_MAX];
	uint8_t n = link_write_identify((uint16_t)(argument < 600 ? argument : 600), payload);

	if (what != KIT_IDENTIFY || !link->has_hello)
		return -EOPNOTSUPP;
	send_frame(kit, link, LINK_IDENTIFY, LINK_NO_STREAM, payload, n);
	return 0;
}

KIT_FAMILY(link) = {
	.name = "link",
	.state_size = sizeof(struct link),
	.decode = decode,
	.tick = tick,
	.order = order,
};
