/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kit.yaml says about a Modbus device, made ready for asking.
 *
 *     modbus: {slave: 1, every: 1 s, gap: 20 ms, timeout: 500 ms, one_by_one: yes}
 *     channels:
 *       - {id: temp, from: input 0x0001 s16, ...}
 *       - {id: power, from: input 2 u32 low-first, ...}     # 32 bits in two registers
 *
 * Registers that are neighbours are read by one question, unless one_by_one. A channel with a rate
 * of its own is asked for at that rate. Made once by the main thread, const afterwards. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/model.h"

enum modbus_type { MODBUS_U16, MODBUS_S16, MODBUS_U32, MODBUS_S32, MODBUS_F32 };

/* Where a channel's value stands. */
struct modbus_source {
	uint8_t function; /* of enum modbus_function */
	uint16_t first;
	enum modbus_type type;
	bool is_low_first; /* of two registers the first holds the low half */
	unsigned block;    /* index in the plan */
};

/* Registers that one question reads. */
struct modbus_block {
	uint8_t function;
	uint16_t first, count;
	unsigned round; /* index in the plan */
};

/* Blocks that are asked for one after the other, every so often. */
struct modbus_round {
	int64_t every_ns;
	unsigned first_block, n_blocks;
};

enum { MODBUS_ROUNDS = 4 };

struct modbus_plan {
	uint8_t slave;
	int64_t gap_ns, timeout_ns;
	unsigned n_rounds, n_blocks;
	struct modbus_round rounds[MODBUS_ROUNDS];
	struct modbus_block blocks[MODEL_CHANNELS];
	struct modbus_source sources[MODEL_CHANNELS]; /* of the model's channels */
};

extern const struct model_form modbus_form;

/* Reads "input 0x0001 s16" or "holding 2 u32 low-first"; block stays 0. NULL if good, else what was
 * expected (data/word.h). */
const char *modbus_read_source(const char *word, struct modbus_source *ret_source);

/* The value in the registers of its block, as they came over the wire. */
double modbus_value(const struct modbus_source *source, const struct modbus_block *block,
	const uint8_t *registers);

/* Sentences of the words that it says (sense/vocabulary.h). */
extern const struct model_trouble modbus_troubles[];
