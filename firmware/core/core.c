/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tasks of the super-loop: receive and answer, tell the time, describe, announce, report, blink,
 * and one per stream. A task that needs the line sends only when a whole frame finds room, and otherwise comes
 * back in the next turn; the host's questions wait in the receive buffer meanwhile.
 */
#include "core/core.h"

#define TENTH_US 100000u
#define LIT_EVERY 2       /* tenths: blinks at 5 Hz */
#define MISTAKE_US 40000u /* half a blink */
#define CHANCE_BITS 11    /* 0 .. 2047 */
#define NEVER_MADE UINT32_MAX
#define STAT_CHANCES 5 /* so many times that: STAT is up to 10 ms late */
_Static_assert(CORE_PONG_LATE_US == (1u << CHANCE_BITS) - 1 &&
		CORE_STAT_LATE_US == STAT_CHANCES * CORE_PONG_LATE_US,
	"what the header says");

static uint32_t micros(const struct core *core)
{
	const struct board *board = core->sender.board;

	return board->micros(board->self);
}

static bool is_past(uint32_t now_us, uint32_t due_us)
{
	return (int32_t)(now_us - due_us) >= 0;
}

/* A shift register with feedback (x^16 + x^14 + x^13 + x^11 + 1, period 65535): messages that tell the
 * time leave at any phase of a USB frame, so that each direction shows its least delay. */
static uint16_t chance_us(struct core *core)
{
	for (uint8_t i = 0; i < CHANCE_BITS; i++)
		core->chance = (uint16_t)((core->chance >> 1) ^ (core->chance & 1 ? 0xB400u : 0));
	return core->chance & ((1u << CHANCE_BITS) - 1);
}

/* Sends what has been written to core->sender.payload. */
static void send_at(struct core *core, uint8_t type, uint8_t stream, uint8_t size, uint32_t t_us)
{
	struct link_frame frame = {.type = type,
		.stream = stream,
		.t_us = t_us,
		.payload = core->sender.payload,
		.size = size};

	sender_send(&core->sender, frame);
}

static void send(struct core *core, uint8_t type, uint8_t stream, uint8_t size)
{
	send_at(core, type, stream, size, micros(core));
}

/* When a frame that is begun now will begin to leave, which has to be said before it has come: when
 * the line is free, or when the frame is made. The host takes it for a bound: a frame may leave later
 * than it says, as an interrupt may hold it up, but not earlier. So making is said to take the least
 * that it ever took, and at first nothing. */
static uint32_t leaves_us(const struct core *core, uint32_t now_us, uint32_t least_us)
{
	const struct board *board = core->sender.board;
	uint32_t wait_us = board->backlog_us(board->self);

	if (least_us == NEVER_MADE)
		return now_us + wait_us;
	return now_us + (wait_us < least_us ? least_us : wait_us);
}

static void learn_making(uint32_t *least_us, uint32_t made_us)
{
	if (made_us < *least_us)
		*least_us = made_us;
}

static uint8_t write_hello(struct core *core)
{
	const struct board *board = core->sender.board;
	struct link_hello hello = {
		.protocol = LINK_PROTOCOL,
		.firmware = {CORE_VERSION_MAJOR, CORE_VERSION_MINOR, CORE_VERSION_PATCH},
		.max_body = LINK_BODY_MAX,
		.streams = core->n_streams,
		.model = link_text(board->model),
	};

	memcpy(hello.uid, board->uid, sizeof(hello.uid));
	return link_write_hello(&hello, core->sender.payload);
}

static void send_hello(struct core *core)
{
	send(core, LINK_HELLO, LINK_NO_STREAM, write_hello(core));
}

static void send_stream(struct core *core, uint8_t number)
{
	struct link_stream description = stream_describe(&core->streams[number]);

	core->told_flags[number] = description.flags;
	send(core, LINK_DESC, number, link_write_stream(&description, core->sender.payload));
}

