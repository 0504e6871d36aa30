/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `modbus`: probes on an RS-485 pair, or at a UART, that answer when they are asked.
 * Modbus RTU; the frames are in modbus_frame.h, the keys of kit.yaml in modbus_plan.h.
 *
 * Asking. A round is what one slave is asked for at one rate: one question for each block of
 * neighbouring registers, one after the other, since the pair carries one voice at a time. Between
 * an answer and the next question the line rests for `gap`, or 3.5 characters where that is longer.
 * Whose turn it is says modbus_turns.h.
 * Who claimed the port by an answer is known by its first bytes and may still be speaking: it is heard
 * out before the first question.
 * Several slaves on one adapter take turns; which there are says the configuration (`slaves`), each
 * then is a stream of the one device: main for one, slave1, slave4 ... for several. A kit with more
 * channels than a stream takes is refused then (`too-many-channels`): name one slave.
 *
 * Answers. Stamp: the instant at which the first byte of the round's first answer arrived, since the
 * probe reads its registers just before. All channels of a round make one row; what was refused or
 * did not come is absent from it.
 *
 * What goes wrong is told apart: `timeout` (nobody spoke, but for an adapter that echoes: power,
 * address, A and B swapped), `checksum` (somebody spoke and was not understood: termination, two
 * slaves with one address, bit rate), `exception-N` (the probe refused: 1 function, 2 register, 3
 * value, 4 broken, 6 busy). After no answer the rest of the round is left out. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/rounding.h"
#include "kits/protocols/modbus_frame.h"
#include "kits/protocols/modbus_plan.h"
#include "kits/protocols/modbus_turns.h"
#include "sense/describe.h"
#include "sense/kit.h"

enum {
	NOISE_BYTES = 2 * MODBUS_ANSWER_BYTES, /* more in answer to one question is no answer */
	CHARACTER_BITS = 11,                   /* as the standard counts them */
	QUIET_BITS = CHARACTER_BITS * 7 / 2,
};

enum phase { IDLE, ASKED };

struct modbus {
	unsigned n_slaves;
	uint8_t addresses[KIT_SLAVES];
	struct modbus_turns turns;

	enum phase phase;
	struct instant quiet_until; /* the line rests */
	struct instant answer_ends; /* of the one that claimed the port, at the latest */
	struct instant deadline;    /* ASKED: of the answer */
	size_t held;                /* ASKED: bytes that came and were no answer yet */
	size_t stale;               /* of these, those that belong to an earlier question */
	bool is_echo;               /* they are the question, as an adapter hears it */

	/* The round that is under way, while left > 0. */
	unsigned slave, block, left;
	bool has_stamp;
	struct instant stamp;
	size_t answer_from; /* where the answer seems to begin; SIZE_MAX: nowhere yet */
	struct instant answer_began;
	double values[MODEL_CHANNELS]; /* raw; NaN: none */
	bool is_read[MODEL_CHANNELS];  /* in this round, if only that there is none */
	const char *word;              /* what went wrong in it; NULL: nothing */
	bool is_unanswered;            /* the word is about nothing that came */
	bool is_stray_counted;         /* what came since the last answer, and is none */
};

static const struct modbus_plan *plan_of(const struct kit *kit)
{
	return kit_model(kit)->plan;
}

/* --- the device --- */

/* Several slaves of one model: a stream for each. */
static void describe_slaves(struct kit *kit, const struct modbus *modbus)
{
	const struct model *model = kit_model(kit);
	const struct modbus_plan *plan = plan_of(kit);
	struct device device = {.n_streams = modbus->n_slaves};

	text_copy(device.kit, sizeof(device.kit), model->id);
	text_copy(device.model, sizeof(device.model),
		model->printed ? model->printed : model->name.zh);
	for (unsigned i = 0; i < modbus->n_slaves; i++) {
		struct stream *stream = &device.streams[i];

		snprintf(stream->name, sizeof(stream->name), "slave%u", modbus->addresses[i]);
		snprintf(stream->address, sizeof(stream->address), "%u", modbus->addresses[i]);
		stream->stamps = STAMP_ARRIVAL;
		stream->period_ns = plan->n_rounds == 1 ? plan->rounds[0].every_ns : 0;
		stream->n_channels = (uint32_t)model->n_channels;
		for (unsigned c = 0; c < stream->n_channels; c++)
			describe_channel(&model->channels[c], &stream->channels[c]);
	}
	if (kit_describe(kit, &device) < 0)
		kit_reject(kit);
}

