/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The YAML half of the family `firmata`. */
#include "kits/protocols/firmata_plan.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "data/load.h"
#include "data/word.h"
#include "kits/protocols/firmata_message.h"

enum { EVERY_MOST_MS = 16383 }; /* 14 bits */

struct keys {
	char *every;
};

static const char *read_source(const char *word, struct firmata_source *ret_source)
{
	static const char expected[] = "a pin such as analog 0 (0..15) or digital 7 (0..127)";
	bool is_digital = strncmp(word, "digital ", 8) == 0;
	int64_t number;

	if (!is_digital && strncmp(word, "analog ", 7) != 0)
		return expected;
	word += is_digital ? 8 : 7;
	if (word_whole(word, &number) || number < 0 ||
		number >= (is_digital ? 8 * FIRMATA_PORTS : FIRMATA_CHANNELS))
		return expected;
	*ret_source = (struct firmata_source){.is_digital = is_digital, .number = (uint8_t)number};
	return NULL;
}

static const char *check_every(const char *word)
{
	int64_t ns;
	const char *expected = word_duration(word, &ns);

	if (expected)
		return expected;
	return ns >= NS_PER_MS && ns <= EVERY_MOST_MS * (int64_t)NS_PER_MS
		? NULL
		: "a time from 1 ms to 16 s, such as 50 ms";
}

static int compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, void **ret_plan)
{
	const struct keys *keys = model->keys;
	struct firmata_plan *plan = arena_take(arena, sizeof(*plan));
	int error = 0;
	int64_t ns;

	if (!plan)
		return -ENOMEM;
	if (keys && keys->every && !word_duration(keys->every, &ns))
		plan->every_ms = (unsigned)(ns / NS_PER_MS);
	for (unsigned i = 0; !model->driver && i < model->n_channels; i++) {
		const char *from = model->channels[i].from;
		const char *expected = read_source(from, &plan->sources[i]);

		if (!expected)
			continue;
		model_refuse(tree, report, i, "from", from, expected);
		error = -EINVAL;
	}
	if (!error)
		*ret_plan = plan;
	return error;
}

static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_STRING_PTR(
		"every", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct keys, every, 0, 32),
	CYAML_FIELD_END,
};

static const struct rule rules[] = {
	{.path = "firmata.every", .check = check_every},
	{0},
};

const struct model_form firmata_form = {
	.name = "firmata",
	.keys = fields,
	.size = sizeof(struct keys),
	.rules = rules,
	.needs = MODEL_NEEDS_SERIAL | MODEL_MAY_DISCOVER,
	.compile = compile,
};
