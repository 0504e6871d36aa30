/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks are made greedily over the sorted registers of one round and function: the next channel
 * joins when it begins within the block or right behind it. A hole is never read across, since many
 * probes refuse the whole question for one register that they do not have. */
#include "kits/protocols/modbus_plan.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "data/load.h"
#include "data/word.h"
#include "kits/protocols/modbus_frame.h"

enum { GAP_MS = 20, TIMEOUT_MS = 500, REGISTER_MOST = 65535 };

/* As libcyaml fills it; what is absent is NULL. */
struct keys {
	unsigned slave;
	char *every, *gap, *timeout;
	bool one_by_one;
};

/* --- words --- */

/* The word that begins at *at, copied; *at moves behind it. False: there is none, or it is long. */
static bool take_word(const char **at, char *ret_word, size_t size)
{
	size_t n;

	*at += strspn(*at, " ");
	n = strcspn(*at, " ");
	if (n == 0 || n >= size)
		return false;
	memcpy(ret_word, *at, n);
	ret_word[n] = '\0';
	*at += n;
	return true;
}

static bool read_function(const char *word, uint8_t *ret_function)
{
	bool is_input = strcmp(word, "input") == 0;

	if (!is_input && strcmp(word, "holding") != 0)
		return false;
	*ret_function = is_input ? MODBUS_INPUT : MODBUS_HOLDING;
	return true;
}

static bool read_type(const char *word, enum modbus_type *ret_type)
{
	static const char *const names[] = {"u16", "s16", "u32", "s32", "f32"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(word, names[i]) == 0) {
			*ret_type = (enum modbus_type)i;
			return true;
		}
	return false;
}

static unsigned width_of(enum modbus_type type)
{
	return type == MODBUS_U16 || type == MODBUS_S16 ? 1 : 2;
}

const char *modbus_read_source(const char *word, struct modbus_source *ret_source)
{
	static const char expected[] = "a register such as input 0x0001 s16 or holding 2 u32 "
				       "low-first (u16 s16 u32 s32 f32)";
	struct modbus_source source = {0};
	char part[16];
	int64_t first;

	if (!take_word(&word, part, sizeof(part)) || !read_function(part, &source.function))
		return expected;
	if (!take_word(&word, part, sizeof(part)) || word_whole(part, &first) || first < 0 ||
		first > REGISTER_MOST)
		return expected;
	source.first = (uint16_t)first;
	if (!take_word(&word, part, sizeof(part)) || !read_type(part, &source.type))
		return expected;
	if (take_word(&word, part, sizeof(part))) {
		if (strcmp(part, "low-first") != 0 || width_of(source.type) == 1)
			return expected;
		source.is_low_first = true;
	}
	if (word[strspn(word, " ")] != '\0' || first + width_of(source.type) - 1 > REGISTER_MOST)
		return expected;
	*ret_source = source;
	return NULL;
}

static const char *check_duration(const char *word)
{
	int64_t ns;
	const char *expected = word_duration(word, &ns);

	if (expected)
		return expected;
	return ns > 0 ? NULL : "a time longer than 0, such as 500 ms";
}

static int64_t duration_of(const char *word, int64_t otherwise_ns)
{
	int64_t ns = otherwise_ns;

	if (word)
		word_duration(word, &ns); /* was checked */
	return ns;
}

/* --- the plan --- */

/* The round of channels that are asked for so often; made when it is new. */
static int find_round(struct modbus_plan *plan, int64_t every_ns, unsigned *ret_round)
{
	unsigned i = 0;

	while (i < plan->n_rounds && plan->rounds[i].every_ns != every_ns)
		i++;
	if (i == MODBUS_ROUNDS)
		return -E2BIG;
	if (i == plan->n_rounds) {
		plan->rounds[i].every_ns = every_ns;
		plan->n_rounds++;
	}
	*ret_round = i;
	return 0;
}

static int64_t every_of(const struct model_channel *channel, int64_t every_ns)
{
	return channel->rate_hz > 0 ? llround((double)NS_PER_S / channel->rate_hz) : every_ns;
}

/* Reads each channel's `from`; the block is its round's number for now. */
static int read_sources(const struct model *model, const struct tree *tree, struct report *report,
	struct modbus_plan *plan, int64_t every_ns)
{
	int error = 0;

	for (unsigned i = 0; i < model->n_channels; i++) {
		const struct model_channel *channel = &model->channels[i];
		struct modbus_source *source = &plan->sources[i];
		const char *expected = modbus_read_source(channel->from, source);
		char path[32];

		if (expected) {
			model_refuse(tree, report, i, "from", channel->from, expected);
			error = -EINVAL;
		} else if (find_round(plan, every_of(channel, every_ns), &source->block) < 0) {
			snprintf(path, sizeof(path), "channels[%u].rate", i);
			load_mistake(tree, report, path,
				"rate: a fifth rate; a Modbus kit is asked at %d different ones at "
				"most",
				MODBUS_ROUNDS);
			error = -EINVAL;
		}
	}
	return error;
}