static void emit_slave(struct kit *kit, const struct modbus *modbus)
{
	const struct model *model = kit_model(kit);
	double values[STREAM_CHANNELS];

	for (unsigned i = 0; i < model->n_channels; i++) {
		const struct model_channel *channel = &model->channels[i];

		values[i] = describe_value(
			channel, modbus->values[i], rounding_of(channel->resolution));
	}
	kit_row(kit, modbus->slave, instant_add(modbus->stamp, -model->latency_ns), values);
}

static void emit(struct kit *kit, const struct modbus *modbus)
{
	if (!modbus->has_stamp)
		return;
	if (modbus->n_slaves > 1) {
		emit_slave(kit, modbus);
		return;
	}
	for (unsigned i = 0; i < kit_model(kit)->n_channels; i++)
		if (modbus->is_read[i])
			kit_put(kit, i, modbus->values[i]);
	kit_emit(kit, modbus->stamp);
}

/* --- asking --- */

static int64_t wire_ns(const struct kit *kit, size_t n_bytes)
{
	unsigned speed = kit_port(kit)->speed;

	return speed ? (int64_t)n_bytes * CHARACTER_BITS * NS_PER_S / speed : 0;
}

static int64_t gap_ns(const struct kit *kit)
{
	int64_t gap = plan_of(kit)->gap_ns;
	unsigned speed = kit_port(kit)->speed;
	int64_t quiet = speed ? QUIET_BITS * (int64_t)NS_PER_S / speed : 0;

	return gap > quiet ? gap : quiet;
}

/* The time that question and answer take on the wire is not the probe's. */
static int64_t patience_ns(const struct kit *kit, unsigned n_registers)
{
	return plan_of(kit)->timeout_ns +
		wire_ns(kit, MODBUS_QUESTION_BYTES + MODBUS_REFUSAL_BYTES + 2 * n_registers);
}

static void rest(struct kit *kit, struct modbus *modbus, struct instant now)
{
	modbus->phase = IDLE;
	modbus->quiet_until = instant_add(now, gap_ns(kit));
	kit_wake_at(kit, modbus->quiet_until);
}

static struct modbus_question question_of(const struct kit *kit, const struct modbus *modbus)
{
	const struct modbus_block *block = &plan_of(kit)->blocks[modbus->block];

	return (struct modbus_question){
		.slave = modbus->addresses[modbus->slave],
		.function = block->function,
		.first = block->first,
		.count = block->count,
	};
}

/* Behind the row, which would take it for over. */
static void tell(struct kit *kit, struct modbus *modbus)
{
	if (!modbus->word)
		return;
	unsigned stream = modbus->n_slaves > 1 ? modbus->slave : KIT_WHOLE;

	if (modbus->is_unanswered)
		kit_unanswered(kit, stream, modbus->word);
	else
		kit_stream_error(kit, stream, modbus->word);
	modbus->word = NULL;
	modbus->is_unanswered = false;
}

/* One word is shown of a round, the newest: one that gives way is told at once, and so counts. */
static void note_wrong(struct kit *kit, struct modbus *modbus, const char *word, bool is_unanswered)
{
	tell(kit, modbus);
	modbus->word = word;
	modbus->is_unanswered = is_unanswered;
}

static void end_round(struct kit *kit, struct modbus *modbus)
{
	modbus->left = 0;
	emit(kit, modbus);
	tell(kit, modbus);
}

static void ask(struct kit *kit, struct modbus *modbus, struct instant now)
{
	const struct modbus_question question = question_of(kit, modbus);
	uint8_t bytes[MODBUS_QUESTION_BYTES];

	modbus_write_question(&question, bytes);
	if (kit_send(kit, bytes, sizeof(bytes)) < 0) {
		note_wrong(kit, modbus, "not-sent", true);
		end_round(kit, modbus);
		rest(kit, modbus, now);
		return;
	}
	modbus->phase = ASKED;
	modbus->stale = modbus->held;
	modbus->held = 0;
	modbus->is_echo = modbus->is_stray_counted = false;
	modbus->answer_from = SIZE_MAX;
	modbus->deadline = instant_add(now, patience_ns(kit, question.count));
	kit_wake_at(kit, modbus->deadline);
}