static uint8_t write_channel(struct core *core, uint8_t number, uint8_t part)
{
	struct link_channel channel = core->streams[number].source->channels[part - 1];

	channel.part = part;
	return link_write_channel(&channel, core->sender.payload);
}

static void send_channel(struct core *core, uint8_t number, uint8_t part)
{
	send(core, LINK_DESC, number, write_channel(core, number, part));
}

static void send_pong(struct core *core)
{
	uint32_t start_us = micros(core);
	struct link_pong pong = {.nonce = core->pong_nonce,
		.t_rx = core->pong_rx_us,
		.t_tx = leaves_us(core, start_us, core->pong_least_us)};

	core->is_pong_owed = false;
	send(core, LINK_PONG, LINK_NO_STREAM, link_write_pong(&pong, core->sender.payload));
	learn_making(&core->pong_least_us, micros(core) - start_us);
}

/* The answer leaves a little later. One that is owed still leaves now: receive_task has seen that a
 * frame finds room, and this question itself sends nothing. */
static void owe_pong(struct core *core, uint32_t nonce, uint32_t received_us)
{
	if (core->is_pong_owed)
		send_pong(core);
	core->is_pong_owed = true;
	core->pong_nonce = nonce;
	core->pong_rx_us = received_us;
	core->pong_due_us = micros(core) + chance_us(core);
}

/* Answers the host's frame: ACK with the value, or ERR with the code. */
static void reply(
	struct core *core, const struct link_frame *frame, enum link_code code, uint32_t value)
{
	struct link_reply reply = {
		.type = frame->type, .seq = frame->seq, .code = (uint8_t)code, .value = value};

	if (code == LINK_OK)
		send(core, LINK_ACK, frame->stream, link_write_ack(&reply, core->sender.payload));
	else
		send(core, LINK_ERR, frame->stream, link_write_err(&reply, core->sender.payload));
}

/* The stream's flush and the answer are the two frames that BOARD_ROOM is made for. */
static void handle_set(struct core *core, const struct link_frame *frame)
{
	struct link_set set;
	struct stream *stream;
	enum link_code code;
	uint8_t told;

	if (frame->stream >= core->n_streams) {
		reply(core, frame, LINK_NO_SUCH_STREAM, 0);
		return;
	}
	if (!link_read_set(frame, &set)) {
		reply(core, frame, LINK_MALFORMED, 0);
		return;
	}
	stream = &core->streams[frame->stream];
	code = stream_set(stream, &set, &core->sender);
	told = core->told_flags[frame->stream] & (uint8_t)~LINK_STREAM_ON;
	if (stream->is_on)
		told |= LINK_STREAM_ON;
	core->told_flags[frame->stream] = told; /* the answer says no more than that */
	reply(core, frame, code, stream->period_us);
}

static void handle_identify(struct core *core, const struct link_frame *frame)
{
	uint16_t tenths;

	if (!link_read_identify(frame, &tenths)) {
		reply(core, frame, LINK_MALFORMED, 0);
		return;
	}
	core->blinks = tenths;
	core->blink_us = micros(core);
	reply(core, frame, LINK_OK, tenths);
}

static void handle(struct core *core, const struct link_frame *frame, uint32_t received_us)
{
	uint32_t nonce;

	switch (frame->type) {
	case LINK_HELLO:
		if (frame->size > 0)
			return; /* a board's: our own echo, or a wrong cable */
		core->is_asked = true;
		break;
	case LINK_PING:
		if (link_read_ping(frame, &nonce))
			owe_pong(core, nonce, received_us);
		else
			reply(core, frame, LINK_MALFORMED, 0);
		break;
	case LINK_SET:
		handle_set(core, frame);
		break;
	case LINK_IDENTIFY:
		handle_identify(core, frame);
		break;
	case LINK_DESC:
	case LINK_DATA:
	case LINK_PONG:
	case LINK_ACK:
	case LINK_ERR:
	case LINK_STAT:
		return; /* a board's; an answer to an echo would echo for ever */
	default:
		reply(core, frame, LINK_UNKNOWN_TYPE, 0);
		break;
	}
	core->has_host = true;
}