/* By round, function, register. */
static int compare(const struct modbus_source *a, const struct modbus_source *b)
{
	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	if (a->function != b->function)
		return a->function < b->function ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

static void sort_channels(const struct modbus_plan *plan, unsigned *order, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned at = i;

		while (at > 0 && compare(&plan->sources[order[at - 1]], &plan->sources[i]) > 0) {
			order[at] = order[at - 1];
			at--;
		}
		order[at] = i;
	}
}

/* Does the source stand in this block, or right behind it? */
static bool joins(const struct modbus_block *block, const struct modbus_source *source)
{
	unsigned end = source->first + width_of(source->type);

	return block->round == source->block && block->function == source->function &&
		source->first <= block->first + block->count &&
		end - block->first <= MODBUS_REGISTERS;
}

static void make_blocks(struct modbus_plan *plan, unsigned n_channels, bool one_by_one)
{
	unsigned order[MODEL_CHANNELS];

	sort_channels(plan, order, n_channels);
	for (unsigned i = 0; i < n_channels; i++) {
		struct modbus_source *source = &plan->sources[order[i]];
		unsigned end = source->first + width_of(source->type), round = source->block;
		struct modbus_block *block = &plan->blocks[plan->n_blocks];

		if (plan->n_blocks > 0 && !one_by_one && joins(block - 1, source)) {
			block--;
			if (end > block->first + (unsigned)block->count)
				block->count = (uint16_t)(end - block->first);
		} else {
			*block = (struct modbus_block){.function = source->function,
				.first = source->first,
				.count = (uint16_t)width_of(source->type),
				.round = round};
			if (plan->rounds[round].n_blocks++ == 0)
				plan->rounds[round].first_block = plan->n_blocks;
			plan->n_blocks++;
		}
		source->block = (unsigned)(block - plan->blocks);
	}
}

static int compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, void **ret_plan)
{
	const struct keys *keys = model->keys;
	struct modbus_plan *plan = arena_take(arena, sizeof(*plan));
	int error;

	if (!plan)
		return -ENOMEM;
	plan->slave = (uint8_t)keys->slave;
	plan->gap_ns = duration_of(keys->gap, GAP_MS * (int64_t)NS_PER_MS);
	plan->timeout_ns = duration_of(keys->timeout, TIMEOUT_MS * (int64_t)NS_PER_MS);
	if (model->driver) {
		*ret_plan = plan; /* its own business what it asks for */
		return 0;
	}
	error = read_sources(model, tree, report, plan, duration_of(keys->every, NS_PER_S));
	if (error)
		return error;
	make_blocks(plan, (unsigned)model->n_channels, keys->one_by_one);
	*ret_plan = plan;
	return 0;
}

/* clang-format off */
enum { MUST = CYAML_FLAG_DEFAULT, MAY = CYAML_FLAG_OPTIONAL };

static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_UINT("slave", MUST, struct keys, slave),
	CYAML_FIELD_STRING_PTR("every", CYAML_FLAG_POINTER | MUST, struct keys, every, 0, 32),
	CYAML_FIELD_STRING_PTR("gap", CYAML_FLAG_POINTER | MAY, struct keys, gap, 0, 32),
	CYAML_FIELD_STRING_PTR("timeout", CYAML_FLAG_POINTER | MAY, struct keys, timeout, 0, 32),
	CYAML_FIELD_BOOL("one_by_one", MAY, struct keys, one_by_one),
	CYAML_FIELD_END
};

static const struct rule rules[] = {
	{.path = "modbus.slave", .low = 1, .high = 254},
	{.path = "modbus.every", .check = check_duration},
	{.path = "modbus.gap", .check = check_duration},
	{.path = "modbus.timeout", .check = check_duration},
	{0},
};
/* clang-format on */

const struct model_form modbus_form = {
	.name = "modbus",
	.keys = fields,
	.size = sizeof(struct keys),
	.rules = rules,
	.needs = MODEL_NEEDS_SERIAL,
	.compile = compile,
};

/* --- values --- */

double modbus_value(const struct modbus_source *source, const struct modbus_block *block,
	const uint8_t *registers)
{
	const uint8_t *at = registers + 2 * (size_t)(source->first - block->first);
	uint16_t first = (uint16_t)(at[0] << 8 | at[1]), second;
	uint32_t both;
	float real;

	if (width_of(source->type) == 1)
		return source->type == MODBUS_S16 ? (double)(int16_t)first : first;
	second = (uint16_t)(at[2] << 8 | at[3]);
	both = source->is_low_first ? (uint32_t)second << 16 | first
				    : (uint32_t)first << 16 | second;
	if (source->type == MODBUS_F32) {
		memcpy(&real, &both, sizeof(real));
		return (double)real;
	}
	return source->type == MODBUS_S32 ? (double)(int32_t)both : both;
}