static void start_round(
	struct kit *kit, struct modbus *modbus, const struct modbus_turn *turn, struct instant now)
{
	const struct modbus_round *round = &plan_of(kit)->rounds[turn->round];

	modbus_turns_start(&modbus->turns, turn, round->every_ns, now);
	modbus->slave = turn->slave;
	modbus->block = round->first_block;
	modbus->left = round->n_blocks;
	modbus->has_stamp = false;
	for (unsigned i = 0; i < MODEL_CHANNELS; i++)
		modbus->values[i] = NAN;
	memset(modbus->is_read, 0, sizeof modbus->is_read);
}

/* Asks the next question, if the line is free and it is time. */
static void go_on(struct kit *kit, struct modbus *modbus, struct instant now)
{
	int64_t silence_ns = gap_ns(kit) + patience_ns(kit, plan_of(kit)->blocks[0].count);
	struct modbus_turn turn;

	if (modbus->phase != IDLE)
		return;
	if (now.ns < modbus->quiet_until.ns) {
		kit_wake_at(kit, modbus->quiet_until);
		return;
	}
	if (modbus->left == 0) {
		turn = modbus_turns_next(&modbus->turns, silence_ns, now);
		if (turn.due.ns > now.ns) {
			kit_wake_at(kit, turn.due);
			return;
		}
		start_round(kit, modbus, &turn, now);
	}
	ask(kit, modbus, now);
}

/* --- answers --- */

static void take_registers(struct kit *kit, struct modbus *modbus, const uint8_t *registers)
{
	const struct modbus_plan *plan = plan_of(kit);

	for (unsigned i = 0; i < kit_model(kit)->n_channels; i++)
		if (plan->sources[i].block == modbus->block) {
			modbus->values[i] = modbus_value(
				&plan->sources[i], &plan->blocks[modbus->block], registers);
			modbus->is_read[i] = true;
		}
	if (!modbus->has_stamp)
		modbus->stamp = modbus->answer_began;
	modbus->has_stamp = true;
}

static const char *word_of_exception(uint8_t code)
{
	static const char *const words[] = {"exception-1", "exception-2", "exception-3",
		"exception-4", "exception-5", "exception-6", "exception-7", "exception-8",
		"exception-9", "exception-10", "exception-11"};

	return code >= 1 && code <= sizeof(words) / sizeof(words[0]) ? words[code - 1]
								     : "exception-unknown";
}

/* The line, the speed and the address are right: it was understood. */
static void refused(struct kit *kit, struct modbus *modbus, uint8_t code)
{
	note_wrong(kit, modbus, word_of_exception(code), false);
	kit_understood(kit);
}

static void next_block(struct kit *kit, struct modbus *modbus, struct instant now)
{
	modbus_turns_answered(&modbus->turns, modbus->slave);
	modbus->block++;
	if (--modbus->left == 0)
		end_round(kit, modbus);
	rest(kit, modbus, now);
}

static void give_up(struct kit *kit, struct modbus *modbus, struct instant now)
{
	if (modbus->held && !modbus->is_echo)
		note_wrong(kit, modbus, "checksum", false);
	else
		note_wrong(kit, modbus, "timeout", true);
	end_round(kit, modbus);
	modbus_turns_silent(&modbus->turns, modbus->slave, plan_of(kit)->timeout_ns, now);
	rest(kit, modbus, now);
}

/* When the first byte of what may be the answer came; what seemed to be one may turn out to be the
 * question's echo. */
static void note_beginning(
	struct kit *kit, struct modbus *modbus, const struct modbus_answer *answer, size_t n)
{
	size_t from = answer->from < n ? answer->from : SIZE_MAX;

	if (from != SIZE_MAX && from != modbus->answer_from)
		modbus->answer_began = kit_arrival(kit, n - 1 - from);
	modbus->answer_from = from;
}

static bool is_echo_of(const struct modbus_question *question, const uint8_t *bytes, size_t n)
{
	uint8_t asked[MODBUS_QUESTION_BYTES];

	modbus_write_question(question, asked);
	return n == sizeof(asked) && memcmp(bytes, asked, n) == 0;
}

static size_t drop_stale(struct modbus *modbus, size_t n)
{
	size_t stale = modbus->stale < n ? modbus->stale : n;

	modbus->stale = 0;
	return stale;
}