/* At most one frame in a turn, and only when the answer surely finds room. */
static void receive_task(struct core *core)
{
	const struct board *board = core->sender.board;
	struct link_frame frame;
	uint32_t received_us;
	uint8_t byte;

	if (!sender_has_room(&core->sender))
		return;
	while (board->receive(board->self, &byte, &received_us)) {
		if (link_decode(&core->decoder, byte, &frame)) {
			handle(core, &frame, received_us);
			return;
		}
	}
}

static void pong_task(struct core *core)
{
	if (core->is_pong_owed && is_past(micros(core), core->pong_due_us) &&
		sender_has_room(&core->sender))
		send_pong(core);
}

/* What was asked for, frame by frame; then streams whose flags have changed since. */
static void describe_task(struct core *core)
{
	if (!core->has_host || !sender_has_room(&core->sender))
		return;
	if (core->is_asked) {
		core->is_asked = false;
		core->tell_stream = 0;
		core->tell_part = LINK_PART_STREAM;
		send_hello(core);
		return;
	}
	if (core->tell_stream < core->n_streams) {
		uint8_t number = core->tell_stream;

		if (core->tell_part == LINK_PART_STREAM)
			send_stream(core, number);
		else
			send_channel(core, number, core->tell_part);
		if (core->tell_part++ == core->streams[number].source->n_channels) {
			core->tell_stream++;
			core->tell_part = LINK_PART_STREAM;
		}
		return;
	}
	for (uint8_t i = 0; i < core->n_streams; i++) {
		if (stream_describe(&core->streams[i]).flags != core->told_flags[i]) {
			send_stream(core, i);
			return;
		}
	}
}

static void announce_task(struct core *core)
{
	uint32_t now_us = micros(core);

	if (core->has_host || !is_past(now_us, core->announce_us) ||
		!sender_has_room(&core->sender))
		return;
	core->announce_us = now_us + CORE_ANNOUNCE_US;
	send_hello(core);
}

static void stat_task(struct core *core)
{
	const struct board *board = core->sender.board;
	struct link_stat stat = {0};
	uint32_t start_us = micros(core);

	if (!is_past(start_us, core->stat_us + core->stat_late_us))
		return;
	if (core->has_host && !sender_has_room(&core->sender))
		return;
	while (is_past(micros(core), core->stat_us)) {
		core->stat_us += CORE_STAT_US;
		core->uptime_s++;
	}
	stat.uptime_s = core->uptime_s;
	if (!core->has_host)
		return;
	for (uint8_t i = 0; i < core->n_streams; i++) {
		uint32_t lost = core->streams[i].lost;

		stat.lost_samples = lost > UINT32_MAX - stat.lost_samples
			? UINT32_MAX
			: stat.lost_samples + lost;
	}
	stat.bad_frames = core->decoder.bad;
	stat.lost_bytes = board->lost_bytes(board->self);
	core->stat_late_us = STAT_CHANCES * (uint32_t)chance_us(core);
	send_at(core, LINK_STAT, LINK_NO_STREAM, link_write_stat(&stat, core->sender.payload),
		leaves_us(core, start_us, core->stat_least_us));
	learn_making(&core->stat_least_us, micros(core) - start_us);
}

/* Counts down first: a board that sleeps until the next blink is due has no other turn to show it. */
static void blink_task(struct core *core)
{
	const struct board *board = core->sender.board;
	bool is_lit;

	if (core->blinks > 0 && is_past(micros(core), core->blink_us + TENTH_US)) {
		core->blink_us += TENTH_US;
		core->blinks--;
	}
	is_lit = core->blinks % LIT_EVERY != 0;
	if (is_lit != core->is_lit)
		board->light(board->self, is_lit);
	core->is_lit = is_lit;
}

