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
#include <string.h>

#include "kits/protocols/link_state.h"

enum {
	RETRY_MS = 300,   /* LINK.md, "Troubles" */
	PING_WIRE = 23,   /* bytes of a PING and of a PONG, LINK.md, "Clock" */
	FRAME_WIRE = 11,  /* bytes that a frame has on the wire besides its payload */
	QUIET_MS = 2000,  /* then the board is asked whether it is still the same */
	ANSWER_MS = 1000, /* a HELLO this soon after the question is its answer */
};

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
	struct ping *ping = &link->ping[link->nonce % BOARD_PINGS];
	bool is_unanswered = ping->nonce != 0; /* the one before the last seven */
	int64_t gap_ns = kit_ping_gap_ns(kit);

	*ping = (struct ping){.nonce = link->nonce, .sent = kit_now(kit)};
	send_frame(kit, link, LINK_PING, LINK_NO_STREAM, payload, n);
	if (is_unanswered && gap_ns < ms(RETRY_MS))
		gap_ns += ms(RETRY_MS); /* it does not keep up, or does not answer at all */
	link->ping_at = instant_add(ping->sent, gap_ns);
	kit_wake_at(kit, link->ping_at);
}

/* All of it is known: from now on its rows are, too. */
static void describe(struct kit *kit, struct link *link)
{
	if (link_describe(kit, link)) {
		kit_reject(kit); /* it says things of itself that cannot be */
		return;
	}
	link->is_described = true;
	link_take_held(kit, link);
	for (unsigned i = 0; i < link->hello.streams; i++)
		if (!link->stream[i].is_on && link->stream[i].described_as < BOARD_STREAMS)
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
	for (unsigned i = 0; i < BOARD_STREAMS; i++) {
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

	if (!link_read_hello(frame, &hello) || hello.streams == 0 ||
		hello.streams > BOARD_STREAMS) {
		kit_reject(kit);
		return;
	}
	bool is_other = link->has_hello && memcmp(hello.uid, link->hello.uid, 8) != 0;

	if (link->has_hello && (!is_answer || is_other))
		forget_streams(kit, link);
	if (link->has_hello && hello.streams != link->hello.streams)
		link->is_described = false; /* of those that are new nothing is known yet */
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

	memset(link->channel + first, 0, (BOARD_CHANNELS - first) * sizeof link->channel[0]);
	for (unsigned i = (unsigned)(changed - link->stream); i < BOARD_STREAMS; i++) {
		link->stream[i].first_channel = (uint8_t)first;
		first += link->stream[i].n_channels;
	}
}

static void on_stream(struct kit *kit, struct link *link, struct board_stream *stream,
	const struct link_stream *head)
{
	unsigned total = head->channels;

	for (unsigned i = 0; i < BOARD_STREAMS; i++)
		total += &link->stream[i] == stream ? 0 : link->stream[i].n_channels;
	if (head->channels > STREAM_CHANNELS || total > BOARD_CHANNELS) {
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
		link_hold(link, frame);
	else
		link_take_data(kit, link, frame, false);
}

static void on_pong(
	struct kit *kit, struct link *link, const struct link_frame *frame, size_t behind)
{
	struct link_pong pong;

	if (!link_read_pong(frame, &pong) || pong.nonce == 0) {
		kit_reject(kit);
		return;
	}
	struct ping *ping = &link->ping[pong.nonce % BOARD_PINGS];
	if (ping->nonce != pong.nonce)
		return; /* of before a restart, or too old to say anything */
	ping->nonce = 0;
	/* The board counts from the PING's last byte and to the PONG's first one. Taking the time
	 * of the bytes between off both sides moves no offset, but then the round trip is what it
	 * says: the part of the delay that nobody knows. */
	struct instant first = kit_arrival(kit, behind + PING_WIRE);
	int64_t wire_ns = instant_since(kit_arrival(kit, behind), first);
	int64_t pause_ns = (int64_t)(pong.t_tx - pong.t_rx) * 1000;

	if (instant_since(first, ping->sent) - pause_ns < wire_ns) /* faster than its speed: none */
		wire_ns = 0;
	kit_pair(kit, instant_add(ping->sent, wire_ns), pong.t_rx, pong.t_tx,
		instant_add(kit_arrival(kit, behind), -wire_ns));
}

/* What it has lost, the indices say sooner. But a board that started anew while the line was bad, so
 * that all its HELLOs were lost, is known by its youth; and its clock is heard without asking. */
static void on_stat(
	struct kit *kit, struct link *link, const struct link_frame *frame, size_t behind)
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
	if (link->is_described) /* t_us is of its first byte */
		kit_heard(kit, frame->t_us, kit_arrival(kit, behind + FRAME_WIRE + frame->size));
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
		for (unsigned i = 0; i < BOARD_STREAMS; i++)
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
		on_stat(kit, link, frame, behind);
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
		link_hold(link, frame);
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

		if (!stream->is_on && stream->described_as < BOARD_STREAMS &&
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
