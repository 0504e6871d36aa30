/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The YAML half of the family `lines`. */
#include "kits/protocols/lines_plan.h"

#include <errno.h>
#include <string.h>

#include "data/load.h"
#include "data/word.h"

/* As libcyaml fills it; what is absent is NULL or the first choice. */
struct keys {
	enum lines_format format;
	bool discover;
	char *separator;
};

/* clang-format off */
enum { MAY = CYAML_FLAG_OPTIONAL };

static const cyaml_strval_t formats[] = {
	{"auto", LINES_AUTO}, {"labels", LINES_LABELS}, {"columns", LINES_COLUMNS},
	{"csv", LINES_CSV}, {"json", LINES_JSON}, {"tuple", LINES_TUPLE},
};

static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_ENUM("format", CYAML_FLAG_STRICT | MAY, struct keys, format, formats,
		sizeof(formats) / sizeof(formats[0])),
	CYAML_FIELD_BOOL("discover", MAY, struct keys, discover),
	CYAML_FIELD_STRING_PTR("separator", CYAML_FLAG_POINTER | MAY, struct keys, separator, 0, 8),
	CYAML_FIELD_END
};
/* clang-format on */

static const char *check_separator(const char *word)
{
	static const char *const all[] = {",", ";", "\t", " "};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(word, all[i]) == 0)
			return NULL;
	return "a separator: \",\", \";\", \"\\t\" or \" \"";
}

static const struct rule rules[] = {
	{.path = "lines.separator", .check = check_separator},
	{0},
};

static const char *read_source(const char *word, struct lines_plan *plan, unsigned channel)
{
	static const char expected[] = "a label that the board prints, such as Temp, or a place "
				       "such as column 2 (1..16)";
	struct lines_word label = {word, strlen(word)};
	char unit[UNIT_TEXT];
	int64_t column;

	if (strncmp(word, "column ", 7) == 0) {
		if (word_whole(word + 7, &column) || column < 1 || column > STREAM_CHANNELS)
			return expected;
		plan->channels[channel].column = (unsigned)column;
		return NULL;
	}
	if (!lines_is_label(label))
		return expected;
	lines_split_unit(label, plan->channels[channel].label, unit);
	return NULL;
}

static int check_discover(const struct model *model, const struct keys *keys,
	const struct tree *tree, struct report *report)
{
	bool is_asked = keys && keys->discover;

	if (model->n_channels > 0 && is_asked)
		load_mistake(tree, report, "lines.discover",
			"discover: the channels are listed; leave out discover, or channels");
	else if (model->n_channels == 0 && !is_asked)
		load_mistake(tree, report, "lines",
			"lines: no channels are listed; add them, or discover: yes");
	else
		return 0;
	return -EINVAL;
}

static int compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, void **ret_plan)
{
	const struct keys *keys = model->keys;
	struct lines_plan *plan = arena_take(arena, sizeof(*plan));
	int error = 0;

	if (!plan)
		return -ENOMEM;
	if (keys) {
		plan->format = keys->format;
		plan->separator = keys->separator ? keys->separator[0] : '\0';
	}
	if (model->driver) {
		*ret_plan = plan;
		return 0;
	}
	error = check_discover(model, keys, tree, report);
	for (unsigned i = 0; i < model->n_channels; i++) {
		const char *from = model->channels[i].from;
		const char *expected = read_source(from, plan, i);

		if (!expected)
			continue;
		model_refuse(tree, report, i, "from", from, expected);
		error = -EINVAL;
	}
	if (!error)
		*ret_plan = plan;
	return error;
}

const struct model_form lines_model_form = {
	.name = "lines",
	.keys = fields,
	.size = sizeof(struct keys),
	.rules = rules,
	.needs = MODEL_NEEDS_SERIAL | MODEL_MAY_DISCOVER,
	.compile = compile,
};

bool lines_plan_wants(
	const struct lines_plan *plan, enum lines_kind kind, const struct lines_reading *reading)
{
	bool is_row = kind == LINES_POSITIONAL || kind == LINES_LABELLED;

	if (plan->separator && reading->n > 1 && reading->separator != plan->separator)
		return false;
	switch (plan->format) {
	case LINES_AUTO:
		return true;
	case LINES_LABELS:
		return kind == LINES_LABELLED && reading->bracket != '{';
	case LINES_COLUMNS:
	case LINES_CSV:
		return kind == LINES_HEADER || (kind == LINES_POSITIONAL && !reading->bracket);
	case LINES_JSON:
		return is_row && reading->bracket == '{';
	case LINES_TUPLE:
		return is_row && (reading->bracket == '(' || reading->bracket == '[');
	}
	return false;
}

const char *lines_format_name(enum lines_kind kind, char bracket, bool has_names)
{
	if (bracket == '{')
		return "json";
	if (bracket)
		return "tuple";
	if (kind == LINES_LABELLED)
		return "labels";
	return has_names ? "csv" : "columns";
}