/* Whether a host would understand what has been written. */
static bool is_understood(const struct core *core, uint8_t type, uint8_t size)
{
	struct link_frame frame = {.type = type, .payload = core->sender.payload, .size = size};
	struct link_hello hello;
	struct link_stream stream;
	struct link_channel channel;

	return link_read_hello(&frame, &hello) || link_read_stream(&frame, &stream) ||
		link_read_channel(&frame, &channel);
}

static bool source_is_good(struct core *core, uint8_t number)
{
	const struct source *source = &core->sender.board->sources[number];
	struct stream *stream = &core->streams[number];
	struct link_stream description;

	if (!source->read || source->n_channels > SOURCE_CHANNELS)
		return false;
	if (source->period_min_us == 0 || source->period_us < source->period_min_us ||
		source->period_us > source->period_max_us || source->period_max_us > INT32_MAX)
		return false;
	stream_init(stream, source, number);
	description = stream_describe(stream);
	if (!is_understood(core, LINK_DESC, link_write_stream(&description, core->sender.payload)))
		return false;
	for (uint8_t part = 1; part <= source->n_channels; part++)
		if (!is_understood(core, LINK_DESC, write_channel(core, number, part)))
			return false;
	return stream->sample_size <= STREAM_BATCH_MAX;
}

static bool table_is_good(struct core *core)
{
	const struct board *board = core->sender.board;

	if (board->n_sources == 0 || board->n_sources > CORE_STREAMS ||
		!is_understood(core, LINK_HELLO, write_hello(core)))
		return false;
	for (uint8_t i = 0; i < board->n_sources; i++)
		if (!source_is_good(core, i))
			return false;
	return true;
}

/* For whoever made the table: nobody would see a word of ours. */
static void show_mistake(struct core *core)
{
	const struct board *board = core->sender.board;

	if (!is_past(micros(core), core->blink_us))
		return;
	core->blink_us += MISTAKE_US;
	core->is_lit = !core->is_lit;
	board->light(board->self, core->is_lit);
}

void core_init(struct core *core, const struct board *board)
{
	memset(core, 0, sizeof(*core));
	core->sender.board = board;
	core->n_streams = table_is_good(core) ? board->n_sources : 0;
	core->tell_stream = core->n_streams;
	core->announce_us = micros(core);
	core->stat_us = micros(core) + CORE_STAT_US;
	core->blink_us = micros(core);
	core->pong_least_us = core->stat_least_us = NEVER_MADE;
	core->chance = 1;
	for (uint8_t i = 0; i < sizeof(board->uid); i++)
		core->chance = (uint16_t)(core->chance * 31u + board->uid[i]);
	core->chance |= 1; /* any state but 0 */
}

void core_step(struct core *core)
{
	if (core->n_streams == 0) {
		show_mistake(core);
		return;
	}
	receive_task(core);
	pong_task(core);
	for (uint8_t i = 0; i < core->n_streams; i++)
		stream_task(&core->streams[i], &core->sender);
	describe_task(core);
	announce_task(core);
	stat_task(core);
	blink_task(core);
}

static uint32_t sooner(uint32_t idle_us, uint32_t now_us, uint32_t due_us)
{
	if (is_past(now_us, due_us))
		return 0;
	return due_us - now_us < idle_us ? due_us - now_us : idle_us;
}

uint32_t core_idle_us(const struct core *core)
{
	uint32_t now_us = micros(core);
	uint32_t idle_us = sooner(UINT32_MAX, now_us, core->stat_us + core->stat_late_us);

	if (core->n_streams == 0)
		return sooner(UINT32_MAX, now_us, core->blink_us);
	if (!core->has_host)
		idle_us = sooner(idle_us, now_us, core->announce_us);
	if (core->is_pong_owed)
		idle_us = sooner(idle_us, now_us, core->pong_due_us);
	if (core->is_asked || core->tell_stream < core->n_streams)
		return 0;
	if (core->blinks > 0)
		idle_us = sooner(idle_us, now_us, core->blink_us + TENTH_US);
	for (uint8_t i = 0; i < core->n_streams; i++)
		idle_us = stream_idle_us(&core->streams[i], now_us, idle_us);
	return idle_us;
}
