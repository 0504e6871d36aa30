/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How Vernier's Go! devices are spoken to (Go!Temp, Go!Link, Go!Motion; vernier.c is the protocol):
 * the commands of a driver's script, one at a time, their answers put together, then measurements.
 * A device that does not answer, or falls silent while it measures, is started anew.
 *
 * A driver's state begins with a struct vernier; VERNIER_DRIVER makes its table. Sense thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sense/kit.h"

enum { VERNIER_REPORT = 8, VERNIER_ANSWER_MOST = 136 };

enum vernier_command {
	VERNIER_READ_LOCAL = 0x17,  /* address, count */
	VERNIER_START = 0x18,       /* begins to measure: the last of a script */
	VERNIER_INIT = 0x1a,        /* the first of a script */
	VERNIER_SET_PERIOD = 0x1b,  /* the parameter is filled in */
	VERNIER_LED = 0x1d,         /* colour, brightness */
	VERNIER_SERIAL = 0x20,      /* the answer is kept as the identity */
	VERNIER_READ_REMOTE = 0x27, /* as READ_LOCAL, of the probe */
	VERNIER_SENSOR_ID = 0x28,
	VERNIER_SET_INPUT = 0x2a,
};

/* What a driver adds. Const. */
struct vernier_kind {
	const uint8_t (*script)[VERNIER_REPORT];
	size_t n_steps;
	int64_t tick_ns; /* the unit of SET_PERIOD */
	uint32_t least_ticks, most_ticks;
	uint8_t watch; /* a command for once a second while it measures; 0: none */

	/* Optional. A command of the script before it is sent: may be altered; a code of 0 leaves
	 * it out. */
	void (*prepare)(void *state, uint8_t *command);
	/* Optional. The answer; `refused` is the status of an error, else 0. */
	void (*answered)(struct kit *kit, void *state, uint8_t command, const uint8_t *payload,
		size_t n, uint8_t refused);
	/* A report with n values (1..3) behind its two bytes of header. */
	void (*measured)(struct kit *kit, void *state, const uint8_t *report, size_t n);
};

struct vernier {
	const struct vernier_kind *kind;
	struct instant acted; /* newest command, or report while it measures */
	struct instant watched;
	struct instant lit_until; /* it shows which one it is; 0: it does not */
	int64_t period_ns;
	unsigned step;
	uint8_t asked; /* code of the command that waits for its answer; 0: none */
	bool is_measuring;
	uint8_t n_answer;
	uint8_t answer[VERNIER_ANSWER_MOST];
	char identity[IDENTITY_TEXT]; /* empty: it has no serial number */
};

void vernier_open(struct kit *kit, struct vernier *vernier, const struct vernier_kind *kind);
void vernier_report(struct kit *kit, void *vernier, const uint8_t *bytes, size_t n);
void vernier_tick(struct kit *kit, void *vernier, struct instant now);
int vernier_order(struct kit *kit, void *vernier, enum kit_order order, unsigned argument);

/* From the first step: the device is no longer what it was asked about. */
void vernier_restart(struct kit *kit, struct vernier *vernier);

/* kit_describe_model with the identity, if there is one. */
int vernier_describe_model(struct kit *kit, const struct vernier *vernier);

/* Value i of n of a report, and when it was taken: they are a period apart, the last is new. */
int16_t vernier_raw(const uint8_t *report, size_t i);
struct instant vernier_stamp(
	const struct kit *kit, const struct vernier *vernier, size_t i, size_t n);

/* The table of a driver: its word in kit.yaml, its state, what it adds, and its outputs by name. */
#define VERNIER_DRIVER(ident, word, state, kind, ...) \
	static void open_##ident(struct kit *kit, void *memory) \
	{ \
		vernier_open(kit, memory, kind); \
	} \
	static const char *const outputs_##ident[] = {__VA_ARGS__, NULL}; \
	KIT_FAMILY(ident) = { \
		.name = word, \
		.state_size = sizeof(state), \
		.outputs = outputs_##ident, \
		.needs_model = true, \
		.troubles = vernier_troubles, \
		.open = open_##ident, \
		.report = vernier_report, \
		.tick = vernier_tick, \
		.order = vernier_order, \
	}

/* Sentences of the words that only these kits say (sense/vocabulary.h). */
extern const struct model_trouble vernier_troubles[];