/* An answer that comes when its question was given up may come in pieces: it is one all the same. */
static void count_stray(struct kit *kit, struct modbus *modbus)
{
	modbus->held = 0;
	if (!modbus->is_stray_counted && kit_arrival(kit, 0).ns > modbus->answer_ends.ns) {
		kit_reject(kit);
		modbus->is_stray_counted = true;
	}
}

/* As much beside the answer as could be another one; less is the noise of the line. */
static bool has_another(const struct modbus_question *question, const struct modbus_answer *answer,
	const uint8_t *bytes, size_t n)
{
	size_t beside = n - answer->length;

	for (size_t i = 0; i + MODBUS_QUESTION_BYTES <= answer->from; i++)
		if (is_echo_of(question, bytes + i, MODBUS_QUESTION_BYTES))
			beside -= MODBUS_QUESTION_BYTES;
	return beside >= MODBUS_REFUSAL_BYTES;
}

static size_t decode(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	struct modbus *modbus = state;
	struct modbus_question question;
	struct modbus_answer answer;
	enum modbus_outcome outcome;

	if (!kit_is_claimed(kit))
		return n;
	if (modbus->phase != ASKED) { /* too late, or from nobody that we know */
		count_stray(kit, modbus);
		return n;
	}
	if (modbus->stale)
		return drop_stale(modbus, n);
	question = question_of(kit, modbus);
	outcome = modbus_find_answer(&question, bytes, n, &answer);
	note_beginning(kit, modbus, &answer, n);
	modbus->held = n;
	modbus->is_echo = is_echo_of(&question, bytes, n);
	if (outcome == MODBUS_WAIT && n <= NOISE_BYTES)
		return 0;
	if (outcome == MODBUS_WAIT)
		give_up(kit, modbus, kit_arrival(kit, 0)); /* a flood */
	modbus->held = 0;
	if (outcome == MODBUS_WAIT)
		return n;
	if (has_another(&question, &answer, bytes, n))
		kit_reject(kit);
	if (outcome == MODBUS_ANSWERED)
		take_registers(kit, modbus, answer.registers);
	else
		refused(kit, modbus, answer.code);
	next_block(kit, modbus, kit_arrival(kit, 0));
	return n;
}

static void on_tick(struct kit *kit, void *state, struct instant now)
{
	struct modbus *modbus = state;

	if (!kit_is_claimed(kit))
		return;
	if (modbus->phase == ASKED && now.ns >= modbus->deadline.ns)
		give_up(kit, modbus, now);
	if (modbus->phase == ASKED)
		kit_wake_at(kit, modbus->deadline);
	go_on(kit, modbus, now);
}

static void on_open(struct kit *kit, void *state)
{
	struct modbus *modbus = state;
	const struct kit_port *port = kit_port(kit);
	struct instant now = kit_arrival(kit, 0);

	if (!kit_is_claimed(kit))
		return;
	if (port->n_slaves > 1 && kit_model(kit)->n_channels > STREAM_CHANNELS) {
		kit_error(kit, "too-many-channels");
		return;
	}
	modbus->n_slaves = port->n_slaves ? (unsigned)port->n_slaves : 1;
	for (unsigned i = 0; i < modbus->n_slaves; i++)
		modbus->addresses[i] = port->n_slaves ? port->slaves[i] : plan_of(kit)->slave;
	modbus_turns_begin(&modbus->turns, modbus->n_slaves, plan_of(kit)->n_rounds, now);
	if (modbus->n_slaves > 1)
		describe_slaves(kit, modbus);
	else if (kit_describe_model(kit, NULL, STAMP_ARRIVAL) < 0)
		kit_reject(kit);
	if (!port->is_sure) { /* an answer claimed it */
		modbus->answer_ends = instant_add(now, wire_ns(kit, MODBUS_ANSWER_BYTES));
		rest(kit, modbus, modbus->answer_ends);
		return;
	}
	kit_wake_at(kit, now);
}

KIT_FAMILY(modbus) = {
	.name = "modbus",
	.state_size = sizeof(struct modbus),
	.form = &modbus_form,
	.needs_model = true,
	.troubles = modbus_troubles,
	.open = on_open,
	.decode = decode,
	.tick = on_tick,
};

_Static_assert(sizeof(struct modbus) <= KIT_STATE_BYTES, "the state of modbus is too large");
